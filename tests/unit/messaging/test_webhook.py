"""Webhooks as their receivers see them."""

import base64
import hashlib
import hmac
from datetime import timedelta
from ipaddress import ip_network

import pytest

from clearance.issuing.ports import NotSent, SendFault
from clearance.messaging.webhook import HttpWebhooks, signatures
from tests.fakes.office import NOW
from tests.unit.messaging.servers import HttpServer, http_server, trusted

SECRETS = (b"n" * 32, b"o" * 32)


def send(server: HttpServer, **changes: object) -> None:
    sender = HttpWebhooks(tls=trusted(), allowed_networks=(ip_network("127.0.0.0/8"),), seconds=5.0)
    sender.send(f"https://localhost:{server.port}/in", delivery_id="msg_1", at=NOW, body=b'{"a":1}', secrets=SECRETS)


def test_the_signature_is_that_of_the_specification() -> None:
    """Vector of standardwebhooks.com's own libraries."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    signed = signatures([secret], delivery_id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp="1614265330", body=body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_webhook_carries_its_id_its_moment_and_a_signature_of_each_secret() -> None:
    with http_server() as server:
        send(server)
    [received] = server.received
    assert received.body == b'{"a":1}'
    assert received.headers["webhook-id"] == "msg_1"
    timestamp = received.headers["webhook-timestamp"]
    assert timestamp == str(int(NOW.timestamp()))
    wanted = [
        "v1,"
        + base64.b64encode(hmac.digest(each, f"msg_1.{timestamp}.".encode() + received.body, hashlib.sha256)).decode()
        for each in SECRETS
    ]
    assert received.headers["webhook-signature"].split(" ") == wanted


def test_private_networks_are_closed_unless_they_are_named() -> None:
    with http_server() as server, pytest.raises(NotSent) as failed:
        HttpWebhooks(tls=trusted()).send(
            f"https://localhost:{server.port}/", delivery_id="msg_1", at=NOW, body=b"", secrets=SECRETS
        )
    assert failed.value.fault is SendFault.NOT_PUBLIC
    assert server.received == []


@pytest.mark.parametrize(
    ("status", "retry_after", "for_good", "no_sooner"),
    [
        (500, "", False, timedelta(0)),
        (404, "", False, timedelta(0)),
        (302, "", False, timedelta(0)),
        (410, "", True, timedelta(0)),
        (503, "120", False, timedelta(minutes=2)),
        (429, "99999999", False, timedelta(0)),
        (429, "9999999", False, timedelta(days=1)),
        (503, "Sun, 22 Nov 2026 06:00:00 GMT", False, timedelta(0)),
        (503, "-1", False, timedelta(0)),
    ],
)
def test_an_answer_that_is_not_good_is_a_failure(
    status: int, retry_after: str, for_good: bool, no_sooner: timedelta
) -> None:
    with http_server() as server:
        server.status, server.headers = status, {"Retry-After": retry_after} if retry_after else {}
        with pytest.raises(NotSent) as failed:
            send(server)
    assert (failed.value.code, failed.value.for_good, failed.value.no_sooner) == (
        f"answered_{status}",
        for_good,
        no_sooner,
    )
