# SPDX-License-Identifier: Apache-2.0
"""What the checks share: the project's files, and a way to run a check or to see it fail.

A check is a function from a `Project` to a list of problems, each a line such as `Sources/Relay/Relay.swift:12: …`. Beside it
stand its samples: small projects that it must find fault with, or must not.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# What tools write. Only looked at where git does not say it.
NOT_OURS = {".git", ".build", ".swiftpm", "__pycache__"}


@dataclass
class Project:
    root: Path

    def files(self) -> list[str]:
        """Every file that is part of the project or about to be, as paths from its root, sorted."""
        git = subprocess.run(
            ["git", "-C", str(self.root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True, text=True
        )
        if git.returncode == 0 and (self.root / ".git").exists():
            names = [name for name in git.stdout.split("\0") if name]
        else:
            names = [str(path.relative_to(self.root)) for path in self.root.rglob("*")]
            names = [name for name in names if not NOT_OURS & set(Path(name).parts)]
        return sorted(name for name in set(names) if (self.root / name).is_file())

    def text(self, name: str) -> str:
        return (self.root / name).read_text(encoding="utf-8", errors="replace")

    def has(self, name: str) -> bool:
        return (self.root / name).exists()


@dataclass
class Sample:
    """A project made of `files`. With `problem`, the check must report a line that contains it; without, none at all."""

    name: str
    files: dict[str, str]
    problem: str | None = None

    def run(self, check: Callable[[Project], list[str]]) -> str | None:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in self.files.items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
                if text.startswith("#!"):
                    path.chmod(0o755)
            found = check(Project(Path(folder)))
        if self.problem is None:
            return f"{self.name}: finds fault with what is right: {found}" if found else None
        if not any(self.problem in line for line in found):
            return f"{self.name}: does not see '{self.problem}', only {found}"
        return None


def main(check: Callable[[Project], list[str]], samples: list[Sample]) -> None:
    """Runs a check on this project, or with `--self-test` on its samples. Exits with 1 when there is a problem."""
    if sys.argv[1:] == ["--self-test"]:
        assert any(sample.problem for sample in samples) and any(sample.problem is None for sample in samples)
        problems = [fault for sample in samples if (fault := sample.run(check))]
    else:
        problems = check(Project(ROOT))
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)
