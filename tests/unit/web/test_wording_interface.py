"""What programs and officers are told about requests and deliveries."""

import pytest

from clearance.domain.delivery import CaseEvent, Channel, DeliveryState
from clearance.domain.eligibility import Ground, Objection
from clearance.issuing.fields import Fault, FaultKind
from clearance.issuing.ports import NotSent, SendFault
from clearance.web import wording_interface as words
from clearance.web.wording_interface import ProblemCode
from clearance_templates.i18n import translator


@pytest.mark.parametrize("code", ProblemCode)
def test_every_problem_is_said_in_both_languages(code: ProblemCode) -> None:
    said = words.problem_texts(code)
    assert said["bn"] != said["en"]


@pytest.mark.parametrize(
    "code",
    [
        *(NotSent(fault).code for fault in SendFault),
        NotSent(SendFault.ANSWERED, status=502).code,
        NotSent(SendFault.REFUSED, status=550).code,
        "opted_out",
        "no_address",
        "closed",
    ],
)
def test_every_failure_of_a_delivery_is_said_in_both_languages(code: str) -> None:
    bengali, english = (words.error_text(code, translator(language)) for language in ("bn", "en"))
    assert bengali != english
    assert "%(" not in english
    if code[-1].isdigit():
        assert code[-3:] in english


def test_every_state_way_and_event_has_a_word() -> None:
    t = translator("bn")
    assert all(words.delivery_text(state, t) for state in DeliveryState)
    assert all(words.channel_text(channel, t) for channel in Channel)
    assert all(words.event_text(event, t) for event in CaseEvent)


@pytest.mark.parametrize("kind", FaultKind)
def test_no_fault_repeats_what_was_sent(kind: FaultKind) -> None:
    sent: dict[str, str | int] = {
        "text": "B76543210",
        "character": "§",
        "code": "U+00A7",
        "length": 9,
        "limit": 5,
        "than": "birth_date",
    }
    more: dict[str, str | int] = {
        "minimum": 1,
        "maximum": 2,
        "choices": "male, female",
        "other": "visa_no",
        "phrase": "x",
    }
    said = words.fault_texts(Fault(field="passport_no", kind=kind, details={**sent, **more}))
    assert not any(secret in text for text in said.values() for secret in ("B76543210", "§", "U+00A7"))


def test_a_case_of_somebody_else_is_not_named() -> None:
    details = {"receipt": "CH-26-000123", "reference": "APP-7K2M9Q4X"}
    said = words.objection_texts(Objection(ground=Ground.RECEIPT_USED, details=details))
    assert "CH-26-000123" in said["en"]
    assert "APP-" not in said["en"] + said["bn"]
