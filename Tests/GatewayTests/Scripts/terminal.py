# SPDX-License-Identifier: Apache-2.0
"""Runs one program on a terminal of its own and passes on what a person would see.

terminal.py <columns> <script> <program> [argument ...]

<script> is JSON: a list of steps, done in order while the program runs:
    {"await": "text"}    waits until the screen has shown it, from where the step before left off
    {"type": "text"}     types it
    {"signal": "INT"}    presses Ctrl-C (INT) or hangs up (HUP)
    {"close": true}      closes the terminal
Writes what was shown to standard output, carriage returns taken out, and ends with the program's status; 98 when something that was
awaited never came. Whoever needs a program that reads an empty standard input says so with a pipe instead.
"""
import errno
import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

LIMIT = 60.0


def main():
    columns, steps, words = int(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3:]
    process, terminal = pty.fork()
    if process == 0:
        os.execv(words[0], words)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    shown, seen, end = b"", 0, time.monotonic() + LIMIT
    closed = False

    def read(patience):
        nonlocal shown, closed
        if closed or not select.select([terminal], [], [], patience)[0]:
            return not closed
        try:
            data = os.read(terminal, 65536)
        except OSError as problem:
            if problem.errno != errno.EIO:
                raise
            data = b""
        closed = not data
        shown += data
        return not closed

    missed = None
    for step in steps:
        if "await" in step:
            text = step["await"].encode()
            while text not in shown[seen:] and time.monotonic() < end and read(0.05):
                pass
            place = shown.find(text, seen)
            if place < 0:
                missed = step["await"]
                break
            seen = place + len(text)
        elif "type" in step:
            os.write(terminal, step["type"].encode())
        elif "signal" in step:
            if step["signal"] == "INT":
                try:
                    os.write(terminal, b"\x03")
                except OSError:
                    # It has ended by itself meanwhile.
                    closed = True
            else:
                os.kill(process, getattr(signal, "SIG" + step["signal"]))
        elif "close" in step:
            os.close(terminal)
            closed = True
    if missed is not None:
        os.kill(process, signal.SIGKILL)
    while not closed and time.monotonic() < end:
        read(0.05)
    while time.monotonic() < end:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            break
        time.sleep(0.005)
    else:
        os.kill(process, signal.SIGKILL)
        status = os.waitpid(process, 0)[1]
    sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    sys.stdout.flush()
    if missed is not None:
        sys.stderr.write(f"never shown: {missed}\n")
        sys.exit(98)
    sys.exit(os.waitstatus_to_exitcode(status) % 256)


main()
