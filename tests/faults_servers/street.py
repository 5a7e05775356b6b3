"""Two web servers of one small office, and the shipped proxy before them: what a visitor on the street meets."""

import os
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from clearance.issuing.service import Service
from tests.fakes import nginx
from tests.faults_servers.lines import Browser
from tests.faults_servers.premises import small_office
from tests.stack.program import Program, free_port
from tests.stack.programs import WebServer, web_server

ENVIRONMENT = {"CLEARANCE_TRUSTED_PROXIES": "1", "CLEARANCE_EMBEDDED_WORKER": "false"}


@dataclass(frozen=True, kw_only=True)
class Street:
    """`port` is the proxy's, with TLS; `web` are the servers behind it."""

    service: Service
    web: tuple[WebServer, ...]
    port: int
    trusted: ssl.SSLContext

    def visitor(self, address: str = "127.0.0.9") -> Browser:
        return Browser(port=self.port, host=nginx.NAME, trusted=self.trusted, address=address)


@dataclass(frozen=True, kw_only=True)
class Used:
    """What a process holds (Linux)."""

    memory_mb: float
    files: int
    threads: int


def used_by(program: Program) -> Used:
    proc = Path(f"/proc/{program.pid}")
    memory = next(line for line in (proc / "status").read_text().splitlines() if line.startswith("VmRSS"))
    return Used(
        memory_mb=int(memory.split()[1]) / 1024,
        files=len(list((proc / "fd").iterdir())),
        threads=len(list((proc / "task").iterdir())),
    )


@contextmanager
def open_street(folder: Path) -> Iterator[Street]:
    if not nginx.program():
        assert not os.environ.get("CI"), "nginx is needed here"
        pytest.skip("nginx is not installed")
    home = folder / "office"
    with small_office(home) as service, ExitStack() as stack:
        web = tuple(
            stack.enter_context(web_server(home, environment=ENVIRONMENT, log=folder / f"web-{number}.log", wait=False))
            for number in (1, 2)
        )
        for server in web:
            server.program.wait()
        port, plain = free_port(), free_port()
        upstreams = [f"127.0.0.1:{server.port}" for server in web]
        proxy = stack.enter_context(nginx.running(folder / "nginx", port=port, plain_port=plain, upstreams=upstreams))
        trusted = ssl.create_default_context(cafile=proxy.certificate)
        yield Street(service=service, web=web, port=port, trusted=trusted)
