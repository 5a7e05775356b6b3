"""Every code of the office has its sentence in both languages."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path

import pytest

from clearance.credential.claims import CardClass, VisaType
from clearance.credential.status import Status
from clearance.credential.trust import Purpose, SignerState
from clearance.domain.audit import AuditAct
from clearance.domain.clearance import RevocationReason
from clearance.domain.eligibility import Details, Ground, Objection
from clearance.domain.first_rules import first_rules
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.permit import PermitFlag
from clearance.domain.person import Sex
from clearance.domain.proposal import ProposalState
from clearance.domain.rules import Channel, Decider, Need, VisaKind
from clearance.domain.staff import Role
from clearance.issuing.fields import Fault, FaultKind
from clearance.issuing.keys_and_desks import ListUse
from clearance.issuing.ports import NotSigned, PhotoGround, Trouble
from clearance.issuing.rows import COLUMNS
from clearance.web import wording, wording_codes, wording_entry, wording_rules
from clearance_templates.i18n import Language, translator

DAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 6, tzinfo=UTC)
FIRST = first_rules()[0]
SOURCE = FIRST.terms.source
GROUND_DETAILS: dict[Ground, Details] = {
    Ground.NOT_THE_STATE: {"state": "approved"},
    Ground.ROLE_MISSING: {"role": "issuer"},
    Ground.REJECTED_BEFORE: {"officer": "BMET-2001"},
    Ground.OTHER_OFFICE: {"office": "DEMO-RNG"},
    Ground.OTHER_AGENCY: {"licence": "RL-1234"},
    Ground.NOT_A_CORRECTION: {"field": "permit_no"},
    Ground.PAY_ORDER_USED: {"receipt": "PO-26-000123", "reference": "APP-00000001"},
    Ground.DESTINATION_CLOSED: {"destination": "SAU"},
    Ground.HEADQUARTERS_ONLY: {"source": SOURCE, "since": DAY},
    Ground.VISA_IN_USE: {"visa": "6012345678", "clearance": "BMET-2026-0123456789A"},
    Ground.GROUP_VISA: {"count": 25, "limit": 25},
    Ground.SALARY_TOO_LOW: {"floor": "SAR 1,500"},
    Ground.FEES_TOO_LOW: {"paid": 100, "due": 3050, "table": FIRST.terms.fees_version},
    Ground.NOT_YOUR_PROPOSAL: {"officer": "A-1"},
    Ground.PROPOSAL_SETTLED: {"outcome": "withdrawn"},
    Ground.RULE_IN_THE_PAST: {"date": DAY},
    Ground.RULE_REPLACED: {"number": 46},
    Ground.RULE_OVERLAPS: {"number": 46, "from": DAY},
    Ground.LETTER_USED: {"letter": "EXP-12/26"},
    Ground.PLACES_MOVED_ON: {"permit": "EA-1", "places": 25},
    Ground.PLACES_UNCHANGED: {"permit": "EA-1", "places": 25},
    Ground.PLACES_BELOW_USED: {"permit": "EA-1", "used": 25},
    Ground.TOO_MANY_PLACES: {"limit": 100_000},
    Ground.NOT_SUSPENDED: {"licence": "RL-1234"},
    Ground.TOO_YOUNG: {"minimum": 25, "age": 19},
    Ground.PASSPORT_EXPIRED: {"date": DAY},
    Ground.ORIENTATION_INCOMPLETE: {"days": 2, "needed": 3},
    Ground.VISA_EXPIRED: {"date": DAY},
    Ground.VISA_UNCHECKED: {"destination": "QAT"},
    Ground.CONTRACT_ENDED: {"date": DAY},
    Ground.LICENCE_UNKNOWN: {"licence": "RL-1234"},
    Ground.LICENCE_EXPIRED: {"licence": "RL-1234", "date": DAY},
    Ground.LICENCE_SUSPENDED: {"licence": "RL-1234", "date": DAY},
    Ground.PERMIT_UNKNOWN: {"permit": "EA-1"},
    Ground.PERMIT_NOT_IN_FORCE: {"permit": "EA-1", "from": DAY, "until": DAY},
    Ground.PERMIT_FOR_ANOTHER: {"permit": "EA-1"},
    Ground.PERMIT_USED_UP: {"permit": "EA-1", "used": 25, "places": 25},
    Ground.RECEIPT_USED: {"receipt": "CH-1", "reference": "APP-12345678"},
    Ground.ACTIVE_CLEARANCE: {"clearance": "BMET-2026-0123456789A"},
    Ground.CARD_NOT_IN_FORCE: {"clearance": "BMET-2026-0123456789A", "status": Status.INVALID.name},
    Ground.CARD_RAN_OUT: {"clearance": "BMET-2026-0123456789A", "date": date(2026, 11, 21)},
    Ground.SIGNING_STOPPED: {"officer": "A-1", "since": NOON, "reason": "key lost"},
    Ground.TOO_MANY_THIS_HOUR: {"limit": 1500},
    Ground.TOO_MANY_TODAY: {"limit": 6000},
    Ground.REASON_TOO_LONG: {"limit": 500},
    Ground.CARD_IN_FORCE: {"clearance_no": "BMET-2026-0123456789A"},
    Ground.CASE_UNDER_WAY: {"reference": "APP-12345678"},
    Ground.UNDER_INVESTIGATION: {"reference": "APP-12345678"},
}
"""What the rules put into each ground; the others carry nothing."""
FAULT_DETAILS: dict[str, str | int] = {
    "text": "A1",
    "length": 90,
    "limit": 80,
    "character": "@",
    "code": "U+0040",
    "than": "birth_date",
    "other": "next_of_kin_name",
    "minimum": 1900,
    "maximum": 2100,
    "choices": "male, female",
}
CODES: list[tuple[type[Enum], Callable[..., str]]] = [
    (ApplicationState, wording_codes.state_text),
    (Role, wording_codes.role_text),
    (Status, wording_codes.status_text),
    (RevocationReason, wording_codes.revocation_text),
    (Sex, wording_codes.sex_text),
    (VisaType, wording_codes.visa_text),
    (CardClass, wording_codes.card_class_text),
    (AuditAct, wording.act_text),
    (
        PhotoGround,
        lambda ground, t: wording_entry.fault_text(Fault(field="photo", kind=wording_entry.PHOTO_FAULTS[ground]), t),
    ),
    (Purpose, wording_codes.purpose_text),
    (SignerState, wording_codes.signer_state_text),
    (ListUse, wording_codes.list_use_text),
    (PermitFlag, wording_rules.flag_text),
    (Channel, wording_rules.rule_word),
    (Decider, wording_rules.rule_word),
    (Need, wording_rules.rule_word),
    (VisaKind, wording_rules.rule_word),
    (ProposalState, wording_rules.rule_word),
]


def is_bengali(text: str) -> bool:
    return any("\u0980" <= character <= "\u09ff" for character in text)


def sentence(ground: Ground, language: Language, details: Details | None = None) -> str:
    objection = Objection(ground=ground, details=details or GROUND_DETAILS.get(ground, {}))
    return wording.ground_text(objection, translator(language))


@pytest.mark.parametrize("ground", list(Ground))
def test_every_ground_is_a_full_sentence_in_both_languages(ground: Ground) -> None:
    english, bengali = sentence(ground, "en"), sentence(ground, "bn")
    assert not is_bengali(english)
    assert english.endswith((".", "”."))
    assert is_bengali(bengali)
    assert bengali.endswith("।")
    assert "%" not in english + bengali


@pytest.mark.parametrize("kind", list(FaultKind))
def test_every_fault_is_a_full_sentence_in_both_languages(kind: FaultKind) -> None:
    fault = Fault(field="name_en", kind=kind, details=FAULT_DETAILS)
    english, bengali = (wording_entry.fault_text(fault, translator(language)) for language in ("en", "bn"))
    assert not is_bengali(english)
    assert is_bengali(bengali)
    assert "%" not in english + bengali
    of_a_file = kind.startswith(("photo_", "infected", "not_scanned")) and kind is not FaultKind.PHOTO_NOT_FOUND
    about_the_field = not of_a_file and kind is not FaultKind.EXTRA_CELLS
    assert english.startswith("Name in English ") == about_the_field


@pytest.mark.parametrize(("codes", "text"), CODES, ids=lambda value: getattr(value, "__name__", ""))
def test_every_code_has_a_word_of_its_own_in_both_languages(codes: type[Enum], text: Callable[..., str]) -> None:
    for language in ("en", "bn"):
        words = [text(code, translator(language)) for code in codes]
        assert len(set(words)) == len(words)
        assert all(is_bengali(word) == (language == "bn") for word in words)


@pytest.mark.parametrize("trouble", list(Trouble))
def test_every_trouble_with_signing_says_in_both_languages_what_happened_and_what_to_do(trouble: Trouble) -> None:
    failed = NotSigned(trouble, about="2")
    english, bengali = (wording.trouble_text(failed, translator(language)) for language in ("en", "bn"))
    assert not is_bengali(english)
    assert is_bengali(bengali)
    assert "%" not in english + bengali
    assert english.count(".") >= 2 or ":" in english
    assert "administrator" in english
    assert "প্রশাসক" in bengali


def test_every_column_of_the_file_has_a_name_in_both_languages() -> None:
    for column in COLUMNS:
        assert wording_entry.field_text(column, translator("en")) != column
        assert is_bengali(wording_entry.field_text(column, translator("bn")))


def test_a_column_that_is_not_ours_is_called_by_its_own_name() -> None:
    assert wording_entry.field_text("shoe_size", translator("bn")) == "shoe_size"


def test_every_source_of_a_rule_is_translated() -> None:
    assert {version.terms.source for version in first_rules()} <= set(wording_rules.RULE_SOURCES)
    assert all(is_bengali(translator("bn").gettext(source)) for source in wording_rules.RULE_SOURCES)


def test_what_comes_from_a_rule_names_it_and_since_when() -> None:
    details: Details = {"minimum": 25, "age": 19, "source": SOURCE, "since": DAY}
    assert sentence(Ground.TOO_YOUNG, "en", details).endswith(f" Rule: {SOURCE}, since 22 November 2026.")
    assert sentence(Ground.TOO_YOUNG, "bn", details).endswith(", ২২ নভেম্বর ২০২৬ থেকে।")


def test_a_permit_without_places_says_how_many_are_used_in_the_digits_of_the_reader() -> None:
    assert "EA-1: 25 of 25 used" in sentence(Ground.PERMIT_USED_UP, "en")
    assert "EA-1: ২৫টির মধ্যে ২৫টি ব্যবহৃত" in sentence(Ground.PERMIT_USED_UP, "bn")


def test_dates_follow_the_language_and_identifiers_do_not() -> None:
    assert sentence(Ground.LICENCE_EXPIRED, "en").startswith("Agency licence RL-1234 ran out on 22 November 2026.")
    assert "RL-1234" in sentence(Ground.LICENCE_EXPIRED, "bn")
    assert "২২ নভেম্বর ২০২৬" in sentence(Ground.LICENCE_EXPIRED, "bn")


def test_three_days_without_a_certificate_are_not_called_incomplete_days() -> None:
    assert "2 of 3 days" in sentence(Ground.ORIENTATION_INCOMPLETE, "en")
    assert "no certificate number" in sentence(Ground.ORIENTATION_INCOMPLETE, "en", {"days": 3, "needed": 3})


def test_years_in_a_fault_are_not_grouped() -> None:
    fault = Fault(field="birth_date", kind=FaultKind.OUT_OF_RANGE, details={"minimum": 1900, "maximum": 2100})
    assert wording_entry.fault_text(fault, translator("en")) == "Date of birth must lie between 1900 and 2100."
    assert "১৯০০" in wording_entry.fault_text(fault, translator("bn"))


def test_an_act_of_a_later_version_is_shown_as_its_code() -> None:
    assert wording.act_text("card.held", translator("en")) == "card.held"


def test_the_licence_lies_beside_the_typeface(root: Path) -> None:
    fonts = root / "templates" / "static" / "fonts"
    assert "SIL Open Font License" in (fonts / "LICENSE").read_text(encoding="utf-8")
    assert len(list(fonts.glob("*.woff2"))) == 4
