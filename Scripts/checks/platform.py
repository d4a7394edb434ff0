#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What only Linux has is used in Transport and CLinux alone, so that another platform is another file there.

The operating system's own interfaces (epoll, signalfd, inotify, eventfd, timerfd, pidfd) are looked for by name in code,
not in comments.
"""

import re

from project import Project, Sample, main

HOME = ("Sources/Transport/", "Sources/CLinux/")
LINUX_ONLY = re.compile(r"\b(?:epoll_\w+|EPOLL\w+|signalfd\w*|inotify_\w+|IN_MOVED_TO|eventfd\w*|timerfd_\w+|pidfd_\w+|import CLinux)\b")


def check(project: Project) -> list[str]:
    problems = []
    for name in project.files():
        if not name.startswith("Sources/") or not name.endswith((".swift", ".c", ".h")) or name.startswith(HOME):
            continue
        for number, line in enumerate(project.text(name).splitlines(), 1):
            code = line.split("//")[0]
            if found := LINUX_ONLY.search(code):
                problems.append(f"{name}:{number}: {found[0]} exists on Linux only; it belongs in Transport")
    return problems


if __name__ == "__main__":
    main(
        check,
        [
            Sample("right", {"Sources/Transport/Poller.swift": "epoll_wait(1)\n", "Sources/Store/A.swift": "// not epoll_wait\nlet a = 1\n"}),
            Sample("epoll elsewhere", {"Sources/Store/A.swift": "let a = epoll_create1(0)\n"}, "epoll_create1"),
            Sample("the module elsewhere", {"Sources/Relay/A.swift": "import CLinux\n"}, "import CLinux"),
            Sample("in C elsewhere", {"Sources/CAssets/a.c": "int a = eventfd(0, 0);\n"}, "eventfd"),
        ],
    )
