# SPDX-License-Identifier: Apache-2.0
"""Reads the counters that callgrind writes (format: https://valgrind.org/docs/manual/cl-format.html).

callgrind_annotate takes a call that began before the counters did for cost of its own, so it is not used here.
"""

import re
import subprocess
from collections import Counter
from pathlib import Path

from .processes import BenchmarkError


def costs(file: Path, calls_of: str = "") -> tuple[Counter[str], int]:
    """Instructions by function, without those of the functions it calls, and all that calls of functions with `calls_of` in their
    names took. Needs `--compress-strings=no`."""
    found: Counter[str] = Counter()
    library, function, of_callee, total, in_calls, is_wanted = "", "?", False, None, 0, False
    for line in file.read_text(errors="replace").splitlines():
        if line.startswith("ob="):
            library = line.rpartition("/")[2]
        elif line.startswith("fn="):
            name = line[3:]
            function = f"{library}:{name}" if name.startswith("0x") else name
        elif line.startswith("cfn="):
            is_wanted = bool(calls_of) and calls_of in line
        elif line.startswith("calls="):
            of_callee = True
        elif cost := re.fullmatch(r"(?:\+|-)?(?:\d+|\*) (\d+)", line):
            if not of_callee:
                found[function] += int(cost[1])
            elif is_wanted:
                in_calls += int(cost[1])
            of_callee = False
        elif line.startswith(("summary:", "totals:")):
            total = int(line.split()[1])
    if total is None or total != found.total():
        raise BenchmarkError(f"{file.name} says {total} instructions, its functions {found.total()}")
    return found, in_calls


def readable(names: list[str]) -> list[str]:
    """Swift's mangled names as in the sources; others as they are."""
    try:
        done = subprocess.run(["swift", "demangle", "--simplified"], input="\n".join(names), capture_output=True, text=True, timeout=30)
    except OSError:
        return names
    lines = done.stdout.splitlines()
    return lines if done.returncode == 0 and len(lines) == len(names) else names
