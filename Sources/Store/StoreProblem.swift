// SPDX-License-Identifier: Apache-2.0
import CSQLite

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the store could not do: with which file, why, and what would mend it. Carries no stored value.
public struct StoreProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: Hashable, Sendable {
        /// There is no such file or folder.
        case missing
        /// The system does not let this user.
        case denied
        /// The file or its file system cannot be written.
        case readOnly
        /// The disk, a quota or the page limit is reached.
        case full
        /// The bytes are not a sound database.
        case damaged
        /// Another process holds the database for longer than we wait.
        case busy
        /// A folder, pipe or device stands where a file should, or a file where a folder should.
        case wrongType
        /// More bytes than the reader takes.
        case tooLarge
        /// The schema is of another version than this program reads.
        case schema
        /// One statement alone was refused, by a constraint or for its size, and the rest of its batch is not affected; or a file
        /// holds what it should not.
        case rejected
        /// Our own queue is full, or the database is closed.
        case refused
        /// Anything else the system said: input or output errors, no memory, no descriptors.
        case system
    }

    public var kind: Kind
    /// A constant, such as `open the database`.
    public var doing: String
    public var path: String
    /// The system's or SQLite's words for its code.
    public var reason: String

    public init(_ kind: Kind, doing: String, path: String, reason: String) {
        self.kind = kind
        self.doing = doing
        self.path = path
        self.reason = reason
    }

    /// Such as `cannot open the database /home/me/.understudy/understudy.sqlite: Permission denied. Make it readable and …`.
    public var description: String {
        let what = "cannot \(doing) \(path): \(reason)"
        guard let fix else { return what }
        return "\(what). \(fix)"
    }

    /// What an operator can do about it; `nil` where the reason says all.
    public var fix: String? {
        switch kind {
        case .denied: "Make it readable and writable for the user who runs understudy"
        case .readOnly: "Make it writable, or name another folder with --state-dir"
        case .full: "Free some space; storing goes on by itself"
        case .damaged: "The gateway sets a damaged database aside when it starts; nothing is deleted"
        case .busy: "Stop the other process that writes to it"
        case .wrongType: "Move it away, or name another folder with --state-dir"
        case .missing, .tooLarge, .schema, .rejected, .refused, .system: nil
        }
    }
}

extension StoreProblem {
    /// The system refused a call on `path`; `code` is its `errno`.
    init(errno code: Int32, doing: String, path: String) {
        let kind: Kind =
            switch code {
            case ENOENT: .missing
            case EACCES, EPERM: .denied
            case EROFS: .readOnly
            case ENOSPC, EDQUOT, EFBIG: .full
            case EISDIR, ENOTDIR, ELOOP: .wrongType
            default: .system
            }
        self.init(kind, doing: doing, path: path, reason: String(cString: strerror(code)))
    }

    /// SQLite answered with `code`, extended or not (https://www.sqlite.org/rescode.html). Its message is left out: it may quote values.
    init(sqlite code: Int32, doing: String, path: String) {
        let kind: Kind =
            switch code & 0xFF {
            case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged
            case SQLITE_FULL: .full
            case SQLITE_READONLY: .readOnly
            case SQLITE_PERM, SQLITE_AUTH: .denied
            case SQLITE_BUSY, SQLITE_LOCKED: .busy
            case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG, SQLITE_RANGE, SQLITE_ERROR: .rejected
            default: .system
            }
        self.init(kind, doing: doing, path: path, reason: "\(String(cString: sqlite3_errstr(code))) (SQLite \(code))")
    }
}
