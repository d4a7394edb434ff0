// SPDX-License-Identifier: Apache-2.0

extension JSONValue {
    /// The value at the end of `path`. `nil`: there is none.
    public func at(_ path: some Collection<JSON5Document.Step>) -> JSONValue? {
        var value = self
        for step in path {
            let next: JSONValue? =
                switch step {
                case .key(let key): value[key]
                case .index(let index): value[index]
                }
            guard let next else { return nil }
            value = next
        }
        return value
    }

    /// With `new` at the end of `path`; what is missing on the way is made, and null gives way. What fits nowhere changes nothing.
    func setting(_ new: JSONValue, at path: ArraySlice<JSON5Document.Step>) -> JSONValue {
        guard let step = path.first else { return new }
        let rest = path.dropFirst()
        switch (step, self) {
        case (.key(let key), .object(var object)):
            object[key] = (object[key] ?? .null).setting(new, at: rest)
            return .object(object)
        case (.key(let key), .null): return .object([key: JSONValue.null.setting(new, at: rest)])
        case (.index(let index), .array(var elements)) where index <= elements.count:
            if index == elements.count { elements.append(.null) }
            elements[index] = elements[index].setting(new, at: rest)
            return .array(elements)
        case (.index(0), .null): return .array([JSONValue.null.setting(new, at: rest)])
        default: return self
        }
    }

    /// Without the member or element at the end of `path`.
    func removing(at path: [JSON5Document.Step]) -> JSONValue {
        guard let last = path.last, let parent = at(path.dropLast()) else { return self }
        switch (last, parent) {
        case (.key(let key), .object(var object)):
            object[key] = nil
            return setting(.object(object), at: path.dropLast())
        case (.index(let index), .array(var elements)) where elements.indices.contains(index):
            elements.remove(at: index)
            return setting(.array(elements), at: path.dropLast())
        default: return self
        }
    }
}
