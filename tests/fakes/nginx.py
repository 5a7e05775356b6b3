"""The shipped proxy configuration, run by a real nginx with addresses, certificate and folders of a test's own."""

import ipaddress
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.e2e.programs import listens

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "nginx" / "clearance.conf"
NAME = "localhost"


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A running nginx: `url` with TLS, `plain` without, `certificate` to trust, the process itself, and its folder."""

    url: str
    plain: str
    certificate: Path
    process: "subprocess.Popen[bytes]"
    folder: Path

    def log(self) -> str:
        """Everything that it wrote."""
        return "".join(path.read_text(errors="replace") for path in sorted((self.folder / "log").iterdir()))


def program() -> str | None:
    """nginx of this machine, which may lie where only administrators look."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/sbin")


@contextmanager
def running(
    folder: Path, *, port: int, plain_port: int, upstreams: Sequence[str], uncounted: str = ""
) -> Iterator[Proxy]:
    """nginx at https://localhost:`port`/ in front of `upstreams` (`127.0.0.1:8000`). Lines of the network `uncounted`
    are not counted: a test stands for many visitors."""
    nginx = program()
    assert nginx, "nginx is not installed"
    configuration = prepare(folder, port=port, plain_port=plain_port, upstreams=upstreams)
    if uncounted:
        site = folder / "clearance.conf"
        site.write_text(site.read_text().replace("# 203.0.113.0/24", uncounted))
    command = [nginx, "-p", str(folder), "-c", str(configuration), "-e", str(folder / "log" / "start.log")]
    with subprocess.Popen(command) as process:
        try:
            for _ in range(200):
                assert process.poll() is None, (folder / "log" / "start.log").read_text()
                if listens(port)():
                    break
                time.sleep(0.05)
            yield Proxy(
                url=f"https://{NAME}:{port}",
                plain=f"http://{NAME}:{plain_port}",
                certificate=folder / "fullchain.pem",
                process=process,
                folder=folder,
            )
        finally:
            process.terminate()
            process.wait(20)


def prepare(folder: Path, *, port: int, plain_port: int, upstreams: Sequence[str]) -> Path:
    """The whole configuration of an nginx in `folder`; what is shipped is changed only where this machine differs."""
    for name in ("log", "cache", "temp", "web"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _certificate(folder)
    site = folder / "clearance.conf"
    site.write_text(localised(SHIPPED.read_text(), folder, port=port, plain_port=plain_port, upstreams=upstreams))
    kinds = "proxy", "client_body", "fastcgi", "uwsgi", "scgi"
    lines = [
        *(["user root;"] if os.geteuid() == 0 else []),
        "daemon off;",
        "worker_processes 1;",
        "worker_rlimit_nofile 20000;",
        f"pid {folder / 'nginx.pid'};",
        f"error_log {folder / 'log' / 'error.log'} warn;",
        "events { worker_connections 8192; }",
        "http {",
        "    include /etc/nginx/mime.types;",
        *(f"    {kind}_temp_path {folder / 'temp' / kind};" for kind in kinds),
        f"    include {site};",
        "}",
    ]
    configuration = folder / "nginx.conf"
    configuration.write_text("\n".join(lines) + "\n")
    return configuration


def localised(shipped: str, folder: Path, *, port: int, plain_port: int, upstreams: Sequence[str]) -> str:
    """The shipped text with this test's name, ports, folders and web programs."""
    servers = "\n".join(f"    server {address} max_fails=1 fail_timeout=2s;" for address in upstreams)
    text, found = re.subn(r"(?m)(^    server unix:\S+\.sock .*;\n)+", f"{servers}\n", shipped, count=1)
    assert found, "the shipped configuration no longer has its web programs"
    for old, new in (
        ("listen 443 ", f"listen 127.0.0.1:{port} "),
        ("listen 80 ", f"listen 127.0.0.1:{plain_port} "),
        ("clearance.bmet.gov.bd", NAME),
        ("https://$server_name$request_uri", f"https://$server_name:{port}$request_uri"),
        ("/etc/ssl/clearance", str(folder)),
        ("/var/log/nginx", str(folder / "log")),
        ("/var/cache/nginx/clearance", str(folder / "cache")),
        ("/run/clearance-web", str(folder / "web")),
    ):
        assert old in text, f"the shipped configuration no longer has {old!r}"
        text = text.replace(old, new)
    return re.sub(r"(?m)^    listen \[::\]:.*\n", "", text)


def _certificate(folder: Path) -> None:
    """A certificate for localhost that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    names = x509.SubjectAlternativeName([x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(built.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
