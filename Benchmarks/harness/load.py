# SPDX-License-Identifier: Apache-2.0
"""What is asked of a subject: the request bodies, and the three ways of asking. All of it bounded in time."""

import json
import os
import re
import socket
import subprocess
import time
from pathlib import Path

from .processes import BenchmarkError, pinned
from .stage import Stage

# Where each of the client's wires is asked, and what its request has beside the model and the text.
CLIENTS = {
    "openai-completions": "/v1/chat/completions",
    "openai-responses": "/v1/responses",
    "anthropic-messages": "/v1/messages",
}
TEXT = "lorem ipsum dolor sit amet " * 55

SCRIPT = """
wrk.method = "POST"
local file = io.open(os.getenv("YARDSTICK_BODY"))
wrk.body = file:read("*a")
file:close()
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("YARDSTICK_KEY")
"""


class Load:
    """Clients with `key` that ask for `model`, on their wire. They share a core with the upstream."""

    def __init__(self, stage: Stage, key: str, model: str, client: str = "openai-completions"):
        self.stage, self.key, self.model, self.client = stage, key, model, client
        self.path = CLIENTS[client]
        self.bodies = {
            "plain": self.body(TEXT),  # 2 KB
            "large": self.body(TEXT * 140),  # 200 KB
            "stream": self.body(TEXT, stream=True),
            "paced": self.body("slow20 " + TEXT, stream=True),
            "hold": self.body("hold " + TEXT, stream=True),
            "open": self.body("slow1000 " + TEXT, stream=True),
        }
        for name, body in self.bodies.items():
            self.file(name).write_text(body)
        (stage.folder / "post.lua").write_text(SCRIPT)

    def file(self, body: str) -> Path:
        return self.stage.folder / f"{body}.body"

    def body(self, text: str, **more) -> str:
        message = {"role": "user", "content": text}
        if self.client == "openai-responses":
            asked = {"input": [message], "max_output_tokens": 512}
        else:
            asked = {"messages": [message], "max_tokens": 512}
        request = {"model": self.model, **asked, "temperature": 0.7, **more}
        return json.dumps(request, separators=(",", ":"))

    def raw(self, body: str) -> bytes:
        text = self.bodies[body]
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
        )
        return (head + text).encode()

    def saturate(self, name: str, body: str, connections: int, seconds: int) -> dict[str, float]:
        """As many requests as one thread of wrk can make. Times in microseconds."""
        output = self.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency",
             "-s", str(self.stage.folder / "post.lua"), f"http://127.0.0.1:{self.stage.ports[name]}{self.path}"],
            seconds,
            {"YARDSTICK_BODY": str(self.file(body)), "YARDSTICK_KEY": self.key},
        )  # fmt: skip
        try:
            figures = {
                "rps": float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]),
                "n": int(re.search(r"(\d+) requests in", output)[1]),
                "p50": microseconds(re.search(r"^\s+50%\s+(\S+)", output, re.M)[1]),
                "p99": microseconds(re.search(r"^\s+99%\s+(\S+)", output, re.M)[1]),
            }
        except TypeError:
            raise BenchmarkError(f"wrk on {name} said: {output.strip()}") from None
        refused = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
        broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
        figures["errors"] = (int(refused[1]) if refused else 0) + (sum(map(int, broken.groups())) if broken else 0)
        return figures

    def constant(self, name: str, per_second: int, connections: int, seconds: int) -> dict[str, float]:
        """Plain requests at a constant rate. Times in microseconds; requests that were not answered with 200 are errors."""
        log = self.stage.folder / "h2load.log"
        log.unlink(missing_ok=True)
        output = self.run(
            ["h2load", "--h1", f"-c{connections}", "-t1", "-D", str(seconds), "--warm-up-time=1", f"--rps={per_second / connections}",
             "-d", str(self.file("plain")), "-H", "content-type: application/json", "-H", f"authorization: Bearer {self.key}",
             f"--log-file={log}", f"http://127.0.0.1:{self.stage.ports[name]}{self.path}"],
            seconds + 1,
        )  # fmt: skip
        rows = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
        times = sorted(int(row[2]) for row in rows if row[1] == "200")
        if not times:
            raise BenchmarkError(f"h2load on {name} said: {output.strip()[-400:]}")
        return {"n": len(times), "p50": quantile(times, 0.5), "p99": quantile(times, 0.99), "errors": len(rows) - len(times)}

    def open_stream(self, name: str, request: bytes) -> tuple[socket.socket, float]:
        """Asks for a stream on a fresh connection. Returns it, and the microseconds until its first event was here."""
        connection = socket.create_connection(("127.0.0.1", self.stage.ports[name]), 10)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        began, seen = time.perf_counter_ns(), b""
        try:
            connection.sendall(request)
            while b" token" not in seen:
                part = connection.recv(65536)
                seen += part
                if not part or not seen.startswith(b"HTTP/1.1 200 "[: len(seen)]):
                    raise BenchmarkError(f"{name} did not begin a stream but said: {seen[:400]!r}")
        except OSError as problem:
            raise BenchmarkError(f"{name} did not begin a stream: {problem}") from None
        return connection, (time.perf_counter_ns() - began) / 1e3

    def drain(self, connections: list[socket.socket]) -> int:
        """Takes what has come on open streams. Returns how many events that was."""
        events = 0
        for connection in connections:
            connection.setblocking(False)
            try:
                while part := connection.recv(65536):
                    events += part.count(b" token")
            except BlockingIOError:
                continue
            raise BenchmarkError("a stream ended before its time")
        return events

    def run(self, command: list[str], seconds: float, environment: dict[str, str] = {}) -> str:
        try:
            done = subprocess.run(
                [*pinned(self.stage.load_core), *command], env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, timeout=seconds + 60,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise BenchmarkError(f"{command[0]} did not end within {seconds + 60:g} s") from None
        return done.stdout


def quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def microseconds(text: str) -> float:
    value, unit = re.match(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(value) * {"us": 1, "ms": 1e3, "s": 1e6, "m": 6e7}[unit]
