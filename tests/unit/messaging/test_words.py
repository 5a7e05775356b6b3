"""What workers are written."""

import re

import pytest

from clearance.domain.delivery import CaseEvent
from clearance.issuing.events import FOR_THE_WORKER
from clearance.messaging.words import MESSAGES, Letterhead, mail_subject, mail_text, sms_parts, sms_text

HEAD = Letterhead(site="clearance.bmet.gov.bd", helpline="16135")


def test_there_are_words_for_everything_that_workers_are_told() -> None:
    assert set(MESSAGES) == FOR_THE_WORKER


@pytest.mark.parametrize("event", MESSAGES)
@pytest.mark.parametrize("site", ["clearance.bmet.gov.bd", "clearance-cards.probashi.gov.bd"])
def test_an_sms_is_bengali_and_fits_into_two(event: CaseEvent, site: str) -> None:
    text = sms_text(event, Letterhead(site=site, helpline="16135"))
    assert text.startswith("বিএমইটি: ")
    assert sms_parts(text) <= 2
    assert "১৬১৩৫" in text


@pytest.mark.parametrize("event", MESSAGES)
def test_no_message_has_a_link_a_person_or_a_number_of_a_paper(event: CaseEvent) -> None:
    for text in (sms_text(event, HEAD), mail_text(event, HEAD, reference="APP-12345678"), mail_subject()):
        assert "http" not in text
        assert "/" not in text.replace(mail_subject(), "")
        assert not re.search(r"[A-Z]{1,2}[0-9]{7,8}\b", text.replace("APP-12345678", ""))


def test_a_letter_says_it_in_both_languages_bengali_first() -> None:
    text = mail_text(CaseEvent.ISSUED, HEAD, reference="APP-12345678")
    assert text.index("আপনার ছাড়পত্র তৈরি") < text.index("your clearance is ready")
    assert text.count("APP-12345678") == 2


@pytest.mark.parametrize(
    ("text", "parts"), [("ক" * 70, 1), ("ক" * 71, 2), ("ক" * 134, 2), ("ক" * 135, 3), ("😀" * 35, 1), ("😀" * 36, 2)]
)
def test_parts_are_counted_as_networks_count_them(text: str, parts: int) -> None:
    assert sms_parts(text) == parts
