"""The section `[card]` of an installation's settings."""

from datetime import date
from pathlib import Path
from unicodedata import normalize

import pytest
from pydantic import ValidationError

from clearance.card import words
from clearance.config import SETTINGS_FILE, Settings
from clearance.domain.first_rules import OTHERS, SEVEN
from clearance.domain.missions import MISSION_PHONES
from clearance.domain.printed_card import CardPolicy, OptionalFact
from clearance_templates.i18n import translator


def policy(folder: Path, settings: str) -> CardPolicy:
    (folder / SETTINGS_FILE).write_text(settings, encoding="utf-8")
    return Settings.of(folder).card_policy


def test_without_settings_everything_is_printed(tmp_path: Path) -> None:
    assert policy(tmp_path, "") == CardPolicy(printed=frozenset(OptionalFact), mission_phones=MISSION_PHONES)


def test_an_office_names_what_it_prints(tmp_path: Path) -> None:
    chosen = policy(tmp_path, '[card]\nprint = ["agency", "helpline"]\n')
    assert chosen.printed == {OptionalFact.AGENCY, OptionalFact.HELPLINE}


def test_an_office_adds_corrects_and_removes_numbers(tmp_path: Path) -> None:
    phones = policy(tmp_path, '[card.mission_phones]\nKWT = "+965 1234 5678"\nSAU = ""\n').mission_phones
    assert (phones["KWT"], phones["SAU"], phones["ARE"]) == ("+965 1234 5678", "", MISSION_PHONES["ARE"])


@pytest.mark.parametrize(
    "settings",
    [
        '[card]\nprint = ["passport_no"]\n',
        '[card]\ncolour = "green"\n',
        '[card.mission_phones]\nKWT = "see our site"\n',
        '[card.mission_phones]\nKuwait = "+965 1234 5678"\n',
    ],
)
def test_what_cannot_be_chosen_is_refused(tmp_path: Path, settings: str) -> None:
    with pytest.raises(ValidationError):
        policy(tmp_path, settings)


def test_built_in_numbers_belong_to_destinations_and_can_be_dialled() -> None:
    assert set(MISSION_PHONES) <= {*SEVEN, *OTHERS}
    for number in MISSION_PHONES.values():
        assert number.startswith("+")
        assert number[1:].replace(" ", "").isdigit()


@pytest.mark.parametrize("month", range(1, 13))
def test_card_and_pages_spell_the_months_alike(month: int) -> None:
    day = date(2026, month, 9)
    assert normalize("NFC", words.day(day).bn or "") == normalize("NFC", translator("bn").date(day))
