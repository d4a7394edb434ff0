// SPDX-License-Identifier: Apache-2.0
import HTTP
import JSON

extension SettingsCursor {
    /// Text, or a reference to where the secret stands (OpenClaw's `{source, provider, id}`), of which only variables can be
    /// followed yet.
    func secret(_ name: String) -> Secret? { child(name)?.secret() }

    func secret() -> Secret? {
        guard top.object != nil else { return text().map { Secret($0) } }
        switch top["source"]?.string {
        case "env":
            guard let name = top["id"]?.string, Self.isVariable(name) else {
                return problem("\(path.text) names no environment variable", "id takes capitals, digits and _, such as OPENAI_API_KEY")
            }
            guard let value = reading.variables[name], !value.isEmpty else {
                return problem("Missing env var \"\(name)\" referenced at config path: \(path.text)", "set it")
            }
            return Secret(value)
        case let source? where source == "file" || source == "exec":
            return problem(
                "\(path.text) is a reference with source \"\(source)\", which is not supported yet",
                "put the key into an environment variable and write {source: \"env\", id: \"VARIABLE\"}")
        default: return mismatch()
        }
    }

    private static func isVariable(_ name: String) -> Bool {
        guard let first = name.utf8.first, (0x41...0x5A).contains(first), name.utf8.count <= 128 else { return false }
        return name.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") }
    }
}
