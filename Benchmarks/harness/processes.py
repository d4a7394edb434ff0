# SPDX-License-Identifier: Apache-2.0
"""Programs under test: started in a group of their own, weighed, and ended with that group. Nothing else is ever ended."""

import os
import signal
import socket
import subprocess
import time
from collections import Counter
from pathlib import Path


class BenchmarkError(Exception):
    """A measurement that cannot be made or believed, in words for the person who runs it."""


class Running:
    """A started program. `core` pins it and all its threads to one core; `None` leaves it where the system puts it."""

    def __init__(self, name: str, command: list[str], port: int, log: Path, core: int | None):
        if accepts(port):
            raise BenchmarkError(f"port {port} is taken, so {name} cannot be started on it")
        self.name, self.port, self.log = name, port, log
        self.began = time.perf_counter()
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                [*pinned(core), *command], stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait_until_ready(self, seconds: float = 20) -> float:
        """Waits until its port is open. Returns the seconds since its start, to within a millisecond."""
        while not accepts(self.port):
            self.check_alive()
            if time.perf_counter() - self.began > seconds:
                raise BenchmarkError(f"{self.name} does not listen on port {self.port} after {seconds:g} s: {self.last_words()}")
            time.sleep(0.001)
        return time.perf_counter() - self.began

    def check_alive(self) -> None:
        if self.process.poll() is not None:
            raise BenchmarkError(f"{self.name} ended by itself with {self.process.returncode}: {self.last_words()}")

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-400:].strip()

    def cpu_nanoseconds(self) -> Counter[str]:
        """CPU time of the whole process tree, as the scheduler counts it, by the name of the thread."""
        found: Counter[str] = Counter()
        for pid in tree(self.pid):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                try:
                    found[(thread / "comm").read_text().strip()] += int((thread / "schedstat").read_text().split()[0])
                except OSError:
                    pass  # the thread has ended meanwhile
        return found

    def memory_kilobytes(self) -> int:
        """Proportional memory of the whole process tree. Kernel socket buffers are not in it."""
        total = 0
        for pid in tree(self.pid):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        return total

    def end(self) -> None:
        """Kills the whole group at once: nginx's master would replace a worker that died first."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        time.sleep(0.1)


def pinned(core: int | None) -> list[str]:
    return [] if core is None else ["taskset", "--cpu-list", str(core)]


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def tree(pid: int) -> list[int]:
    found = [pid]
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in file.read_text().split():
                found += tree(int(child))
        except OSError:
            pass  # the thread has ended meanwhile
    return found
