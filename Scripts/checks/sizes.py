#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No file has more than 500 lines without a reason in long-files.txt, and no reason outlives its file's length."""

from fnmatch import fnmatch

from project import Project, Sample, main

LIMIT = 500
REASONS = "Scripts/checks/long-files.txt"


def reasons(project: Project) -> tuple[dict[str, str], list[str]]:
    """Pattern to reason, and what is wrong with the list itself."""
    found, problems = {}, []
    if not project.has(REASONS):
        return found, problems
    for number, line in enumerate(project.text(REASONS).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        pattern, _, reason = line.partition(":")
        if len(reason.split()) < 3:
            problems.append(f"{REASONS}:{number}: says no reason for {pattern}")
        found[pattern.strip()] = reason.strip()
    return found, problems


def check(project: Project) -> list[str]:
    known, problems = reasons(project)
    used = set()
    for name in project.files():
        length = project.text(name).count("\n")
        if length <= LIMIT:
            continue
        patterns = [pattern for pattern in known if fnmatch(name, pattern)]
        used.update(patterns)
        if not patterns:
            problems.append(f"{name}: {length} lines, over {LIMIT}: move the second idea out, or say in {REASONS} why it stays")
    problems += [f"{REASONS}: {pattern} is not over {LIMIT} lines any more" for pattern in known if pattern not in used]
    return problems


if __name__ == "__main__":
    long = "x\n" * (LIMIT + 1)
    main(
        check,
        [
            Sample("right", {"a.swift": "x\n" * LIMIT, "b.json": long, REASONS: "# why\nb.*: data from elsewhere, kept whole\n"}),
            Sample("too long", {"a.swift": long}, "a.swift: 501 lines"),
            Sample("no reason", {"a.swift": long, REASONS: "a.swift:\n"}, "says no reason"),
            Sample("stale reason", {"a.swift": "x\n", REASONS: "a.swift: a table kept whole\n"}, "not over 500 lines any more"),
        ],
    )
