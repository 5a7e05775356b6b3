"""Requests to strangers' servers: where they may lead, and that nothing holds them up for long."""

import socket
import ssl
from ipaddress import ip_address

import pytest

from clearance.issuing.ports import NotSent, SendFault
from clearance.messaging.http import MAX_ANSWER, Answer, exchange, is_public
from tests.unit.messaging.servers import dripping_server, http_server, trusted


def ask(url: str, *, seconds: float = 5.0, public_only: bool = False) -> Answer:
    may_connect = is_public if public_only else lambda _address: True
    return exchange("POST", url, headers={}, body=b"x", tls=trusted(), seconds=seconds, may_connect=may_connect)


def fault(url: str, **options: float | bool) -> SendFault:
    with pytest.raises(NotSent) as failed:
        ask(url, **options)  # type: ignore[arg-type]
    return failed.value.fault


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:db8::1",
    ],
)
def test_addresses_that_are_not_of_the_public_network_are_known(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "103.48.16.1", "2400:cb00::1", "::ffff:1.1.1.1"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


def test_a_request_arrives_and_its_answer_comes_back() -> None:
    with http_server() as server:
        answer = ask(f"https://localhost:{server.port}/in?x=1")
    assert (answer.status, answer.body) == (200, b"ok")
    [received] = server.received
    assert (received.path, received.headers["host"]) == ("/in?x=1", f"localhost:{server.port}")


def test_a_name_that_leads_inside_is_not_followed() -> None:
    with http_server() as server:
        for host in ("localhost", "127.0.0.1", "0x7f000001", "2130706433", "127.1"):
            assert fault(f"https://{host}:{server.port}/", public_only=True) is SendFault.NOT_PUBLIC, host
    assert server.received == []


def test_an_address_is_judged_at_the_moment_of_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name's owner answers with another address each time; every one that is used was judged."""
    answers = iter(["127.0.0.1"])

    def resolve(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert fault("https://rebinding.example/", public_only=True) is SendFault.NOT_PUBLIC


def test_one_inner_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in ("1.1.1.1", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert fault("https://mixed.example/", public_only=True) is SendFault.NOT_PUBLIC


def test_a_redirect_is_an_answer_and_leads_nowhere() -> None:
    with http_server() as server, http_server() as other:
        server.status, server.headers = 302, {"Location": f"https://localhost:{other.port}/"}
        assert ask(f"https://localhost:{server.port}/").status == 302
    assert other.received == []


def test_the_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with http_server() as server:
        assert ask(f"https://localhost:{server.port}/").status == 200


def test_a_certificate_of_nobody_we_know_is_refused() -> None:
    with http_server() as server, pytest.raises(NotSent) as failed:
        exchange(
            "POST",
            f"https://localhost:{server.port}/",
            headers={},
            body=b"x",
            tls=ssl.create_default_context(),
            seconds=5,
        )
    assert failed.value.fault is SendFault.NOT_TRUSTED
    assert server.received == []


def test_a_certificate_of_another_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *rest, **options: real("127.0.0.1", *rest, **options))
    with http_server() as server:
        assert fault(f"https://other.example:{server.port}/") is SendFault.NOT_TRUSTED


def test_an_endless_answer_is_cut() -> None:
    with http_server() as server:
        server.body = b"x" * (MAX_ANSWER * 20)
        assert len(ask(f"https://localhost:{server.port}/").body) == MAX_ANSWER


def test_a_server_that_drips_is_left_at_the_deadline() -> None:
    with dripping_server() as port, pytest.raises(NotSent) as failed:
        exchange("POST", f"http://127.0.0.1:{port}/", headers={}, body=b"x", tls=trusted(), seconds=0.3)
    assert failed.value.fault is SendFault.TIMEOUT


def test_nobody_at_the_port_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert fault(f"https://127.0.0.1:{taken.getsockname()[1]}/") is SendFault.UNREACHABLE


@pytest.mark.parametrize("url", ["https://nobody.invalid/", "ftp://localhost/", "https://", "https://a..b/"])
def test_addresses_that_mean_nothing_are_unreachable(url: str) -> None:
    assert fault(url) is SendFault.UNREACHABLE
