"""SMS through gateways of several tastes, each a real server on this machine."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from clearance.domain.delivery import CaseEvent
from clearance.issuing.ports import NotSent
from clearance.messaging.settings import Encoding
from clearance.messaging.sms import SmsGateway
from clearance.messaging.words import Letterhead, sms_text
from tests.unit.messaging.servers import HttpServer, http_server, trusted

HEAD = Letterhead(site="clearance.bmet.gov.bd", helpline="16135")
FIELDS = {"msisdn": "{to_plain}", "number": "{to}", "body": "{text}", "ref": "{id}", "key": "{secret}"}


def gateway(server: HttpServer, **changes: object) -> SmsGateway:
    settings: dict[str, object] = {
        "url": f"https://localhost:{server.port}/send",
        "encoding": Encoding.JSON,
        "fields": FIELDS,
        "head": HEAD,
        "secret": "s3cret&=",
        "tls": trusted(),
        "seconds": 5.0,
    }
    return SmsGateway(**settings | changes)  # type: ignore[arg-type]


def send(sender: SmsGateway) -> None:
    sender.send("+8801712345678", CaseEvent.ISSUED, reference="APP-1", delivery_id="msg_1")


WANTED = {
    "msisdn": "8801712345678",
    "number": "+8801712345678",
    "body": sms_text(CaseEvent.ISSUED, HEAD),
    "ref": "msg_1",
    "key": "s3cret&=",
}


def test_json() -> None:
    with http_server() as server:
        send(gateway(server, headers={"Authorization": "Bearer {secret}"}))
    [received] = server.received
    assert json.loads(received.body) == WANTED
    assert received.headers["content-type"] == "application/json"
    assert received.headers["authorization"] == "Bearer s3cret&="


def test_a_form() -> None:
    with http_server() as server:
        send(gateway(server, encoding=Encoding.FORM))
    [received] = server.received
    assert {name: value for name, [value] in parse_qs(received.body.decode()).items()} == WANTED


def test_a_query() -> None:
    with http_server() as server:
        send(gateway(server, encoding=Encoding.QUERY, url=f"https://localhost:{server.port}/send?a=1"))
    [received] = server.received
    assert received.method == "GET"
    assert {name: value for name, [value] in parse_qs(urlsplit(received.path).query).items()} == WANTED | {"a": "1"}


def test_a_text_that_looks_like_a_placeholder_stays_a_text() -> None:
    with http_server() as server:
        sender = gateway(server, secret="{to} {secret}")
        send(sender)
    [received] = server.received
    assert json.loads(received.body)["key"] == "{to} {secret}"


def test_a_gateway_that_refuses_in_a_good_answer_is_understood() -> None:
    with http_server() as server:
        server.body = b'{"status":"FAILED","balance":0}'
        with pytest.raises(NotSent) as failed:
            send(gateway(server, accepted=r'"status": ?"OK"'))
        assert failed.value.code == "refused"
        assert not failed.value.for_good
        server.body = b'{"status":"OK"}'
        send(gateway(server, accepted=r'"status": ?"OK"'))


def test_a_gateway_in_trouble_is_tried_again_later() -> None:
    with http_server() as server:
        server.status = 502
        with pytest.raises(NotSent) as failed:
            send(gateway(server))
    assert (failed.value.code, failed.value.for_good) == ("answered_502", False)


def test_a_secret_is_not_shown_by_accident() -> None:
    assert "s3cret" not in repr(gateway(HttpServer()))
