#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the tests that `swift build --build-tests` built, and ends with a line of its own: `N passed, N failed`.

    Scripts/run_tests.py [--minutes 25] [--with-simulation] [arguments of swift test]
    Scripts/run_tests.py --self-test

Swift Testing's own report is what is counted: each test function once, whatever its number of arguments. The exit status
is 0 only when at least one test ran and none failed. A run that crashes, or does not end in time, counts as one failure
beside those that it had reported.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import xml.etree.ElementTree
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The tests of the built gateway.
GATEWAY = r"^GatewayTests\."
# The tests of parts that talk to sockets and other processes.
SOCKETS = r"^(TransportTests|RelayTests|CredentialsTests|StoreTests)\."
# Faults in a tenth of their time, which anything beside them would be taken for; and restarts under a load that is one for all.
DRILL = r"DrillTests|The drill|HandoverTests|A gateway that restarts"


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0


def from_report(text: str) -> Count:
    """Counts a whole run's xUnit report. Raises `ParseError` when it is cut."""
    count = Count()
    for case in xml.etree.ElementTree.fromstring(text).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            count.failed += 1
        elif case.find("skipped") is not None:
            count.skipped += 1
        else:
            count.passed += 1
    return count


def from_output(lines: list[str]) -> Count:
    """Counts the lines of a run that has left no report, because it ended early."""
    count = Count()
    for line in lines:
        ended = re.match(r"\S (?!Test run |Test case )Test .+ (passed|failed) after [\d.]+ seconds", line)
        if ended:
            setattr(count, ended[1], getattr(count, ended[1]) + 1)
    return count


def verdict(status: int, report: str | None, lines: list[str], may_be_empty: bool = False) -> Count:
    """What a run amounts to. Never says that all is well unless `swift test`, its report and its summary all do.

    With `may_be_empty`, a run of no test at all is none: a filter may name tests of another package alone.
    """
    if may_be_empty and status == 0 and any(re.match(r"\S Test run with 0 tests .*passed after", line) for line in lines):
        return Count()
    try:
        if report is None:
            raise ValueError("no report")
        count = from_report(report)
        summary = [line for line in lines if re.match(r"\S Test run with \d+ tests? .*(passed|failed) after", line)]
        whole = bool(summary) and (" passed after " in summary[-1]) == (count.failed == 0)
    except (ValueError, xml.etree.ElementTree.ParseError):
        count, whole = from_output(lines), False
    if count.failed == 0 and (status != 0 or not whole or count.passed == 0):
        count.failed = 1
    return count


def total(counts: list[Count]) -> Count:
    """What several runs amount to together: no test at all is a failure."""
    count = Count(sum(c.passed for c in counts), sum(c.failed for c in counts), sum(c.skipped for c in counts))
    if count.passed == 0 and count.failed == 0:
        count.failed = 1
    return count


def failures(lines: list[str], at_most: int = 40, width: int = 600) -> list[str]:
    """The lines that tell what failed, each cut to `width` characters; of more than `at_most`, how many more there were."""
    # The second is of a run that crashed: it has no test that says so.
    told = [line[:width] for line in lines if re.match(r"\S Test .+ recorded an issue|.*Fatal error: ", line)]
    more = [f"and {len(told) - at_most} more"] if len(told) > at_most else []
    return told[:at_most] + more


