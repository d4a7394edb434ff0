#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What docs/failover.md says is tested of others' failures is: a test names one of the row's issues, as `openclaw#24102`."""

import re

from project import Project, Sample, main

PAGE = "docs/failover.md"
HEADING = "## What others ran into"


def check(project: Project) -> list[str]:
    if not project.has(PAGE) or HEADING not in project.text(PAGE):
        return [f"{PAGE}: there is no heading '{HEADING}'"]
    tests = "\n".join(project.text(name) for name in project.files() if re.fullmatch(r"(Tests|Simulation)/.*\.swift", name))
    named = set(re.findall(r"openclaw#(\d+)", tests))
    problems = []
    rows = 0
    text = project.text(PAGE)
    start = text.index(HEADING)
    number = text.count("\n", 0, start)
    for line in text[start:].split("\n"):
        number += 1
        if line.startswith("## ") and line != HEADING:
            break
        row = re.fullmatch(r"\| ([\d, ]+) \| [^|]+ \| ([^|]+) \|", line)
        if not row:
            continue
        rows += 1
        issues = re.findall(r"\d+", row[1])
        if re.search(r"\btested\b", row[2]) and not named & set(issues):
            problems.append(f"{PAGE}:{number}: no test names openclaw#{' or openclaw#'.join(issues)}")
    return problems if rows else [f"{PAGE}: the table under '{HEADING}' has no rows"]


if __name__ == "__main__":
    table = f"{HEADING}\n\n| issue | there | here |\n| --- | --- | --- |\n"
    main(
        check,
        [
            Sample(
                "right",
                {
                    PAGE: f"{table}| 1, 2 | a | tested |\n| 3 | b | cannot be built |\n\n## Next\n\n| 4 | c | tested |\n",
                    "Tests/A/B.swift": '@Test("openclaw#2: a")\n',
                },
            ),
            Sample("no test", {PAGE: f"{table}| 1, 2 | a | tested; more is open |\n", "Tests/A/B.swift": "openclaw#12\n"}, ":5: no test names"),
            Sample("not a test", {PAGE: f"{table}| 1 | a | tested |\n", "Sources/A/B.swift": "// openclaw#1\n"}, "no test names openclaw#1"),
            Sample("no table", {PAGE: f"{HEADING}\n"}, "has no rows"),
            Sample("no page", {"README.md": ""}, "no heading"),
        ],
    )
