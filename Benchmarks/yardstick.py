#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a gateway costs a request, beside nginx and HAProxy doing nothing but proxying, in one run.

    Benchmarks/yardstick.py                                    # nginx and haproxy alone
    Benchmarks/yardstick.py --gateway 'understudy gateway run --config {config} --port {port} --state-dir {state}' \\
        --config Benchmarks/gateway.json --only plain,stream --seconds 3 --rounds 3 --json figures.json

Cases
  plain    2 KB request, 1 KB reply, 32 connections        latency  500 plain requests a second over 8 connections
  large    200 KB request, 1 KB reply, 8 connections       ttft     until the first event, one stream after another
  stream   50 events in a burst, 32 connections            idle     10, 1,000 and 5,000 open streams that say nothing
  paced    50 events 20 ms apart, 400 connections          open     5,000 open streams with an event a second
                                                           start    from the command to an open port

`direct` is the upstream itself with nothing in between. CPU is of the whole process tree; memory is proportional (PSS).
Storing receipts has a thread of its own, whose part of the gateway's CPU is shown.
The program under test has one core, load and upstream share another. Subjects take turns, in reversed order every other
round, and medians are shown: machines are noisy, so read the ratios of one run and never a figure alone.

With --client the clients speak another wire than the upstream, so that the gateway has to translate; it is then measured alone.

