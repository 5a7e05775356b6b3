"""What staff templates can say: the words of the office in the language of the request."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint

from clearance.domain.eligibility import Objection
from clearance.domain.staff import Role
from clearance.domain.text import BilingualText
from clearance.web import wording, wording_access, wording_airports, wording_oversight, wording_personal, wording_rules
from clearance.web.language import current
from clearance.web.wording_lifecycle import move_text

WORDS: dict[str, Callable[..., str]] = {
    **wording_oversight.SPOKEN,
    **wording_personal.SPOKEN,
    **wording_rules.SPOKEN,
    "act_text": wording.act_text,
    "card_class_text": wording.card_class_text,
    "airport_text": wording_airports.airport_text,
    "change_ground_text": wording_access.change_ground_text,
    "change_text": wording_access.change_text,
    "fault_text": wording.fault_text,
    "field_text": wording.field_text,
    "grade_text": wording.grade_text,
    "ground_text": wording.ground_text,
    "photo_remark_text": wording.photo_remark_text,
    "move_text": move_text,
    "list_use_text": wording.list_use_text,
    "purpose_text": wording.purpose_text,
    "referral_text": wording_airports.referral_text,
    "revocation_text": wording.revocation_text,
    "role_text": wording.role_text,
    "session_end_text": wording_access.session_end_text,
    "session_over_text": wording_access.session_over_text,
    "sex_text": wording.sex_text,
    "signer_state_text": wording.signer_state_text,
    "state_text": wording.state_text,
    "status_text": wording.status_text,
    "trouble_text": wording.trouble_text,
    "verdict_text": wording_airports.verdict_text,
    "visa_text": wording.visa_text,
}


def install(routes: Blueprint) -> None:
    """Give the templates of these routes one function for each kind of code, and `own` for
    texts in two languages."""
    spoken: dict[str, Callable[..., str]] = {name: _in_current(word) for name, word in WORDS.items()}
    routes.context_processor(lambda: {**spoken, "ground_texts": ground_texts, "own": own, "all_roles": tuple(Role)})


def ground_texts(objections: Iterable[Objection]) -> list[str]:
    """A sentence for each."""
    return [wording.ground_text(objection, current()) for objection in objections]


def own(text: BilingualText) -> str:
    """The text in the reader's language, in English where there is no Bengali."""
    return (text.bn if current().locale == "bn" else None) or text.en


def _in_current(word: Callable[..., str]) -> Callable[..., str]:
    def spoken(code: Any) -> str:
        return word(code, current())

    return spoken
