"""nginx in front of several web servers, which take the requests in turns; its log says who answered which."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.stack.program import Program, free_port, listens, running
from tests.stack.programs import WebServer

CONFIGURATION = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    log_format who '$upstream_addr $request_method $uri $status';
    access_log {folder}/access.log who;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 64m;
    upstream web {{ {servers} }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://web;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
        }}
    }}
}}
"""


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """The running proxy."""

    port: int
    program: Program
    folder: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answered(self) -> Sequence[tuple[str, str, str, int]]:
        """Who answered (`127.0.0.1:port`) which method and path with which status, in order."""
        lines = (self.folder / "access.log").read_text().splitlines()
        return [(who, method, path, int(status)) for who, method, path, status in map(str.split, lines)]


@contextmanager
def proxy(web: Sequence[WebServer]) -> Iterator[Proxy]:
    """A proxy of ours before web servers that are told of it: `trusted_proxies = 1`."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert program, "no nginx on this machine"
    with TemporaryDirectory(prefix="nginx-") as folder:
        port, file = free_port(), Path(folder) / "nginx.conf"
        servers = " ".join(f"server 127.0.0.1:{server.port};" for server in web)
        user = "user root;" if os.geteuid() == 0 else ""
        file.write_text(CONFIGURATION.format(user=user, folder=folder, port=port, servers=servers))
        command = (program, "-p", folder, "-c", file, "-e", Path(folder) / "error.log")
        with running(Program(command, answers=listens(port))) as started:
            yield Proxy(port=port, program=started, folder=Path(folder))
