#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows what `understudy rehearse --json` found as a table of faults and client wires, and keeps it in docs/rehearse.md.

    drill_page.py RESULT [--write]

Ends with 1 unless every cell is a pass.
"""
import json
import pathlib
import sys

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "rehearse.md"
BEGIN = "<!-- Written by `make drill ARGS='--true --write'`; changes are lost. -->"
END = "<!-- The end of what is written. -->"


def rows(result):
    """A line for each fault: its name, then what came of it on each wire."""
    wires = []
    faults = {}
    for cell in result["results"]:
        if cell["wire"] not in wires:
            wires.append(cell["wire"])
        attempts = [len(request["attempts"]) for take in cell["takes"] for request in take["requests"]]
        count = f"{min(attempts)}" if min(attempts) == max(attempts) else f"{min(attempts)}–{max(attempts)}"
        plural = "attempt" if count == "1" else "attempts"
        faults.setdefault(cell["scenario"], {})[cell["wire"]] = (
            f"{cell['verdict'].replace('_', ' ')}: {count} {plural}, {cell['milliseconds'] / 1000:.1f} s"
        )
    return wires, [(fault, [cells.get(wire, "") for wire in wires]) for fault, cells in faults.items()]


def text(wires, lines):
    table = [["fault"] + wires] + [[fault] + cells for fault, cells in lines]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table)


def page(wires, lines):
    head = ["| fault | " + " | ".join(f"`{wire}`" for wire in wires) + " |", "| --- |" + " --- |" * len(wires)]
    return "\n".join(head + [f"| `{fault}` | " + " | ".join(cells) + " |" for fault, cells in lines])


def main():
    result = json.loads(pathlib.Path(sys.argv[1]).read_text())
    wires, lines = rows(result)
    print(text(wires, lines))
    bad = [cell for cell in result["results"] if cell["verdict"] != "pass"]
    for cell in bad:
        print(f"\n{cell['scenario']} on {cell['wire']}: {cell['verdict']}")
        for why in cell["why"]:
            print(f"  {why}")
    print(f"\n{len(result['results']) - len(bad)} of {len(result['results'])} pass.")
    if "--write" in sys.argv:
        before, rest = PAGE.read_text().split(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{page(wires, lines)}\n{END}{rest.split(END)[1]}")
    sys.exit(1 if bad or not result["results"] else 0)


if __name__ == "__main__":
    main()
