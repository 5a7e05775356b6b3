"""What staff templates can say: the words of the office in the language of the request."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint

from clearance.domain.eligibility import Objection
from clearance.domain.staff import Role
from clearance.domain.text import BilingualText
from clearance.web import (
    wording,
    wording_access,
    wording_airports,
    wording_codes,
    wording_entry,
    wording_oversight,
    wording_personal,
    wording_rules,
)
from clearance.web.language import current
from clearance.web.wording_lifecycle import move_text

WORDS: dict[str, Callable[..., str]] = {
    **wording_codes.SPOKEN,
    **wording_entry.SPOKEN,
    **wording_oversight.SPOKEN,
    **wording_personal.SPOKEN,
    **wording_rules.SPOKEN,
    "act_text": wording.act_text,
    "airport_text": wording_airports.airport_text,
    "change_ground_text": wording_access.change_ground_text,
    "change_text": wording_access.change_text,
    "ground_text": wording.ground_text,
    "move_text": move_text,
    "referral_text": wording_airports.referral_text,
    "session_end_text": wording_access.session_end_text,
    "session_over_text": wording_access.session_over_text,
    "trouble_text": wording.trouble_text,
    "verdict_text": wording_airports.verdict_text,
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
