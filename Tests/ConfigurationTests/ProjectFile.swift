// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The text of a file of this project, found from where this source file is.
func projectFile(_ relative: String, here: String = #filePath) -> String? {
    guard let file = fopen(projectPath(relative, here), "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
}

/// The names in a folder of this project, sorted.
func projectFolder(_ relative: String, here: String = #filePath) -> [String] {
    guard let folder = opendir(projectPath(relative, here)) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
}

private func projectPath(_ relative: String, _ here: String) -> String {
    "/" + here.split(separator: "/").dropLast(3).joined(separator: "/") + "/" + relative
}
