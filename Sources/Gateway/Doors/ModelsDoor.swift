// SPDX-License-Identifier: Apache-2.0
import Configuration
import Failover
import HTTP
import JSON
import Providers
import Relay
import Transport

/// The models that a client may ask for: `GET /v1/models` and `GET /v1/models/{id}`.
struct ModelsDoor {
    let relay: Relay

    func list() -> HTTPAnswer {
        let names = ModelNames.all(in: relay.snapshot.settings)
        return .json(["object": "list", "data": .array(names.map { Self.entry($0.name, owner: $0.owner) })])
    }

    /// Any name that a request may carry, listed or not.
    func model(_ id: String) -> HTTPAnswer {
        switch ModelNames.resolve(id, in: relay.snapshot.settings) {
        case .success(let target):
            return .json(Self.entry(id, owner: target.models.first?.model.ref.provider.rawValue ?? "understudy"))
        case .failure(let unknown):
            return ErrorReply.answer(WireError(status: 404, message: unknown.text, code: "model_not_found", param: "model"))
        }
    }

    /// `created` has no meaning here, but SDKs insist on a number.
    private static func entry(_ id: String, owner: String) -> JSONValue {
        ["id": .string(id), "object": "model", "created": 0, "owned_by": .string(owner)]
    }
}

extension HTTPAnswer {
    static func json(_ value: JSONValue, status: Int = 200) -> HTTPAnswer {
        json(bytes: JSONWriter.compact(value), status: status)
    }

    /// - Parameter bytes: A JSON document.
    static func json(bytes: [UInt8], status: Int = 200) -> HTTPAnswer {
        HTTPAnswer(status: status, headers: ["content-type": "application/json", "cache-control": "no-store"], body: bytes)
    }
}
