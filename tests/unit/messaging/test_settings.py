"""What an installation says about messages, and what it gets."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from clearance.domain.delivery import CaseEvent, Channel
from clearance.issuing.deliveries import Roads
from clearance.messaging.mail import SmtpMail
from clearance.messaging.roads import roads
from clearance.messaging.settings import MessageSettings, WebhookSettings
from clearance.messaging.sms import SmsGateway
from tests.fakes.office import NOW


def ways(messages: MessageSettings, *, demo_folder: Path | None = None) -> Roads:
    address = "https://clearance.bmet.gov.bd"
    return roads(messages, WebhookSettings(), public_url=address, demo_folder=demo_folder, now=lambda: NOW)


def test_without_settings_nobody_is_written_to() -> None:
    assert ways(MessageSettings()).to_workers == frozenset()


def test_secrets_come_from_files(tmp_path: Path) -> None:
    for name in ("smtp", "sms"):
        (tmp_path / name).write_text(f"secret of {name}\n")
    found = ways(
        MessageSettings.model_validate(
            {
                "smtp": {"host": "mail.example", "username": "u", "password_file": tmp_path / "smtp"},
                "sms": {"url": "https://gateway.example/", "secret_file": tmp_path / "sms"},
            }
        )
    )
    assert found.to_workers == {Channel.SMS, Channel.EMAIL}
    assert isinstance(found.email, SmtpMail)
    assert isinstance(found.sms, SmsGateway)
    assert (found.email.password, found.sms.secret) == ("secret of smtp", "secret of sms")


def test_a_demo_lays_its_messages_into_a_folder_and_sends_none(tmp_path: Path) -> None:
    settings = MessageSettings.model_validate({"smtp": {"host": "mail.example"}})
    found = ways(settings, demo_folder=tmp_path / "messages")
    assert found.sms is not None
    assert found.email is not None
    found.sms.send("+8801712345678", CaseEvent.ISSUED, reference="APP-1", delivery_id="msg_1")
    found.email.send("r@worker.example", CaseEvent.ISSUED, reference="APP-1", delivery_id="msg_2")
    assert "আপনার ছাড়পত্র তৈরি" in (tmp_path / "messages" / "msg_1.txt").read_text(encoding="utf-8")
    assert "Subject: " in (tmp_path / "messages" / "msg_2.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "wrong",
    [
        {"sms": {"url": "http://gateway.example/"}},
        {"sms": {"url": "https://gateway.example/", "fields": {"to": "{number}"}}},
        {"sms": {"url": "https://gateway.example/", "accepted": "("}},
        {"smtp": {"host": "mail.example", "username": "u", "security": "none"}},
        {"smtp": {"sender": "BMET <no-reply@bmet.gov.bd>"}},
        {"helpline": "call us"},
        {"unknown": 1},
    ],
)
def test_what_would_not_work_or_not_be_safe_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MessageSettings.model_validate(wrong)
