// SPDX-License-Identifier: Apache-2.0
import Configuration
import HTTP
import JSON
import Store

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// References of source `file`: a file that is one secret, or a JSON object with many.
enum FileSecrets {
    /// - Parameter path: Absolute, or it is refused.
    /// - Returns: The bytes, and what is worth a remark all the same.
    static func read(_ path: String, _ file: SecretsSettings.File) -> (result: Result<[UInt8], SecretProblem>, remark: String?) {
        guard path.hasPrefix("/") else { return (.failure(SecretProblem("\(path) is no absolute path")), nil) }
        var status = stat()
        if stat(path, &status) == 0, !file.allowsInsecurePath {
            if status.st_mode & 0o022 != 0 {
                return (
                    .failure(SecretProblem("others can write to \(path); chmod 600 it, or allowInsecurePath says that this is meant")), nil
                )
            }
            if status.st_uid != geteuid(), status.st_uid != 0 {
                return (.failure(SecretProblem("\(path) belongs to another user; allowInsecurePath says that this is meant")), nil)
            }
        }
        let isOpen = status.st_mode & 0o044 != 0 && !file.allowsInsecurePath
        do throws(StoreProblem) {
            guard let bytes = try AtomicFile.read(path, limit: file.maxBytes) else {
                return (.failure(SecretProblem("\(path), which holds its secret, does not exist")), nil)
            }
            return (
                .success(bytes), isOpen ? "others on this machine can read this file, which holds secrets; chmod 600 keeps them out" : nil
            )
        } catch {
            return (.failure(SecretProblem("\(path), which holds its secret, cannot be read: \(error.reason)")), nil)
        }
    }

    /// - Parameter id: `value`, or a JSON pointer (RFC 6901).
    static func secret(_ id: String, in bytes: [UInt8], _ file: SecretsSettings.File) -> Result<Secret, SecretProblem> {
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        guard let text = String(validating: bytes, as: UTF8.self) else { return .failure(SecretProblem("\(file.path) holds no text")) }
        if file.isSingleValue {
            guard id == "value" else {
                return .failure(SecretProblem("\(file.path) is one secret, whose id is \"value\" and not \(id)"))
            }
            return Secret(text).trimmed.map { .success($0) } ?? .failure(SecretProblem("\(file.path) is empty"))
        }
        let root: JSONValue
        do throws(JSONProblem) {
            root = try JSONValue.parse(bytes)
        } catch {
            // The problem's own words may show what stands there.
            return .failure(
                SecretProblem("\(file.path) is not JSON: line \(error.line), column \(error.column); mode singleValue takes a bare secret"))
        }
        guard id.hasPrefix("/") else {
            return .failure(SecretProblem("\(file.path) is a JSON object, and its reference's id no JSON pointer"))
        }
        guard let value = pointed(id, in: root) else { return .failure(SecretProblem("\(file.path) has nothing at \(id)")) }
        guard let secret = value.string.flatMap({ Secret($0).trimmed }) else {
            return .failure(SecretProblem("\(file.path) has no text at \(id)"))
        }
        return .success(secret)
    }

    private static func pointed(_ pointer: String, in root: JSONValue) -> JSONValue? {
        var value = root
        for part in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let name = unescaped(part)
            switch value {
            case .object(let object):
                guard let member = object[name] else { return nil }
                value = member
            case .array(let elements):
                guard name == "0" || !name.hasPrefix("0"), let index = Int(name), elements.indices.contains(index) else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }

    /// `~1` is a slash and `~0` a tilde, in this order (RFC 6901 §4).
    private static func unescaped(_ part: Substring) -> String {
        guard part.contains("~") else { return String(part) }
        return String(part).replacing("~1", with: "/").replacing("~0", with: "~")
    }
}
