#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`swift format` has nothing to say about any Swift file; .swift-format in the project's root is what it obeys."""

import re
import subprocess

from project import ROOT, Project, Sample, main


def check(project: Project) -> list[str]:
    names = [name for name in project.files() if name.endswith(".swift") and "/Fixtures/" not in name]
    if not names:
        return []
    run = subprocess.run(
        ["swift", "format", "lint", "--strict", "--parallel", "--configuration", str(ROOT / ".swift-format"), *names],
        cwd=project.root, capture_output=True, text=True,
    )
    problems = [re.sub(r": (error|warning): ", ": ", line) for line in run.stderr.splitlines() if line]
    if run.returncode != 0 and not problems:
        problems.append(f"swift format ended with {run.returncode} and said nothing")
    return problems


if __name__ == "__main__":
    main(
        check,
        [
            Sample("right", {"a.swift": "struct A {\n    var b = 1\n}\n"}),
            Sample("two spaces", {"a.swift": "struct A {\n  var b = 1\n}\n"}, "[Indentation]"),
            Sample("long line", {"a.swift": "let a = 1" + " + 1" * 40 + "\n"}, "a.swift:1"),
            Sample("not Swift", {"a.swift": "struct {\n"}, "a.swift:1"),
        ],
    )
