#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What an open stream holds on the heap, libcurl's part told apart: counted by massif, so it does not depend on how busy the machine is.

    Benchmarks/memory.py --gateway 'understudy gateway run --config {config} --port {port} --state-dir {state}' \\
        --config Benchmarks/gateway.json --streams 400

The gateway runs under massif. Its heap is looked at with 100 open streams that bring an event a second, and with --streams of them; the
difference is divided by that of their numbers. A block is libcurl's if libcurl asked for it. Needs valgrind and cc. About a minute.
"""

import argparse
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from harness.load import CLIENTS, Load
from harness.processes import BenchmarkError, Running
from harness.stage import FIRST_PORT, stage

FIRST = 100
# Whoever stands behind these in a stack asked for the block.
PASSED_OVER = re.compile(r"\(in [^)]*/(libc\.so|libc-|ld-linux)[^)]*\)")


def look(running: Running, file: Path) -> None:
    """Has massif write what is on the heap now."""
    done = subprocess.run(
        ["vgdb", f"--pid={running.pid}", "detailed_snapshot", str(file)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
    )  # fmt: skip
    if not file.exists():
        raise BenchmarkError(f"vgdb said: {done.stdout.strip()}")


def owners(file: Path) -> dict[str, int]:
    """Bytes on the heap by who asked for them (format: https://valgrind.org/docs/manual/ms-manual.html)."""
    found = {"libcurl": 0, "own": 0}
    # Below this depth the stack's owner is known.
    known_at = None
    for line in file.read_text(errors="replace").splitlines():
        node = re.match(r"( *)n(\d+): (\d+) (.*)", line)
        if not node:
            continue
        depth, children, size, frame = len(node[1]), int(node[2]), int(node[3]), node[4]
        if known_at is not None and depth > known_at:
            continue
        known_at = None
        if depth == 0 or (PASSED_OVER.search(frame) and children):
            continue
        known_at = depth
        found["libcurl" if "libcurl" in frame else "own"] += size
    if not found["own"]:
        raise BenchmarkError(f"{file.name} tells of no block")
    return found


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", required=True, help="command line of the gateway; {config}, {port} and {state} are filled in")
    parser.add_argument("--config", help="configuration file for it; {upstream} inside is filled in")
    parser.add_argument("--key", default="sk-client-key", help="the clients' token (default: %(default)s)")
    parser.add_argument("--model", default="bench/gpt-4o-mini", help="the model to ask for (default: %(default)s)")
    parser.add_argument("--client", default="openai-completions", choices=list(CLIENTS), help="the clients' wire (default: %(default)s)")
    parser.add_argument("--streams", type=int, default=400, help="open streams, more than 100 (default: %(default)s)")
    parser.add_argument("--first-port", type=int, default=FIRST_PORT, help="of four that must be free (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


def main() -> None:
    wanted = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with stage(wanted.gateway, wanted.config, wanted.first_port) as made:
            load = Load(made, wanted.key, wanted.model, wanted.client)
            massif = ["valgrind", "--tool=massif", "--quiet", "--threshold=0", "--depth=12", f"--massif-out-file={made.folder}/massif.out"]
            connections, looks = [], []
            with made.subject("gateway", before=massif, seconds=120) as running:
                try:
                    for count in (FIRST, wanted.streams):
                        while len(connections) < count:
                            connections.append(load.open_stream("gateway", load.raw("open"))[0])
                        time.sleep(3)
                        load.drain(connections)
                        file = made.folder / f"{count}.massif"
                        look(running, file)
                        looks.append(owners(file))
                finally:
                    for connection in connections:
                        connection.close()
            few, many = looks
            row = {owner: (many[owner] - few[owner]) / (wanted.streams - FIRST) / 1024 for owner in few}
            row["all"] = sum(row.values())
            print(f"an open stream holds {row['all']:.1f} KB of heap: {row['libcurl']:.1f} of libcurl's, {row['own']:.1f} of the gateway's own")
            if wanted.json:
                wanted.json.write_text(json.dumps(row, indent=1) + "\n")
    except BenchmarkError as problem:
        sys.exit(f"memory: {problem}")


if __name__ == "__main__":
    main()
