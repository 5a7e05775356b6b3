"""E-mail to a real SMTP server on this machine: accepted, refused, slow, without encryption."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

from clearance.domain.delivery import CaseEvent
from clearance.issuing.ports import NotSent, SendFault
from clearance.messaging.mail import SmtpMail
from clearance.messaging.settings import MailSecurity
from clearance.messaging.words import Letterhead
from tests.fakes.office import NOW
from tests.unit.messaging.servers import certificate_files, trusted

HEAD = Letterhead(site="clearance.bmet.gov.bd", helpline="16135")
REFUSED, GREYLISTED = "nobody@worker.example", "later@worker.example"


@dataclass
class Postbox:
    """What arrived, and how the server answers."""

    port: int = 0
    envelopes: list[Envelope] = field(default_factory=list)

    async def handle_RCPT(self, server: SMTP, session: object, envelope: Envelope, address: str, _: object) -> str:  # noqa: N802
        if address == REFUSED:
            return "550 5.1.1 no such user here"
        if address == GREYLISTED:
            return "450 4.2.0 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: object, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return "250 taken"


def letter_in(postbox: Postbox) -> EmailMessage:
    [envelope] = postbox.envelopes
    assert isinstance(envelope.content, bytes)
    letter = message_from_bytes(envelope.content, policy=policy.default)
    assert isinstance(letter, EmailMessage)
    return letter


def accept_only(server: object, session: object, envelope: object, mechanism: str, data: LoginPassword) -> AuthResult:
    right = (data.login, data.password) == (b"clearance", b"right")
    return AuthResult(success=right, handled=False)


@contextmanager
def mail_server(*, starttls: bool = True, tls: bool = False, auth: bool = False) -> Iterator[Postbox]:
    postbox, loop = Postbox(), asyncio.new_event_loop()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate_files())
    options: dict[str, Any] = {"tls_context": context, "require_starttls": True} if starttls else {}
    if auth:
        options |= {"authenticator": accept_only, "auth_required": True}

    async def serve() -> asyncio.Server:
        factory = partial(SMTP, postbox, hostname="localhost", loop=loop, **options)
        return await loop.create_server(factory, "127.0.0.1", 0, ssl=context if tls else None)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(serve(), loop).result()
    postbox.port = server.sockets[0].getsockname()[1]
    try:
        yield postbox
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    """Close the server and let what is open end."""
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def mail(port: int, **changes: Any) -> SmtpMail:
    settings: dict[str, Any] = {
        "host": "localhost",
        "port": port,
        "security": MailSecurity.STARTTLS,
        "sender": "no-reply@bmet.gov.bd",
        "head": HEAD,
        "now": lambda: NOW,
        "tls": trusted(),
        "seconds": 5.0,
    }
    return SmtpMail(**settings | changes)


def send(sender: SmtpMail, to: str = "rahim@worker.example") -> None:
    sender.send(to, CaseEvent.ISSUED, reference="APP-12345678", delivery_id="msg_1")


def failure(sender: SmtpMail, to: str = "rahim@worker.example") -> NotSent:
    with pytest.raises(NotSent) as failed:
        send(sender, to)
    return failed.value


def test_a_letter_arrives_encrypted_in_both_languages_with_an_id_that_stays() -> None:
    with mail_server() as postbox:
        send(mail(postbox.port))
    letter = letter_in(postbox)
    assert (letter["To"], letter["From"]) == ("rahim@worker.example", "no-reply@bmet.gov.bd")
    assert letter["Message-ID"] == "<msg_1@bmet.gov.bd>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"].datetime == NOW.replace(microsecond=0)
    body = letter.get_content()
    assert "আপনার ছাড়পত্র তৈরি" in body
    assert "APP-12345678" in body


def test_a_server_that_speaks_tls_from_the_first_byte() -> None:
    with mail_server(starttls=False, tls=True) as postbox:
        send(mail(postbox.port, security=MailSecurity.TLS))
    assert postbox.envelopes


def test_a_password_is_shown_only_after_encryption_and_a_wrong_one_is_tried_again_later() -> None:
    with mail_server(auth=True) as postbox:
        send(mail(postbox.port, username="clearance", password="right"))
        assert len(postbox.envelopes) == 1
        wrong = failure(mail(postbox.port, username="clearance", password="wrong"))
    assert (wrong.code, wrong.for_good) == ("answered_535", False)


def test_without_encryption_nothing_is_said() -> None:
    with mail_server(starttls=False) as postbox:
        assert failure(mail(postbox.port)).fault is SendFault.NOT_TRUSTED
    assert postbox.envelopes == []


def test_a_certificate_of_nobody_we_know_is_refused() -> None:
    with mail_server() as postbox:
        assert failure(mail(postbox.port, tls=ssl.create_default_context())).fault is SendFault.NOT_TRUSTED
    assert postbox.envelopes == []


def test_a_recipient_that_the_server_does_not_know_is_given_up() -> None:
    with mail_server() as postbox:
        refused = failure(mail(postbox.port), REFUSED)
    assert (refused.code, refused.for_good) == ("refused_550", True)


def test_a_server_that_wants_to_be_asked_later_is_asked_later() -> None:
    with mail_server() as postbox:
        later = failure(mail(postbox.port), GREYLISTED)
    assert (later.code, later.for_good) == ("refused_450", False)


@pytest.mark.parametrize("to", ["a@b.example\r\nBcc: all@b.example", "a@b.example\nX: y"])
def test_an_address_cannot_add_headers(to: str) -> None:
    with mail_server() as postbox:
        assert failure(mail(postbox.port), to).for_good
    assert postbox.envelopes == []


def test_a_server_that_says_nothing_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        accepted: list[socket.socket] = []
        thread = threading.Thread(target=lambda: accepted.append(silent.accept()[0]), daemon=True)
        thread.start()
        slow = failure(mail(silent.getsockname()[1], host="127.0.0.1", seconds=0.3))
        thread.join()
        accepted[0].close()
    assert slow.fault is SendFault.TIMEOUT


def test_nobody_at_the_port_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert failure(mail(taken.getsockname()[1])).fault is SendFault.UNREACHABLE


def test_a_password_is_not_shown_by_accident() -> None:
    assert "right" not in repr(mail(1, username="clearance", password="right"))
