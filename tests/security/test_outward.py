"""Where the office goes out to, and nowhere else: each way has its guard, and pages open no line at all."""

import ast
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest

from clearance.config import Settings
from clearance.issuing.ports import NotSent, SendFault
from clearance.messaging.settings import SmsSettings
from clearance.messaging.webhook import HttpWebhooks
from clearance.web.api.models import NewWebhook
from tests.fakes.office import NOW
from tests.integration.home_check import open_home
from tests.integration.worker_pages import READY, Phone
from tests.security.walk import Issuer, open_issuer

WAYS_OUT = {
    "clearance/card/timestamp.py": "the time stamp authority of the settings: http(s), 5 s, 32 kB, digest compared",
    "clearance/channel/address.py": "the signing service: a Unix socket, or TLS 1.3 with the one authority named",
    "clearance/clamd.py": "the virus scanner of the settings: this machine or a network of its own; 50 s, 1 kB",
    "clearance/cli/audit.py": "`clearance audit`: whoever types the address names it; bounded in time",
    "clearance/cli/restore_finish.py": "`clearance restore finish`: the office's own published files, verified",
    "clearance/demo/programs.py": "waits for the demo's programs on this computer",
    "clearance/demo/start.py": "looks for a free port on this computer",
    "clearance/doctor/online.py": "`clearance doctor --online`: the office's own public address; 10 s",
    "clearance/door.py": "listens; asks the socket file it is about to open whether another program listens there",
    "clearance/messaging/http.py": "webhooks, SMS: deadline, 16 kB, no redirect, no proxy, judged when connecting",
    "clearance/messaging/mail.py": "the mail server of the settings: TLS unless it is this machine, 20 s",
    "clearance/storage/object_documents.py": "the object store of the settings",
    "clearance/storage/postgresql.py": "the database of the settings",
    "clearance/storage/queue.py": "the queue of the settings",
    "verifier/bootstrap.py": "listens on this computer",
    "verifier/line.py": "office or relay of the desk's settings: https, or this machine",
    "verifier/relay_cli.py": "asks the machine which of its addresses the airport sees",
    "verifier/relay_link.py": "the relay, its certificate pinned",
    "verifier/sync.py": "the office's trust files: everything is verified after it came",
}
"""Every module that can open a line, and what keeps it from leading elsewhere."""
LIBRARIES = ("urllib.request", "http.client", "httpcore", "httpx", "smtplib", "redis", "obstore", "psycopg")
SOCKETS = ("socket.socket(", "create_connection(", "getaddrinfo(")


def test_every_module_that_can_open_a_line_is_named_with_its_guard(root: Path) -> None:
    modules = [path for name in ("clearance", "verifier") for path in (root / name).rglob("*.py")]
    able = {path.relative_to(root).as_posix() for path in modules if opens_lines(path.read_text("utf-8"))}
    assert able - set(WAYS_OUT) == set()


def opens_lines(source: str) -> bool:
    """Whether a module imports what speaks over a network, or makes sockets itself."""
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if any(name == library or name.startswith(f"{library}.") for name in names for library in LIBRARIES):
            return True
    return any(call in source for call in SOCKETS)


# --- pages open nothing

_watching: list[tuple[str, object]] | None = None


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if _watching is not None and event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        _watching.append((event, arguments[1] if event == "socket.connect" else arguments[0]))


sys.addaudithook(_hear)  # cannot be taken away again; it hears only while a test listens


@contextmanager
def watched() -> Iterator[list[tuple[str, object]]]:
    """Every address that this process connects to or asks for meanwhile."""
    global _watching
    _watching = heard = []
    try:
        yield heard
    finally:
        _watching = None


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    with open_issuer(tmp_path_factory.mktemp("issuer")) as opened:
        yield opened


def test_the_watch_hears_a_line_being_opened() -> None:
    with watched() as heard, socket.socket() as line:
        line.settimeout(1)
        line.connect_ex(("127.0.0.1", 9))
    assert heard == [("socket.connect", ("127.0.0.1", 9))]


def test_no_page_of_officers_programs_or_desks_opens_a_line(issuer: Issuer) -> None:
    desk = issuer.signed_in()
    token = desk.token("/staff/account")
    with watched() as heard:
        for rule, path in issuer.rules():
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                url = {"url": "http://169.254.169.254/latest", "next": "//evil.example", "csrf_token": token}
                issuer.ask(method, path, desk, **({"data": url} if method == "POST" else {"query_string": url}))
    assert heard == []


def test_the_whole_story_of_a_worker_opens_no_line(tmp_path: Path) -> None:
    home = open_home(tmp_path)
    phone = Phone(office=home.office, client=home.app.test_client(use_cookies=False))
    with watched() as heard:
        page = phone.ask(READY)
        assert phone.download(page).status_code == 200
        assert home.send_code(home.card()).status_code == 200
        assert home.send_code("https://evil.example/card?id=1").status_code == 200
        for path in ("/", "/request", "/agencies?text=meghna", "/help/en/", "/trust/trust.cose", "/robots.txt"):
            assert phone.get(path).status_code == 200, path
    assert heard == []


# --- webhooks lead out, and only out


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "0.0.0.0",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "[fe80::1]",
        "[fd00::1]",
    ],
)
def test_a_webhook_to_our_own_networks_is_never_sent(host: str) -> None:
    with watched() as heard, pytest.raises(NotSent) as refused:
        HttpWebhooks(seconds=2).send(f"https://{host}:8443/", delivery_id="1", at=NOW, body=b"", secrets=(b"k",))
    assert refused.value.fault is SendFault.NOT_PUBLIC
    assert not [event for event, _ in heard if event == "socket.connect"]


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.example/hook", "file:///etc/passwd", "gopher://partner.example/", "https://a:b@partner.example/",
        "https://", "ftp://partner.example/", "https://partner.example/#x", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_an_address_of_another_kind_is_not_taken_for_a_webhook(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        NewWebhook(url=url)


@pytest.mark.parametrize("url", ["http://gateway.example/send", "file:///etc/passwd", "https://"])
def test_the_settings_take_no_gateway_that_hears_in_the_clear(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        SmsSettings(url=url)


def test_the_settings_take_no_time_stamp_authority_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="tsa_url"):
        Settings(home=tmp_path, tsa_url="file:///etc/passwd")


def test_an_inner_network_is_reached_only_where_the_settings_name_it() -> None:
    with watched() as heard, pytest.raises(NotSent):
        HttpWebhooks(allowed_networks=(ip_network("127.0.0.0/8"),), seconds=2).send(
            "https://127.0.0.1:9/", delivery_id="1", at=NOW, body=b"", secrets=(b"k",)
        )
    assert ("socket.connect", ("127.0.0.1", 9)) in heard
