// SPDX-License-Identifier: Apache-2.0
import Configuration
import Credentials
import HTTP
import Store

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Settings from the file system. Each call blocks until the file is read.
struct FileSource: SettingsSource {
    /// Follows references to secrets. Without it they are taken on trust, for checking a file without running the programs that it names.
    var secrets: SecretResolver?

    /// Bytes of one file.
    static let limit = SettingsReader.fileLimit

    /// Pipes and devices are refused as well as folders: one could keep a start waiting for ever.
    func bytes(at path: String) -> Result<[UInt8]?, FileProblem> {
        do throws(StoreProblem) {
            return .success(try AtomicFile.read(path, limit: Self.limit))
        } catch {
            return .failure(Self.problem(error, isFolder: Self.isFolder(path)))
        }
    }

    func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    func secret(
        _ reference: SecretReference, in settings: SecretsSettings, variables: [String: String]
    ) -> Result<Secret, SecretProblem> {
        guard let secrets else { return .success(Secret("taken-on-trust")) }
        return secrets.secret(reference, in: settings, variables: variables.mapValues { Secret($0) })
    }

    /// The same trouble in the words of settings.
    static func problem(_ problem: StoreProblem, isFolder: Bool) -> FileProblem {
        switch problem.kind {
        case .denied: .notPermitted
        case .tooLarge: .tooBig(limit: limit)
        case .wrongType where isFolder: .folder
        case .missing, .readOnly, .full, .damaged, .busy, .wrongType, .schema, .rejected, .refused, .system: .other(problem.reason)
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