Needs nginx, haproxy, wrk, h2load and cc (Scripts/setup bench). Linux, loopback only, two to three minutes.
"""

import argparse
import json
import resource
import signal
import statistics
import sys
import time
from pathlib import Path

from harness import report
from harness.load import CLIENTS, Load, quantile
from harness.processes import BenchmarkError
from harness.stage import FIRST_PORT, Stage, stage

Figures = dict[str, float]
# The gateway's thread that stores receipts.
STORE = "store"


class Yardstick:
    """The cases. Each measures one subject by name, in a process of its own, and returns its figures."""

    # Those that have a figure for the upstream itself, so that what a subject adds can be told.
    WITH_DIRECT = ("latency", "ttft")
    IDLE_STREAMS = (10, 1000, 5000)
    OPEN_STREAMS = 5000

    def __init__(self, stage: Stage, load: Load, seconds: int):
        self.stage, self.load, self.seconds = stage, load, seconds
        self.cases = {
            "plain": lambda name: self.saturated(name, "plain", 32, seconds),
            "large": lambda name: self.saturated(name, "large", 8, seconds),
            "stream": lambda name: self.saturated(name, "stream", 32, seconds),
            "paced": lambda name: self.saturated(name, "paced", 400, max(seconds, 5)),
            "latency": self.latency,
            "ttft": self.ttft,
            "idle": self.idle,
            "open": self.open,
            "start": self.start,
        }

    def saturated(self, name: str, body: str, connections: int, seconds: int) -> Figures:
        with self.stage.subject(name) as running:
            self.load.saturate(name, body, connections, 1)
            before = running.cpu_nanoseconds()
            row = self.load.saturate(name, body, connections, seconds)
            spent = running.cpu_nanoseconds() - before
            row["cpu_us"] = spent.total() / 1e3 / max(1, row["n"])
            if STORE in spent:
                row["store_percent"] = 100 * spent[STORE] / spent.total()
            row["pss_kb"] = running.memory_kilobytes()
            return row

    def latency(self, name: str) -> Figures:
        with self.stage.subject(name):
            return self.load.constant(name, per_second=500, connections=8, seconds=self.seconds + 1)

    def ttft(self, name: str) -> Figures:
        request, times = self.load.raw("hold"), []
        with self.stage.subject(name):
            for _ in range(400):
                connection, took = self.load.open_stream(name, request)
                times.append(took)
                connection.close()
        times = sorted(times[50:])
        return {"n": len(times), "p50": quantile(times, 0.5), "p99": quantile(times, 0.99)}

    def idle(self, name: str) -> Figures:
        request, connections = self.load.raw("hold"), []
        with self.stage.subject(name) as running:
            try:
                time.sleep(0.3)
                row: Figures = {"base_kb": running.memory_kilobytes()}
                for count in self.IDLE_STREAMS:
                    while len(connections) < count:
                        connections.append(self.load.open_stream(name, request)[0])
                    time.sleep(0.5)
                    row[f"kb_{count}"] = running.memory_kilobytes()
            finally:
                for connection in connections:
                    connection.close()
        _, some, many = self.IDLE_STREAMS
        row["kb_per_stream"] = (row[f"kb_{many}"] - row[f"kb_{some}"]) / (many - some)
        return row

    def open(self, name: str) -> Figures:
        request, connections = self.load.raw("open"), []
        with self.stage.subject(name) as running:
            try:
                while len(connections) < self.OPEN_STREAMS:
                    connections.append(self.load.open_stream(name, request)[0])
                self.load.drain(connections)
                before, began = running.cpu_nanoseconds(), time.monotonic()
                time.sleep(max(self.seconds, 5))
                spent, took = (running.cpu_nanoseconds() - before).total(), time.monotonic() - began
                events = self.load.drain(connections)
            finally:
                for connection in connections:
                    connection.close()
        # A stream that has stalled would make the rest look cheap.
        missing = max(0, self.OPEN_STREAMS * int(took) * 9 // 10 - events)
        return {"n": events, "core_percent": spent / took / 1e7, "cpu_event_us": spent / 1e3 / max(1, events), "errors": missing}

    def start(self, name: str) -> Figures:
        with self.stage.subject(name) as running:
            return {"ready_ms": running.ready_after * 1e3}

    def run(self, only: list[str], rounds: int) -> dict[str, dict[str, Figures]]:
        result = {}
        for case in only or self.cases:
            # Only a gateway can serve a client of another wire than the upstream's.
            crosses = self.load.client != "openai-completions"
            names = ["gateway"] if crosses else [*(["direct"] if case in self.WITH_DIRECT else []), *self.stage.commands]
            rows: dict[str, list[Figures]] = {name: [] for name in names}
            for number in range(1 if case in ("idle", "open") else rounds):
                # There and back again, so that a drift of the machine hits all alike.
                for name in names if number % 2 == 0 else reversed(names):
                    rows[name].append(self.cases[case](name))
            medians = {name: {key: statistics.median(row[key] for row in found) for key in found[0]} for name, found in rows.items()}
            for name, row in medians.items():
                print(report.line(case, name, row, medians), flush=True)
            result[case] = medians
        return result


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", help="command line of the gateway; {config}, {port} and {state} are filled in")
    parser.add_argument("--config", help="configuration file for it; {upstream} inside is filled in")
    parser.add_argument("--key", default="sk-client-key", help="the clients' token (default: %(default)s)")
    parser.add_argument("--model", default="bench/gpt-4o-mini", help="the model to ask for (default: %(default)s)")
    parser.add_argument("--client", choices=CLIENTS, default="openai-completions", help="the clients' wire (default: %(default)s)")
    parser.add_argument("--only", type=lambda text: text.split(","), default=[], help="some of the cases, with commas between")
    parser.add_argument("--seconds", type=int, default=2, help="of load for each figure (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="of all subjects for each case (default: %(default)s)")
    parser.add_argument("--first-port", type=int, default=FIRST_PORT, help="of four that must be free (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--markdown", type=Path, help="write a table into this page, between its yardstick marks")
    return parser.parse_args()


def repeated(wanted: argparse.Namespace) -> str:
    """The command that gives such figures again."""
    words = ["--write"]
    if wanted.client != "openai-completions":
        words += ["--client", wanted.client]
    if wanted.only:
        words += ["--only", ",".join(wanted.only)]
    return f'make bench ARGS="{" ".join([*words, "--seconds", str(wanted.seconds), "--rounds", str(wanted.rounds)])}"'


def main() -> None:
    wanted = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(20000, limit) if limit > 0 else 20000, limit))
    try:
        with stage(wanted.gateway, wanted.config, wanted.first_port) as made:
            yardstick = Yardstick(made, Load(made, wanted.key, wanted.model, wanted.client), wanted.seconds)
            unknown = [case for case in wanted.only if case not in yardstick.cases]
            if unknown:
                raise BenchmarkError(f"no such case: {', '.join(unknown)}; there are {', '.join(yardstick.cases)}")
            result = yardstick.run(wanted.only, wanted.rounds)
        if wanted.json:
            wanted.json.write_text(json.dumps(result, indent=1) + "\n")
        if wanted.markdown:
            report.write_section(wanted.markdown, "yardstick", f"{report.circumstances(repeated(wanted))}\n\n{report.tables(result)}")
    except BenchmarkError as problem:
        sys.exit(f"yardstick: {problem}")
    wrong = [f"{case} {name}" for case, rows in result.items() for name, row in rows.items() if row.get("errors")]
    if wrong:
        sys.exit(f"yardstick: some requests failed, so these figures are none: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
