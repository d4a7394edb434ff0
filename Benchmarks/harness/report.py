# SPDX-License-Identifier: Apache-2.0
"""Figures as people read them: lines on the terminal while they come in, tables in docs/performance.md afterwards."""

import os
import platform
import re
import subprocess
import time
from pathlib import Path

from .processes import BenchmarkError

Figures = dict[str, float]

# Figure to its words, and how many digits behind the point its value needs.
WORDS = {
    "cpu_us": ("CPU, µs a request", 1), "store_percent": ("of it for storing receipts, %", 1), "rps": ("requests a second", 0),
    "p50": ("p50, µs", 0), "p99": ("p99, µs", 0),
    "pss_kb": ("memory under load, KB", 0), "base_kb": ("memory at start, KB", 0), "kb_10": ("memory, 10 streams, KB", 0),
    "kb_1000": ("memory, 1,000 streams, KB", 0), "kb_5000": ("memory, 5,000 streams, KB", 0), "kb_per_stream": ("memory a stream, KB", 2),
    "core_percent": ("CPU, % of a core", 1), "cpu_event_us": ("CPU, µs an event", 2),
    "ready_ms": ("command to open port, ms", 1), "errors": ("errors", 0),
}  # fmt: skip
TO_NGINX = ("rps", "cpu_us", "p50", "p99", "kb_per_stream", "core_percent", "cpu_event_us", "ready_ms")


def line(case: str, name: str, row: Figures, rows: dict[str, Figures]) -> str:
    """One subject's figures, then as ratios to nginx of the same run, then what it adds to the upstream's own time."""
    text = "  ".join(f"{key}={value:,.1f}" if isinstance(value, float) else f"{key}={value:,}" for key, value in row.items())
    nginx, direct = rows.get("nginx"), rows.get("direct")
    if nginx and name not in ("nginx", "direct"):
        text += "   | to nginx: " + "  ".join(f"{key} ×{row[key] / nginx[key]:.2f}" for key in TO_NGINX if nginx.get(key) and key in row)
    if direct and name != "direct":
        text += "   | added: " + "  ".join(f"{key} {row[key] - direct[key]:.0f} us" for key in ("p50", "p99"))
    return f"{case:8s} {name:8s} {text}"


def tables(result: dict[str, dict[str, Figures]]) -> str:
    """A Markdown table over all cases: a row per figure, a column per subject, and the gateway against nginx."""
    names = [name for name in ("direct", "nginx", "haproxy", "gateway") if any(name in rows for rows in result.values())]
    titles = {"direct": "upstream itself", "nginx": "nginx", "haproxy": "HAProxy", "gateway": "Understudy"}
    compare = "gateway" in names
    header = ["case", "figure", *(titles[name] for name in names), *(["Understudy : nginx"] if compare else [])]
    lines = [row_of(header), row_of(["---", "---", *["---:"] * (len(header) - 2)])]
    for case, rows in result.items():
        figures = [key for key in WORDS if any(key in row for row in rows.values())]
        if "direct" in rows:
            for key in ("p50", "p99"):
                added = {name: row[key] - rows["direct"][key] for name, row in rows.items() if name != "direct"}
                lines.append(figure_row(case, f"added {key}, µs", added, names, 0, compare))
        for key in figures:
            values = {name: row[key] for name, row in rows.items() if key in row}
            if key == "errors" and not any(values.values()):
                continue
            words, digits = WORDS[key]
            lines.append(figure_row(case, words, values, names, digits, compare))
    return "\n".join(lines)


def figure_row(case: str, words: str, values: Figures, names: list[str], digits: int, compare: bool) -> str:
    cells = [f"{values[name]:,.{digits}f}" if name in values else "" for name in names]
    if compare:
        nginx, own = values.get("nginx"), values.get("gateway")
        cells.append(f"{own / nginx:.2f}" if nginx and own is not None else "")
    return row_of([case, words, *cells])


def row_of(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def circumstances(command: str) -> str:
    """What a figure is worth nothing without: when, on what, against which versions, and how to repeat it."""
    fields = dict(re.findall(r"^(model name|MemTotal)\s*:\s*(.+)$", read("/proc/cpuinfo") + read("/proc/meminfo"), re.M))
    memory = int(fields.get("MemTotal", "0 kB").split()[0]) / (1 << 20)
    system = dict(re.findall(r'^(PRETTY_NAME)="?([^"\n]*)', read("/etc/os-release"), re.M)).get("PRETTY_NAME", platform.system())
    commit = said(["git", "describe", "--always", "--dirty", "--exclude", "*"], r"(\S+)")
    versions = ", ".join(
        [
            "nginx " + said(["nginx", "-v"], r"nginx/(\S+)"),
            "HAProxy " + said(["haproxy", "-v"], r"version (\d+(?:\.\d+)*)"),
            said(["swift", "--version"], r"(Swift version \S+)"),
        ]
    )
    return (
        f"`{command}` at commit {commit} on {time.strftime('%Y-%m-%d')}: {len(os.sched_getaffinity(0))} cores "
        f"({fields.get('model name', platform.machine())}), {memory:.0f} GB, {system}, kernel {platform.release()}; {versions}."
    )


def read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def said(command: list[str], pattern: str) -> str:
    """What a program says of itself, `?` if it is not there or says something else."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30)
        return re.search(pattern, done.stdout)[1]
    except (OSError, TypeError, subprocess.TimeoutExpired):
        return "?"


def write_section(page: Path, name: str, text: str) -> None:
    """Replaces what stands between `<!-- name:begin -->` and `<!-- name:end -->` in a page."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    old = page.read_text()
    if old.count(begin) != 1 or old.count(end) != 1:
        raise BenchmarkError(f"{page} needs one {begin} and one {end} to write between")
    head, rest = old.split(begin)
    page.write_text(f"{head}{begin}\n{text}\n{end}{rest.split(end)[1]}")
