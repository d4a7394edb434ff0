#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a page or a comment points to is there: relative links, their anchors, and paths of this project in backticks.

Comments in sources that name a page under docs/ are held to the same. "`docs/a.md` in owner/name" is another project's page,
and addresses outside the project are not looked up. The CHANGELOG speaks of the past, so the paths in it may be gone.
"""

import posixpath
import re
from urllib.parse import unquote

from project import Project, Sample, main

LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|^\[[^\]^]+\]:\s*(\S+)", re.M)
OUR_PATH = re.compile(r"`((?:Sources|Tests|Scripts|Benchmarks|Examples|docs|\.ci)/[\w./+-]+)`(?! in [\w.-]+/[\w.-]+)")
PAGE_IN_COMMENT = re.compile(r"\bdocs/[\w./-]+\.md\b(?!`? in [\w.-]+/[\w.-]+)")


def blank(text: str, pattern: str, flags: int = 0) -> str:
    """`text` with every match replaced by as many spaces, so that line numbers stay."""
    return re.sub(pattern, lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=flags)


def anchors(text: str) -> set[str]:
    """The anchors that GitHub makes of a page's headings, and those that it sets itself."""
    text = blank(text, r"^(```|~~~).*?^\1", re.M | re.S)
    found: dict[str, int] = {}
    names = set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text))
    for heading in re.findall(r"^#{1,6}\s+(.+?)\s*#*$", text, re.M):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "")
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        names.add(f"{slug}-{found[slug]}" if slug in found else slug)
        found[slug] = found.get(slug, 0) + 1
    return names


def page_problems(project: Project, name: str) -> list[str]:
    text = blank(project.text(name), r"^(```|~~~).*?^\1", re.M | re.S)
    problems = []
    targets = [(found.start(), found[1] or found[2]) for found in LINK.finditer(blank(text, r"`[^`\n]*`"))]
    for start, target in targets:
        place = f"{name}:{text.count(chr(10), 0, start) + 1}"
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        page = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
        if page.startswith(".."):
            problems.append(f"{place}: {target} leads out of the project")
        elif not project.has(page):
            problems.append(f"{place}: there is no {page}")
        elif anchor and page.endswith(".md") and anchor not in anchors(project.text(page)):
            problems.append(f"{place}: {page} has no heading #{anchor}")
    if name != "CHANGELOG.md":
        for found in OUR_PATH.finditer(text):
            if not project.has(found[1]):
                problems.append(f"{name}:{text.count(chr(10), 0, found.start()) + 1}: there is no {found[1]}")
    return problems


def comment_problems(project: Project, name: str) -> list[str]:
    problems = []
    for number, line in enumerate(project.text(name).splitlines(), 1):
        comment = re.search(r"(?://|#) .*", line)
        for page in PAGE_IN_COMMENT.findall(comment[0] if comment else ""):
            if not project.has(page):
                problems.append(f"{name}:{number}: there is no {page}")
    return problems


def check(project: Project) -> list[str]:
    problems = []
    for name in project.files():
        if "/Fixtures/" in name and not name.endswith(".md"):
            continue
        if name.endswith(".md"):
            problems += page_problems(project, name)
        elif not name.startswith("Scripts/checks/") and (name.endswith((".swift", ".c", ".h", ".py", ".sh")) or name.startswith("Scripts/")):
            problems += comment_problems(project, name)
    return problems


if __name__ == "__main__":
    main(
        check,
        [
            Sample(
                "right",
                {
                    "README.md": "# One `two`, three\n[a](docs/b.md#a-b) [c](#one-two-three) [d](https://example.com/x) `docs/b.md`\n"
                    "```\n[not](a-link.md)\n```\nand `[not](this.md)`\n[e]: docs/b.md\n",
                    "docs/b.md": "## A: b\n[up](../README.md)\n",
                    "a.swift": "/// As docs/b.md says, and `docs/c.md` in other/project.\n",
                },
            ),
            Sample("no file", {"README.md": "[a](gone.md)\n"}, "README.md:1: there is no gone.md"),
            Sample("no file by reference", {"README.md": "\n[a]: gone.md\n"}, "README.md:2: there is no gone.md"),
            Sample("no picture", {"docs/a.md": "![a](b.png)\n"}, "there is no docs/b.png"),
            Sample("no anchor", {"README.md": "[a](b.md#c)\n", "b.md": "# d\n```\n# c\n```\n"}, "b.md has no heading #c"),
            Sample("no anchor here", {"README.md": "# d\n[a](#c)\n"}, "README.md has no heading #c"),
            Sample("outside", {"README.md": "[a](../b.md)\n"}, "leads out of the project"),
            Sample("no such path", {"docs/a.md": "see `Sources/Gone.swift`\n"}, "docs/a.md:1: there is no Sources/Gone.swift"),
            Sample("a comment's page", {"a.swift": "let a = 1  // docs/gone.md\n"}, "a.swift:1: there is no docs/gone.md"),
        ],
    )
