#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How many instructions a request takes, counted by callgrind: the figure that does not depend on how busy the machine is.

    Benchmarks/instructions.py                                 # nginx alone
    Benchmarks/instructions.py --gateway 'understudy gateway run --config {config} --port {port} --state-dir {state}' \\
        --config Benchmarks/gateway.json --requests 1000 --top 20

The subject runs under callgrind from its start. After some requests to warm it up the counters are written out and begin
anew, then it is asked one request after another on one connection, and what it executed meanwhile is divided by their number: all of its
threads, so storing receipts and logging are in it; the kernel's work is not. Receipts are stored by the batch, of which each is one
here, since requests are slow under callgrind: the yardstick says what they cost under load. Needs valgrind and cc. Under a minute.
"""

import argparse
import json
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from harness import callgrind, report
from harness.load import Load
from harness.processes import BenchmarkError, Running
from harness.stage import FIRST_PORT, Stage, stage

# What is counted: a body of the yardstick, and what its reply ends with.
KINDS = {"plain": b'"system_fingerprint":"fp_0123456789"}', "stream": b"0\r\n\r\n"}

# Parts of mangled names: what only the thread that stores receipts runs, and how a request hands its receipt over to it.
STORE_THREAD = "14DatabaseThreadC"
HAND_OVER = "5Store07ReceiptA0C6append"

Figures = dict[str, float]


def ask(connection: socket.socket, request: bytes, end: bytes, times: int) -> None:
    """Sends a request and waits for the end of its reply, so often."""
    for _ in range(times):
        connection.sendall(request)
        seen = b""
        while end not in seen:
            part = connection.recv(65536)
            seen += part
            if not part or not seen.startswith(b"HTTP/1.1 200 "[: len(seen)]):
                raise BenchmarkError(f"a request was answered with: {seen[:400]!r}")


def dump(running: Running) -> None:
    """Has callgrind write its counters to the next numbered file and begin anew. (Its -z would lose the functions' names.)"""
    done = subprocess.run(["callgrind_control", "-d", str(running.pid)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    if done.returncode != 0 or "OK" not in done.stdout:
        raise BenchmarkError(f"callgrind_control said: {done.stdout.strip()}")


def measure(made: Stage, load: Load, name: str, kind: str, requests: int, top: int) -> Figures:
    output = made.folder / f"{name}-{kind}.callgrind"
    valgrind = ["valgrind", "--tool=callgrind", "--quiet", "--compress-strings=no", "--separate-threads=yes"]
    valgrind.append(f"--callgrind-out-file={output}")
    with made.subject(name, before=valgrind, seconds=120) as running:
        with socket.create_connection(("127.0.0.1", made.ports[name]), 60) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ask(connection, load.raw(kind), KINDS[kind], requests // 5)
            # What the warm-up left to other threads, such as receipts to store, is done by then.
            time.sleep(1)
            dump(running)
            ask(connection, load.raw(kind), KINDS[kind], requests)
            time.sleep(1)
            dump(running)
    found: Counter[str] = Counter()
    storing, on_path = 0, 0
    for thread in made.folder.glob(f"{output.name}.2-*"):
        costs, handing_over = callgrind.costs(thread, HAND_OVER)
        found += costs
        storing += costs.total() if any(STORE_THREAD in function for function in costs) else handing_over
        on_path += handing_over
    if not found:
        raise BenchmarkError("callgrind wrote nothing")
    costliest = found.most_common(top)
    for words, (_, cost) in zip(callgrind.readable([function for function, _ in costliest]), costliest):
        print(f"{cost / requests:10,.0f}  {cost / found.total():5.1%}  {words}", flush=True)
    own = {"receipt": storing / requests, "on_path": on_path / requests} if storing else {}
    return {"all": found.total() / requests, **own}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", help="command line of the gateway; {config}, {port} and {state} are filled in")
    parser.add_argument("--config", help="configuration file for it; {upstream} inside is filled in")
    parser.add_argument("--key", default="sk-client-key", help="the clients' token (default: %(default)s)")
    parser.add_argument("--model", default="bench/gpt-4o-mini", help="the model to ask for (default: %(default)s)")
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(KINDS), help="some of plain,stream")
    parser.add_argument("--requests", type=int, default=500, help="to count for each figure (default: %(default)s)")
    parser.add_argument("--top", type=int, default=0, help="also list so many functions, the costliest first")
    parser.add_argument("--first-port", type=int, default=FIRST_PORT, help="of four that must be free (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--markdown", type=Path, help="write a table into this page, between its instructions marks")
    return parser.parse_args()


def main() -> None:
    wanted = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    result: dict[str, dict[str, Figures]] = {}
    try:
        with stage(wanted.gateway, wanted.config, wanted.first_port, single_process=True) as made:
            load = Load(made, wanted.key, wanted.model)
            for kind in wanted.only:
                for name in [name for name in ("nginx", "gateway") if name in made.commands]:
                    row = measure(made, load, name, kind, wanted.requests, wanted.top)
                    result.setdefault(kind, {})[name] = row
                    print(f"{kind:8s} {name:8s} " + "  ".join(f"{key}={figure:,.0f}" for key, figure in row.items()), flush=True)
        if wanted.json:
            wanted.json.write_text(json.dumps(result, indent=1) + "\n")
        if wanted.markdown:
            header = ["request", "nginx", "Understudy", "of it for the receipt", "of that on the request's path"]
            lines = [report.row_of(header), report.row_of(["---", *["---:"] * 4])]
            for kind, rows in result.items():
                cells = [f"{rows[name]['all']:,.0f}" if name in rows else "" for name in ("nginx", "gateway")]
                own = rows.get("gateway", {})
                lines.append(report.row_of([kind, *cells, *(f"{own[key]:,.0f}" if key in own else "" for key in ("receipt", "on_path"))]))
            table = "\n".join(lines)
            report.write_section(wanted.markdown, "instructions", f"{report.circumstances('make bench ARGS=--write')}\n\n{table}")
    except BenchmarkError as problem:
        sys.exit(f"instructions: {problem}")


if __name__ == "__main__":
    main()
