#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Imports follow the table in docs/modules.md.

1. The table and Package.swift name the same targets with the same dependencies, and each row imports only rows above it.
2. Each source imports only what its target declares: SwiftPM lets undeclared transitive imports through.
3. Targets that decide import nothing from outside the project and read no clock and no chance; the others import only the C
   library and Synchronization. Where one C library is imported, the other platform's stands beside it, but for files that
   are written for Linux and import CLinux.
4. The package depends on no other package.
5. Simulation/ judges what it plays: its Oracle imports nothing at all, and its Simulation nothing but the Oracle and Failover.
"""

import json
import re
import subprocess
from dataclasses import dataclass, field

from project import Project, Sample, main

TABLE = "docs/modules.md"
C_LIBRARY = {"Glibc", "Darwin"}
# What each kind of target may import from outside the project.
OUTSIDE = {
    "decides": set(),
    "does": C_LIBRARY | {"Synchronization"},
    "C": set(),
    # Foundation in a test: as the oracle that our own parsers are compared with.
    "test": C_LIBRARY | {"Synchronization", "Testing", "Foundation"},
}
# Chance and time that are not arguments (`using: &random` is one).
IMPURE = re.compile(
    r"SystemRandomNumberGenerator|ContinuousClock|SuspendingClock|Task\.sleep"
    r"|\.(?:random|shuffled|randomElement|shuffle)\((?!.*using:)"
)
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias|actor)\s+)?(\w+)"
)


@dataclass
class Row:
    line: int
    kind: str
    imports: list[str] = field(default_factory=list)


def table(text: str) -> dict[str, Row]:
    """The rows of docs/modules.md, in order: target to what it may import. Its section says what kind of target it is."""
    rows, kind = {}, None
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## "):
            kind = {"C": "C", "Deciding": "decides", "Doing": "does"}.get(line.split()[1])
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if kind and len(cells) == 3 and re.fullmatch(r"`\w+`", cells[0]):
            names = [] if cells[1] == "nothing" else [name.strip(" `") for name in cells[1].split(",")]
            rows[cells[0].strip("`")] = Row(number, kind, names)
    return rows


def manifest(project: Project) -> tuple[dict[str, tuple[str, list[str]]], list[str]]:
    """Target to its type and dependencies, and the packages that the package depends on."""
    run = subprocess.run(["swift", "package", "dump-package"], cwd=project.root, capture_output=True, text=True)
    if run.returncode != 0:
        raise SystemExit(f"Package.swift: {run.stderr.strip()}")
    dump = json.loads(run.stdout)

    def names(target) -> list[str]:
        return [next(iter(dependency.values()))[0] for dependency in target["dependencies"]]

    targets = {target["name"]: (target["type"], names(target)) for target in dump["targets"]}
    return targets, [json.dumps(package) for package in dump["dependencies"]]


def table_problems(rows: dict[str, Row], targets: dict[str, tuple[str, list[str]]]) -> list[str]:
    problems, above = [], set()
    for name, row in rows.items():
        place = f"{TABLE}:{row.line}"
        if name not in targets:
            problems.append(f"{place}: {name} is not a target of Package.swift")
        elif sorted(row.imports) != sorted(targets[name][1]):
            differing = ", ".join(sorted(set(row.imports) ^ set(targets[name][1])))
            problems.append(f"{place}: {name} imports other targets than in Package.swift: {differing}")
        problems += [f"{place}: {name} imports {other}, which is not above it" for other in row.imports if other not in above]
        if row.kind == "decides":
            doing = [other for other in row.imports if other in rows and rows[other].kind == "does"]
            problems += [f"{place}: {name} decides and {other} does" for other in doing]
        above.add(name)
    missing = [name for name, (kind, _) in targets.items() if kind != "test" and name not in rows]
    return problems + [f"{TABLE}: has no row for {name}" for name in missing]


def source_problems(project: Project, rows: dict[str, Row], targets: dict[str, tuple[str, list[str]]]) -> list[str]:
    problems = []
    for name in project.files():
        folder, target, *rest = [*name.split("/"), "", ""]
        if folder not in ("Sources", "Tests") or not name.endswith(".swift") or "/Fixtures/" in name:
            continue
        if target not in targets:
            problems.append(f"{name}: lies in no target of Package.swift")
            continue
        kind = "test" if targets[target][0] == "test" else rows[target].kind if target in rows else "does"
        declared, seen = set(targets[target][1]) | {target}, set()
        for number, line in enumerate(project.text(name).splitlines(), 1):
            place, found = f"{name}:{number}", IMPORT.match(line)
            if found:
                module = found[1]
                seen.add(module)
                if module in targets and module not in declared:
                    problems.append(f"{place}: {target} does not declare {module}")
                elif module not in targets and module not in OUTSIDE[kind]:
                    problems.append(f"{place}: {target} may not import {module}")
            elif kind == "decides" and not line.lstrip().startswith("//") and (impure := IMPURE.search(line)):
                problems.append(f"{place}: {target} decides, so time and chance are arguments: {impure[0]}")
        if kind != "test" and len(seen & C_LIBRARY) == 1 and "CLinux" not in seen:
            problems.append(f"{name}: imports {(seen & C_LIBRARY).pop()} without the other platform's C library beside it")
    return problems


SIMULATION = {"Oracle": set(), "Simulation": {"Failover", "Oracle"}}


def simulation_problems(project: Project) -> list[str]:
    problems = []
    for name in project.files():
        folder, sources, target, *rest = [*name.split("/"), "", "", ""]
        if (folder, sources) != ("Simulation", "Sources") or target not in SIMULATION or not name.endswith(".swift"):
            continue
        for number, line in enumerate(project.text(name).splitlines(), 1):
            if (found := IMPORT.match(line)) and found[1] not in SIMULATION[target]:
                problems.append(f"{name}:{number}: {target} may not import {found[1]}")
            elif not line.lstrip().startswith("//") and (impure := IMPURE.search(line)):
                problems.append(f"{name}:{number}: a seed has to give the same run again: {impure[0]}")
    return problems


def check(project: Project) -> list[str]:
    targets, packages = manifest(project)
    rows = table(project.text(TABLE)) if project.has(TABLE) else {}
    problems = table_problems(rows, targets) + source_problems(project, rows, targets) + simulation_problems(project)
    return problems + [f"Package.swift: depends on another package: {package}" for package in packages]


def sample(name: str, problem: str | None = None, *, rows: dict[str, str] = {}, targets: str = "", package: str = "", **sources: str) -> Sample:
    """A project of `Core` (decides) and `Shell` (does, imports Core), with differences. `Core=` is the text of Core's source."""
    cells = {"Core": "nothing", "Shell": "Core"} | rows
    lines = [f"## {'Deciding' if name == 'Core' else 'Doing'}\n\n| `{name}` | {imports} | why |\n" for name, imports in cells.items()]
    declared = targets or '.target(name: "Core"), .target(name: "Shell", dependencies: ["Core"])'
    texts = {"Core": "let a = 1\n", "Shell": "import Core\n"} | sources
    return Sample(
        name,
        {
            TABLE: "\n".join(lines),
            "Package.swift": '// swift-tools-version: 6.2\nimport PackageDescription\n'
            f'let package = Package(name: "sample", {package} targets: [{declared}])\n',
            **{f"Sources/{target}/{target}.swift": text for target, text in texts.items()},
        },
        problem,
    )