def run(arguments: list[str], minutes: float) -> tuple[int, str | None, list[str]]:
    """Runs `swift test`, passes its output through, and keeps its lines. Kills what is left of it after `minutes`."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        # Swift Testing writes beside the path that it is given, or to it, by version.
        command = ["swift", "test", "--skip-build", "--disable-xctest", "--xunit-output", str(report), *arguments]
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True
        )

        def end(*_):
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

        def too_late():
            print(f"\nthe tests did not end within {minutes:g} minutes and were killed", flush=True)
            end()

        signal.signal(signal.SIGINT, end)
        signal.signal(signal.SIGTERM, end)
        timer = threading.Timer(minutes * 60, too_late)
        timer.start()
        lines: list[str] = []

        def pass_through():
            for line in process.stdout:
                sys.stdout.write(line)
                sys.stdout.flush()
                lines.append(line.rstrip("\n"))

        # A process that a test left behind may hold the output open: what `swift test` itself wrote is there at its end.
        reader = threading.Thread(target=pass_through, daemon=True)
        reader.start()
        status = process.wait()
        timer.cancel()
        reader.join(5)
        reports = sorted(Path(folder).glob("*.xml"))
        texts = [path.read_text() for path in reports if "<testcase" in path.read_text()]
        return status, texts[0] if texts else None, lines


def self_test() -> None:
    """The count is seen to be red for everything that is not green."""

    def report(*bodies: str) -> str:
        return "<testsuites><testsuite>" + "".join(f"<testcase>{body}</testcase>" for body in bodies) + "</testsuite></testsuites>"

    def summary(word: str) -> list[str]:
        return [f"✔ Test run with 2 tests in 1 suite {word} after 0.1 seconds."]

    good = report("", "<skipped>why</skipped>")
    rows = [
        ("all is well", (0, good, summary("passed")), Count(1, 0, 1)),
        ("a test failed", (1, report("", "<failure/><failure/>"), summary("failed")), Count(1, 1, 0)),
        ("swift test failed, its report did not", (1, good, summary("passed")), Count(1, 1, 1)),
        ("the summary failed, the report did not", (0, good, summary("failed")), Count(1, 1, 1)),
        ("no summary", (0, good, []), Count(1, 1, 1)),
        ("nothing ran", (0, report(), summary("passed")), Count(0, 1, 0)),
        ("only skipped", (0, report("<skipped/>"), summary("passed")), Count(0, 1, 1)),
        ("it crashed", (1, None, ['✔ Test "a" passed after 0.1 seconds.', "✘ Test b(n:) with 3 test cases passed after 0.1 seconds."]), Count(2, 1, 0)),
        ("its report is cut", (0, good[:40], summary("passed")), Count(0, 1, 0)),
    ]
    for name, arguments, expected in rows:
        found = verdict(*arguments)
        assert found == expected, f"{name}: {found}, not {expected}"
    told = failures(['✔ Test "a" passed', '✘ Test "b" recorded an issue at B.swift:1: no', "Swift/Array.swift:1: Fatal error: Index out of range"])
    assert len(told) == 2 and failures(told * 2, at_most=3)[3:] == ["and 1 more"] and failures(told, width=5)[0] == "✘ Tes"
    nothing = (0, None, ["✔ Test run with 0 tests in 0 suites passed after 0.1 seconds."])
    assert verdict(*nothing).failed == 1 and verdict(*nothing, may_be_empty=True) == Count()
    assert verdict(1, *nothing[1:], may_be_empty=True).failed == 1, "it crashed before its first test"
    assert total([Count(), Count()]).failed == 1 and total([Count(2, 0, 1), Count(3, 1)]) == Count(5, 1, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=25, help="kill the run after so long (default: 25)")
    parser.add_argument("--with-simulation", action="store_true", help="run the tests of Simulation, too, as built for release")
    parser.add_argument("--self-test", action="store_true", help="see the count fail, and run no tests")
    options, arguments = parser.parse_known_args()
    if options.self_test:
        self_test()
        return
    is_filtered = any(argument.startswith(("--filter", "--skip")) for argument in arguments)
    # What only computes leaves nothing of the machine to others, and gateways, upstreams and SDKs in hundreds of processes and
    # connections take it, too: beside either, who waits for an answer waits too long.
    parts = [["--skip", f"{GATEWAY}|{SOCKETS}"], ["--filter", SOCKETS], ["--filter", GATEWAY, "--skip", DRILL], ["--filter", DRILL]]
    parts = [arguments] if is_filtered else [[*arguments, *part] for part in parts]
    if options.with_simulation:
        parts.append(["--package-path", "Simulation", "--configuration", "release", *arguments])
    runs = [run(part, options.minutes) for part in parts]
    count = total([verdict(*each, is_filtered) for each in runs])
    for line in failures([line for _, _, lines in runs for line in lines]):
        print(f"failed: {line}")
    if count.skipped:
        print(f"{count.skipped} skipped")
    print(f"{count.passed} passed, {count.failed} failed")
    sys.exit(1 if count.failed else 0)


if __name__ == "__main__":
    main()
