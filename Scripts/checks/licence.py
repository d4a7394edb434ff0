#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every source says its licence on line 1, or on line 2 where the first line is taken by a tool."""

from project import Project, Sample, main

LINE = "SPDX-License-Identifier: Apache-2.0"
KINDS = (".swift", ".c", ".h", ".sh", ".py", ".lua", ".js", ".css", ".html")
NAMES = ("Makefile", ".editorconfig")
# `#!` has to come first for the kernel, the tools version for SwiftPM.
FIRST_LINES = ("#!", "// swift-tools-version:", "<!doctype html>")


def check(project: Project) -> list[str]:
    problems = []
    for name in project.files():
        if "/Fixtures/" in name:
            continue
        lines = project.text(name).splitlines()
        first = lines[0] if lines else ""
        if not (name.endswith(KINDS) or name.split("/")[-1] in NAMES or first.startswith("#!")):
            continue
        if first.lower().startswith(FIRST_LINES) and len(lines) > 1:
            first = lines[1]
        if LINE not in first:
            problems.append(f"{name}:1: does not begin with {LINE}")
    return problems


if __name__ == "__main__":
    main(
        check,
        [
            Sample("right", {"a.swift": f"// {LINE}\n", "run": f"#!/bin/sh\n# {LINE}\n", "Package.swift": f"// swift-tools-version: 6.2\n// {LINE}\n", "a.json": "{}"}),
            Sample("missing", {"a.swift": "import HTTP\n"}, "a.swift:1:"),
            Sample("empty", {"a.h": ""}, "a.h:1:"),
            Sample("late", {"a.c": f"int a;\n// {LINE}\n"}, "a.c:1:"),
            Sample("another licence", {"a.py": "# SPDX-License-Identifier: MIT\n"}, "a.py:1:"),
            Sample("a script without a suffix", {"run": "#!/bin/sh\nexit 0\n"}, "run:1:"),
        ],
    )