def simulated(name: str, oracle: str, problem: str | None = None) -> Sample:
    project = sample(name, problem)
    return Sample(name, {**project.files, "Simulation/Sources/Oracle/Judge.swift": oracle}, problem)


if __name__ == "__main__":
    both = "#if canImport(Glibc)\n    import Glibc\n#else\n    import Darwin\n#endif\n"
    three = '.target(name: "Core"), .target(name: "Shell", dependencies: ["Core"]), .target(name: "Top", dependencies: ["Shell"])'
    main(
        check,
        [
            sample("right", Shell=both + "import Core\nimport Synchronization\n"),
            sample("chance as an argument", Core="let a = { (g: inout G) in Int.random(in: 0..<2, using: &g) }\n"),
            sample("an import that points up", "Core does not declare Shell", Core="import Shell\n"),
            sample("a transitive import", "Top does not declare Core", rows={"Top": "Shell"}, targets=three, Top="@testable import struct Core.A\n"),
            sample("a system library in the deciding half", "Core may not import Glibc", Core=both),
            sample("Foundation", "Shell may not import Foundation", Shell="public import Foundation\n"),
            sample("a clock in the deciding half", "time and chance are arguments", Core="let now = ContinuousClock().now\n"),
            sample("chance in the deciding half", "time and chance are arguments", Core="let a = [1, 2].randomElement()\n"),
            sample("one platform only", "without the other platform's", Shell="import Glibc\n"),
            sample("a row too many", "is not a target", rows={"Gone": "nothing"}),
            sample("a row too few", "has no row for Top", targets=three, Top="let a = 1\n"),
            sample("a row that differs", "imports other targets", rows={"Shell": "nothing"}),
            sample("an order that is none", "not above it", rows={"Core": "Shell", "Shell": "nothing"}),
            simulated("an oracle by itself", "let a = 1\n"),
            simulated("an oracle that asks whom it judges", "import Failover\n", "Oracle may not import Failover"),
            simulated("an oracle with chance of its own", "let a = [1, 2].randomElement()\n", "a seed has to give the same run"),
            sample("another package", "depends on another package", package='dependencies: [.package(path: "../other")],'),
        ],
    )
