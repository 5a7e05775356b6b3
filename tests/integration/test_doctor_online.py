"""`clearance doctor --online`: what visitors meet at the public address, asked of a real proxy and web program."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from clearance.bootstrap import now, read_settings
from clearance.config import Settings
from clearance.doctor.online import RENEW, check_online
from tests.fakes import nginx
from tests.stack.program import free_port
from tests.stack.programs import WebServer, web_server

BEHIND_A_PROXY = {"CLEARANCE_TRUSTED_PROXIES": "1"}


@pytest.fixture(scope="module")
def web(demo: Path) -> Iterator[WebServer]:
    with web_server(demo, environment=BEHIND_A_PROXY) as server:
        yield server


@contextmanager
def proxied(folder: Path, *upstreams: str) -> Iterator[nginx.Proxy]:
    """The shipped proxy; its certificate signs itself and ends tomorrow."""
    if nginx.program() is None:
        assert not os.environ.get("CI"), "nginx is needed here"
        pytest.skip("nginx is not installed (apt-get install nginx-light)")
    with nginx.running(folder, port=free_port(), plain_port=free_port(), upstreams=upstreams) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def site(web: WebServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[nginx.Proxy]:
    with ExitStack() as stack:
        yield stack.enter_context(proxied(tmp_path_factory.mktemp("online"), f"127.0.0.1:{web.port}"))


@pytest.fixture
def settings(demo: Path, site: nginx.Proxy, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """On a machine that trusts the proxy's certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(site.certificate))
    return read_settings(demo)


def found(settings: Settings, url: str, *, ahead: timedelta = timedelta(0)) -> set[str]:
    """What is found wrong at an address, by a clock so far `ahead` of this machine's."""
    asked = settings.model_copy(update={"public_url": url})
    return {finding.code for finding in check_online(asked, at=now() + ahead)}


def test_at_the_shipped_proxy_nothing_is_wrong_but_a_certificate_that_soon_ends(
    settings: Settings, site: nginx.Proxy
) -> None:
    # This machine is the one that may read /readyz through the proxy; strangers may not.
    assert found(settings, site.url) - {"online.open"} == {"online.certificate"}


def test_of_a_certificate_that_lasts_nothing_is_said(settings: Settings, site: nginx.Proxy) -> None:
    assert "online.certificate" not in found(settings, site.url, ahead=-RENEW - timedelta(days=1))


def test_a_certificate_that_visitors_would_not_trust_is_a_fault(
    settings: Settings, site: nginx.Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    assert found(settings, site.url) == {"online.away"}


def test_an_address_where_nobody_answers_is_a_fault(settings: Settings) -> None:
    assert found(settings, f"https://localhost:{free_port()}") == {"online.away"}


def test_a_proxy_without_its_web_program_is_a_fault(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxied(tmp_path, f"127.0.0.1:{free_port()}") as alone:
        monkeypatch.setenv("SSL_CERT_FILE", str(alone.certificate))
        assert "online.answer" in found(settings, alone.url)


def test_what_is_for_inside_only_and_read_by_a_visitor_is_a_fault(settings: Settings, web: WebServer) -> None:
    assert "online.open" in found(settings, web.url)
