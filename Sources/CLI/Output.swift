// SPDX-License-Identifier: Apache-2.0
import JSON
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Takes finished bytes. The production one writes to descriptors 1 and 2; tests keep what they get.
protocol OutputSink: Sendable {
    func write(_ bytes: [UInt8], to stream: Output.Stream)
    /// Whether something could not be written for another reason than a reader that left.
    var lost: Bool { get }
    /// Whether nobody takes what is written any more: what goes on for ever may end.
    var hasNoReader: Bool { get }
}

extension OutputSink {
    var hasNoReader: Bool { lost }
}

/// The one place that prints. What was asked for goes to standard output, as text or as one JSON document; what is said about it goes to
/// standard error. All text passes `SafeText`, so nothing that a client or upstream wrote can drive the terminal.
struct Output: Sendable {
    enum Stream: Hashable, Sendable { case out, error }

    var terminal: Terminal
    /// Whether `--json` was given: then `text` and `table` are not called, and `json` exactly once.
    var wantsJSON: Bool
    var sink: any OutputSink

    /// Columns for running text: the terminal's, at most 100; 80 for files and pipes.
    var textWidth: Int { min(terminal.width ?? 80, 100) }

    /// One or several lines of answer; the line feed at the end is added.
    func text(_ text: String) {
        sink.write(Array((SafeText.clean(text, colour: terminal.colour) + "\n").utf8), to: .out)
    }

    func table(_ table: Table) {
        text(table.lines(width: terminal.width, colour: terminal.colour).joined(separator: "\n"))
    }

    /// The answer as a document: indented on a terminal, on one line for programs.
    func json(_ value: JSONValue) {
        let bytes = terminal.width == nil ? JSONWriter.compact(value) : JSONWriter.pretty(value)
        sink.write(bytes + [0x0A], to: .out)
    }

    /// Finished lines for programs, such as JSON that was written already.
    func lines(_ bytes: [UInt8]) {
        if !bytes.isEmpty { sink.write(bytes, to: .out) }
    }

    /// A remark on standard error.
    func note(_ text: String) {
        sink.write(Array((SafeText.clean(text, colour: false) + "\n").utf8), to: .error)
    }

    /// A command's failure: words on standard error, and with `--json` also an error document on standard output.
    func failure(_ failure: CommandFailure) {
        note(failure.text)
        if wantsJSON { json(failure.json) }
    }

    func paint(_ text: String, _ style: Style) -> String { style.paint(text, colour: terminal.colour) }
}

/// Writes to the process's own descriptors. A reader that leaves (`understudy receipts | head -1`) ends the writing quietly.
final class DescriptorSink: OutputSink {
    private struct State {
        var readerLeft = false
        var lost = false
    }

    private let state = Mutex(State())

    var lost: Bool { state.withLock { $0.lost } }
    var hasNoReader: Bool { state.withLock { $0.lost || $0.readerLeft } }

    func write(_ bytes: [UInt8], to stream: Output.Stream) {
        let descriptor = stream == .out ? STDOUT_FILENO : STDERR_FILENO
        if stream == .out, state.withLock({ $0.readerLeft || $0.lost }) { return }
        var rest = bytes[...]
        while !rest.isEmpty {
            #if canImport(Glibc)
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            #else
                let count = rest.withUnsafeBytes { Darwin.write(descriptor, $0.baseAddress, $0.count) }
            #endif
            if count >= 0 {
                rest = rest.dropFirst(count)
                continue
            }
            if errno == EINTR { continue }
            if errno == EAGAIN {
                // A shared descriptor that someone else made non-blocking.
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, -1)
                continue
            }
            let left = errno == EPIPE
            // A lost diagnostic has nowhere to be reported; a lost answer changes the exit status.
            if stream == .out {
                state.withLock { state in
                    if left { state.readerLeft = true } else { state.lost = true }
                }
            }
            return
        }
    }
}
