# SPDX-License-Identifier: Apache-2.0
"""Everything that a measurement needs around it: the upstream, the subjects that are compared, and their cores."""

import os
import shlex
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from .processes import BenchmarkError, Running

HERE = Path(__file__).resolve().parent.parent
# The first of four ports. Below those that the kernel hands out, so that thousands of client connections cannot take them.
FIRST_PORT = 19001

NGINX = """
worker_processes 1; daemon off; {master} pid {folder}/nginx.pid; error_log {folder}/nginx.error crit; worker_rlimit_nofile 20000;
events {{ worker_connections 16000; }}
http {{
  access_log off; keepalive_requests 1000000000; client_max_body_size 20m; client_body_buffer_size 512k;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream models {{ server 127.0.0.1:{upstream}; keepalive 512; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://models; proxy_http_version 1.1; proxy_buffering off; proxy_read_timeout 600s;
      proxy_set_header Connection ""; proxy_set_header Authorization "Bearer sk-0123456789abcdef";
    }}
  }}
}}
"""

# Without http-no-delay, HAProxy holds small events back for as long as Nagle's algorithm lets it.
HAPROXY = """
global
  maxconn 9000
  nbthread 1
defaults
  mode http
  option http-no-delay
  timeout connect 5s
  timeout client 600s
  timeout server 600s
frontend clients
  bind 127.0.0.1:{port}
  default_backend models
backend models
  http-reuse always
  http-request set-header Authorization "Bearer sk-0123456789abcdef"
  server upstream 127.0.0.1:{upstream}
"""


class Stage:
    """The upstream, and the command of each subject. The program under test gets `core`, load and upstream `load_core`."""

    def __init__(self, folder: Path, gateway: str | None, config: str | None, first_port: int, single_process: bool):
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) < 2:
            raise BenchmarkError("one core is not enough: the program under test and its load need one each")
        self.core, self.load_core = cores[0], cores[1]
        self.folder = folder
        self.running: list[Running] = []
        self.ports = {name: first_port + number for number, name in enumerate(("direct", "nginx", "haproxy", "gateway"))}
        upstream = self.ports["direct"]
        master = "master_process off;" if single_process else ""
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, master=master, upstream=upstream, port=self.ports["nginx"]))
        (folder / "haproxy.cfg").write_text(HAPROXY.format(upstream=upstream, port=self.ports["haproxy"]))
        self.commands = {
            "nginx": ["nginx", "-e", f"{folder}/nginx.error", "-c", f"{folder}/nginx.conf"],
            "haproxy": ["haproxy", "-f", f"{folder}/haproxy.cfg"],
        }
        if gateway:
            self.commands["gateway"] = self.gateway_command(gateway, config)

    def open(self) -> None:
        """Builds and starts the upstream."""
        program = self.folder / "upstream"
        subprocess.run(["cc", "-O2", "-o", program, HERE / "upstream.c"], check=True)
        self.upstream = self.launch("upstream", [str(program), str(self.ports["direct"])], self.ports["direct"], self.load_core)
        self.upstream.wait_until_ready()

    def gateway_command(self, gateway: str, config: str | None) -> list[str]:
        filled = ""
        if config:
            filled = self.folder / "gateway.json"
            filled.write_text(Path(config).read_text().replace("{upstream}", f"http://127.0.0.1:{self.ports['direct']}/v1"))
        return shlex.split(gateway.format(config=filled, port=self.ports["gateway"], state=self.folder / "state"))

    def launch(self, name: str, command: list[str], port: int, core: int | None) -> Running:
        running = Running(name, command, port, self.folder / f"{name}.log", core)
        self.running.append(running)
        return running

    def end(self, running: Running) -> None:
        self.running.remove(running)
        running.end()

    @contextmanager
    def subject(self, name: str, before: list[str] = [], seconds: float = 20):
        """Starts a subject, waits until it listens, and ends it afterwards. `direct` is the upstream, which runs already.

        `before` goes before its command, such as a profiler. Raises when it ended by itself while it was measured.
        """
        if name == "direct":
            yield self.upstream
            return
        running = self.launch(name, [*before, *self.commands[name]], self.ports[name], self.core)
        try:
            running.ready_after = running.wait_until_ready(seconds)
            yield running
            running.check_alive()
        finally:
            self.end(running)

    def close(self) -> None:
        for running in reversed(self.running[:]):
            self.end(running)


@contextmanager
def stage(gateway: str | None, config: str | None, first_port: int, single_process: bool = False):
    """A stage in a folder of its own; both are gone afterwards, however it ends."""
    folder = Path(tempfile.mkdtemp(prefix="yardstick-"))
    try:
        made = Stage(folder, gateway, config, first_port, single_process)
        try:
            made.open()
            yield made
        finally:
            made.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
