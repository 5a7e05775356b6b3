import pytest

from clearance.card.fitting import BENGALI, LATIN
from clearance.card.typeface import Typeface, UnprintableTextError, Weight, typeface
from tests.unit.card.samples import HARD_TEXTS, bengali_texts

WEIGHTS = pytest.mark.parametrize("face", [typeface(weight) for weight in Weight], ids=lambda face: face.weight.name)


@WEIGHTS
def test_syllables_give_back_the_text_they_draw(face: Typeface) -> None:
    for text in bengali_texts(300):
        assert "".join(syllable.text for syllable in face.shape(text)) == text


@pytest.mark.parametrize("conjunct", ["ঙ্ক্ষ", "ন্ত্র্য", "ষ্ট্র", "র্ত্তি", "স্ক্রু", "র‍্যা", "মোঃ"])
def test_an_orthographic_syllable_is_one_unit(conjunct: str) -> None:
    assert [syllable.text for syllable in typeface(Weight.REGULAR).shape(conjunct)] == [conjunct]


def test_bengali_after_latin_in_one_word_is_still_shaped_as_bengali() -> None:
    alone = typeface(Weight.REGULAR).shape("শ্রী")
    assert typeface(Weight.REGULAR).shape("A-শ্রী")[2:] == alone


def test_width_is_the_sum_of_the_syllables() -> None:
    face = typeface(Weight.REGULAR)
    for text in HARD_TEXTS:
        assert face.width(text) == sum(syllable.advance for syllable in face.shape(text)) > 0


@WEIGHTS
def test_lines_set_as_close_as_the_card_does_cannot_touch(face: Typeface) -> None:
    above, below = BENGALI[face.weight]
    for text in [*bengali_texts(600), "BLOG ÉÑ gjpqy|()@"]:
        low, high = face.ink(text)
        assert low >= -below * 1000
        assert high <= above * 1000


@WEIGHTS
def test_lines_of_passport_english_can_be_set_closer(face: Typeface) -> None:
    above, below = LATIN
    low, high = face.ink("ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789 .,'-/&+()")
    assert low >= -below * 1000
    assert high <= above * 1000


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("মোঃ শফিকুল ইসলাম, MD. O'BRIEN-KHAN (1/2)", ""),
        ("র‍্যাব", ""),
        ("KARIM 漢 𝒜 漢", "漢𝒜"),
        ("A\nB\tC", "\n\t"),
        ("\u202eABC\u200b", "\u202e\u200b"),
        ("\u09dc\u09df", ""),
        ("িম", "ি"),
        ("◌", "◌"),
    ],
)
def test_characters_the_card_cannot_show_are_named_once(text: str, missing: str) -> None:
    assert typeface(Weight.REGULAR).missing(text) == missing


@pytest.mark.parametrize("text", ["漢", "িম", "A\u0301\u0489"])
def test_a_text_that_cannot_be_shown_raises_instead_of_drawing_a_box(text: str) -> None:
    with pytest.raises(UnprintableTextError) as raised:
        typeface(Weight.SEMIBOLD).shape(text)
    assert raised.value.characters


def test_a_font_file_that_was_changed_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Weight.REGULAR, "_value_", (Weight.REGULAR.value[0], "0" * 64))
    with pytest.raises(ValueError, match="not the font"):
        Typeface(Weight.REGULAR)
