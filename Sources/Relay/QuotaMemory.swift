// SPDX-License-Identifier: Apache-2.0
import Failover
import HTTP
import Providers
import Synchronization

/// What providers last said of how much they still grant, by credential: from the headers of every reply, and from pages of usage.
///
/// On a request's way only the headers are put aside; they are read when somebody asks.
public final class QuotaMemory: Sendable {
    private struct Key: Hashable {
        var credential: CredentialID
        /// `nil`: all of it.
        var model: ModelRef?
    }

    private enum Said {
        case headers(Headers)
        case windows([QuotaWindow])
    }

    private struct Entry {
        var provider: ProviderID
        var at: Timestamp
        var said: Said
        var source: QuotaRow.Source
    }

    private let state = Mutex<(entries: [Key: Entry], changes: Int)>(([:], 0))

    /// Credentials with models together; beyond them the oldest is forgotten.
    private static let capacity = 1024
    /// Bytes of headers that are put aside; more are no provider's.
    private static let headerLimit = 16 << 10

    public init() {}

    /// Grows with whatever is noted.
    public var changes: Int { state.withLock { $0.changes } }

    /// - Parameter headers: Of a reply of `model`, good or bad.
    func note(_ headers: Headers, of credential: CredentialID, _ model: ModelRef, at now: Timestamp) {
        guard QuotaHeaders.areIn(headers), headers.byteCount <= Self.headerLimit else { return }
        put(Entry(provider: model.provider, at: now, said: .headers(headers), source: .headers), Key(credential: credential, model: model))
    }

    /// From a page of usage, as it was kept, or of another process. What was said later stays.
    public func note(_ row: QuotaRow) {
        let key = Key(credential: row.credential, model: row.model)
        guard !row.windows.isEmpty, state.withLock({ $0.entries[key].map { $0.at <= row.at } ?? true }) else { return }
        put(Entry(provider: row.provider, at: row.at, said: .windows(row.windows), source: row.source), key)
    }

    private func put(_ entry: Entry, _ key: Key) {
        state.withLock { state in
            if state.entries.count >= Self.capacity, state.entries[key] == nil,
                let oldest = state.entries.min(by: { $0.value.at < $1.value.at })
            {
                state.entries[oldest.key] = nil
            }
            state.entries[key] = entry
            state.changes &+= 1
        }
    }

    /// By credential, those for all models first; what is over is left out.
    public func rows(at now: Timestamp) -> [QuotaRow] {
        let entries = state.withLock { $0.entries }
        var rows: [QuotaRow] = []
        var whole: [CredentialID: QuotaRow] = [:]
        for (key, entry) in entries {
            var model = key.model
            var windows: [QuotaWindow]
            switch entry.said {
            case .windows(let said): windows = said
            case .headers(let headers):
                let read = QuotaHeaders.read(headers, at: entry.at)
                windows = read.windows
                if read.scope == .credential { model = nil }
            }
            windows.removeAll { $0.isOver(at: now) }
            if windows.isEmpty { continue }
            let row = QuotaRow(
                credential: key.credential, provider: entry.provider, model: model, at: entry.at, source: entry.source, windows: windows)
            if model != nil {
                rows.append(row)
            } else if (whole[key.credential]?.at ?? row.at) <= row.at {
                whole[key.credential] = row
            }
        }
        return (rows + whole.values).sorted {
            ($0.credential.rawValue, $0.model?.description ?? "") < ($1.credential.rawValue, $1.model?.description ?? "")
        }
    }
}

/// What one credential is still granted, as its provider last said.
public struct QuotaRow: Hashable, Sendable {
    public var credential: CredentialID
    public var provider: ProviderID
    /// `nil`: for all models.
    public var model: ModelRef?
    public var at: Timestamp
    public var source: Source
    public var windows: [QuotaWindow]

    /// Who said so.
    public enum Source: String, Hashable, Sendable, CaseIterable {
        /// A reply.
        case headers
        /// The provider's page of usage.
        case usage
    }

    public init(
        credential: CredentialID, provider: ProviderID, model: ModelRef? = nil, at: Timestamp, source: Source, windows: [QuotaWindow]
    ) {
        self.credential = credential
        self.provider = provider
        self.model = model
        self.at = at
        self.source = source
        self.windows = windows
    }
}
