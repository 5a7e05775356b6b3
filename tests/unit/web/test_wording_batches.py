"""Every code of a batch has words in both languages, and every detail finds its place in them."""

from datetime import date

import pytest

from clearance.credential.mrz import MrzFault
from clearance.domain.batch import BatchStep, RowStanding
from clearance.domain.eligibility import Ground, Objection
from clearance.issuing.batches_photos import PhotosFault
from clearance.issuing.fields import Fault, FaultKind
from clearance.issuing.ports import Note, RowNote, RowTrouble, Trouble
from clearance.issuing.rows import COLUMNS
from clearance.issuing.sheet import SheetFaultKind, SheetRefused
from clearance.web import wording_batches as words
from clearance_templates.i18n import LANGUAGES, Language, translator

DETAILS: dict[RowTrouble, dict[str, str | int]] = {
    RowTrouble.SAME_AS_ROW: {"row": 12, "field": "passport_no"},
    RowTrouble.ALREADY_A_CASE: {"reference": "APP-00000001"},
    RowTrouble.NOT_MADE: {"trouble": Trouble.NO_ANSWER.value},
}
NOTES: list[Note] = [
    *(RowNote(trouble=trouble, details=DETAILS.get(trouble, {})) for trouble in RowTrouble),
    Fault(field="sex", kind=FaultKind.REQUIRED),
    Objection(ground=Ground.VISA_EXPIRED, details={"date": date(2026, 11, 1)}),
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words(language: Language) -> None:
    t = translator(language)
    sentences = [
        *(words.sheet_text(SheetRefused(kind, "x"), t, megabytes=20, rows=10_000) for kind in SheetFaultKind),
        *(words.photos_text(fault, t) for fault in PhotosFault),
        *(words.standing_text(standing, t) for standing in RowStanding),
        *(words.step_text(step, t) for step in BatchStep),
        *(words.mrz_text(fault, t) for fault in (*MrzFault, None)),
        *(words.note_text(note, t) for note in NOTES),
        *(words.column_text(name, t) for name in COLUMNS),
        *(words.column_hint(name, t) for name in COLUMNS),
    ]
    assert all(sentences)
    assert not [sentence for sentence in sentences if "%(" in sentence]


def test_numbers_in_a_note_follow_the_language_and_references_do_not() -> None:
    same, before = NOTES[0], NOTES[1]
    assert "১২" in words.note_text(same, translator("bn"))
    assert "APP-00000001" in words.note_text(before, translator("bn"))


def test_our_own_names_and_both_headings_mean_a_column() -> None:
    names = words.header_names()
    for name in COLUMNS:
        assert names[name] == name
        for language in LANGUAGES:
            assert names[words.heading(words.column_text(name, translator(language)))] == name
