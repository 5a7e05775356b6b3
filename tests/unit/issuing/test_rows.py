"""Reading rows: what is forgiven, what is named, and that nothing a row holds can surprise a later step."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearance.credential.claims import CardClass, StatusRef, VisaType, encode_claims
from clearance.domain.application import ApplicationDraft
from clearance.domain.person import Sex
from clearance.issuing.claiming import claims_for
from clearance.issuing.fields import Fault, FaultKind
from clearance.issuing.rows import COLUMNS, EXAMPLE, KIN, OPTIONAL, parse_row, texts_of
from tests.fakes.office import NOW, TODAY


def parse(row=None, lacking: str = "", **cells: str) -> ApplicationDraft | tuple[Fault, ...]:
    return parse_row(
        {**(EXAMPLE if row is None else row), **cells},
        office_code="BMET",
        photo_sha256="ab" * 32,
        missing_characters=lambda text: "".join(character for character in text if character in lacking),
    )


def read(**cells: str) -> ApplicationDraft:
    draft = parse(**cells)
    assert isinstance(draft, ApplicationDraft), draft
    return draft


def fault(lacking: str = "", **cells: str) -> Fault:
    faults = parse(lacking=lacking, **cells)
    assert isinstance(faults, tuple), "nothing was wrong"
    [only] = faults
    return only


def test_the_example_of_the_template_is_a_case() -> None:
    draft = read()
    assert draft.worker.name_bn == "মোঃ রহিম উদ্দিন"
    assert draft.worker.birth_date == date(1995, 3, 14)
    assert draft.visa.type is VisaType.SINGLE
    assert draft.payment.amount_taka == 3450
    assert draft.office_code == "BMET"
    assert draft.worker.photo_sha256 == "ab" * 32
    assert len(draft.orientation.days) == 3


@pytest.mark.parametrize("column", [column for column in COLUMNS if column not in OPTIONAL and column != "photo"])
@pytest.mark.parametrize("empty", ["", "  ", "\u200b", "\u00a0\n"])
def test_each_required_cell_is_asked_for(column: str, empty: str) -> None:
    assert fault(**{column: empty}) == Fault(field=column, kind=FaultKind.REQUIRED)


@pytest.mark.parametrize("column", sorted(OPTIONAL - {*KIN, "visa_checked_on"}))
def test_each_optional_cell_may_be_empty(column: str) -> None:
    read(**{column: " "})


def test_next_of_kin_is_named_wholly_or_not_at_all() -> None:
    assert read(**dict.fromkeys(KIN, "")).next_of_kin is None
    incomplete = fault(next_of_kin_phone="")
    assert incomplete == Fault(
        field="next_of_kin_phone", kind=FaultKind.INCOMPLETE, details={"other": "next_of_kin_name"}
    )


def test_a_visa_check_has_its_day() -> None:
    details = ("visa_checked_by", "visa_check_site", "visa_check_result", "visa_check_evidence")
    assert fault(visa_checked_on="") == Fault(field="visa_checked_on", kind=FaultKind.REQUIRED)
    assert read(visa_checked_on="", **dict.fromkeys(details, "")).visa.check is None
    check = read().visa.check
    assert check is not None
    assert (check.on, check.site, check.result) == (date(2026, 10, 5), "visa.mofa.gov.sa", "valid")


@pytest.mark.parametrize("typed", ["01712345678", "+8801712345678", "8801712345678", "০১৭১২-৩৪৫৬৭৮"])
def test_a_mobile_number_is_kept_in_one_form(typed: str) -> None:
    assert read(mobile=typed).worker.mobile == "+8801712345678"


@pytest.mark.parametrize("typed", ["0171234567", "01212345678", "+14155550100", "phone"])
def test_other_mobile_numbers_are_refused(typed: str) -> None:
    assert fault(mobile=typed).kind is FaultKind.NOT_A_MOBILE_NO


@pytest.mark.parametrize("typed", ["a@b", "a b@c.de", "@c.de", "a@c.de\nBcc: x@y.z", "মোঃ@c.de"])
def test_what_is_no_address_is_no_email(typed: str) -> None:
    assert fault(email=typed).kind is FaultKind.NOT_AN_EMAIL


@given(st.sampled_from(["A01234567", "AB0123456", "BX0000001"]))
def test_the_row_of_a_draft_reads_back_as_the_draft(number: str) -> None:
    draft = read(passport_no=number, previous_passport_no="C11111111; D22222222", orientation_day_3="")
    assert parse(texts_of(draft)) == draft


def test_letters_and_digits_that_look_alike_are_told_apart_by_their_place() -> None:
    assert read(passport_no="012345678").worker.passport.number == "O12345678"
    assert read(passport_no="AO12O4567").worker.passport.number == "A01204567"
    assert read(passport_no="AO1234567").worker.passport.number == "AO1234567"  # two letters and seven digits: as typed


def test_a_row_without_any_cell_names_every_required_one_in_order() -> None:
    faults = parse({})
    assert isinstance(faults, tuple)
    required = [column for column in COLUMNS if column not in OPTIONAL and column != "photo"]
    assert [fault.field for fault in faults] == required


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("1995-03-14", date(1995, 3, 14)),
        ("14/03/1995", date(1995, 3, 14)),
        ("14-03-1995", date(1995, 3, 14)),
        ("4/3/1995", date(1995, 3, 4)),
        ("১৯৯৫-০৩-১৪", date(1995, 3, 14)),
        ("১৪/০৩/১৯৯৫", date(1995, 3, 14)),
        (" 14 / 03 / 1995 ", date(1995, 3, 14)),
    ],
)
def test_dates_are_read_as_people_here_write_them(typed: str, day: date) -> None:
    assert read(birth_date=typed).worker.birth_date == day


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("31/02/1995", FaultKind.NO_SUCH_DATE),
        ("৩১/০২/১৯৯৫", FaultKind.NO_SUCH_DATE),
        ("1995-13-01", FaultKind.NO_SUCH_DATE),
        ("00/01/1995", FaultKind.NO_SUCH_DATE),
        ("29-02-1995", FaultKind.NO_SUCH_DATE),
        ("14/03/95", FaultKind.NOT_A_DATE),
        ("14.03.1995", FaultKind.NOT_A_DATE),
        ("14 March 1995", FaultKind.NOT_A_DATE),
        ("35768", FaultKind.NOT_A_DATE),
        ("1895-03-14", FaultKind.OUT_OF_RANGE),
        ("2995-03-14", FaultKind.OUT_OF_RANGE),
    ],
)
def test_impossible_dates_are_named(typed: str, kind: FaultKind) -> None:
    found = fault(birth_date=typed)
    assert (found.field, found.kind) == ("birth_date", kind)
    if kind is not FaultKind.OUT_OF_RANGE:
        assert found.details == {"text": typed}


@pytest.mark.parametrize(
    ("cells", "field", "than"),
    [
        ({"passport_issued_on": "1995-03-14"}, "passport_issued_on", "birth_date"),
        ({"passport_expires_on": "2024-02-01"}, "passport_expires_on", "passport_issued_on"),
        ({"registered_on": "1990-01-01", "fingerprint_taken_on": ""}, "registered_on", "birth_date"),
        ({"visa_expires_on": "2026-10-01"}, "visa_expires_on", "visa_issued_on"),
        ({"contract_until": "2026-09-30"}, "contract_until", "visa_issued_on"),
    ],
)
def test_dates_that_contradict_each_other_are_named(cells: dict[str, str], field: str, than: str) -> None:
    assert fault(**cells) == Fault(field=field, kind=FaultKind.NOT_LATER, details={"than": than})


def test_a_date_that_is_wrong_itself_is_not_compared() -> None:
    assert fault(birth_date="31/02/1995").field == "birth_date"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("A01234567", "A01234567"),
        ("a 0123-4567", "A01234567"),
        ("A০১২৩৪৫৬৭", "A01234567"),
        ("AB0123456", "AB0123456"),
        ("Ａ０１２３４５６７", "A01234567"),
    ],
)
def test_passport_numbers_are_forgiving_about_their_spelling(typed: str, number: str) -> None:
    assert read(passport_no=typed).worker.passport.number == number


@pytest.mark.parametrize("typed", ["A0123456", "A012345678", "ABC123456", "112345678", "AOI234567", "<script>", "🛂"])
def test_other_passport_numbers_are_refused(typed: str) -> None:
    assert fault(passport_no=typed) == Fault(
        field="passport_no", kind=FaultKind.NOT_A_PASSPORT_NO, details={"text": typed}
    )


def test_the_previous_passport_is_another_one() -> None:
    assert read(previous_passport_no="BX 0000001").worker.passport.previous_numbers == ("BX0000001",)
    assert read(previous_passport_no="BX0000001; C00000002").worker.passport.previous_numbers == (
        "BX0000001",
        "C00000002",
    )
    assert fault(previous_passport_no="BX0000001, 77").details == {"text": "77"}
    assert fault(previous_passport_no="A-01234567").kind is FaultKind.SAME_PASSPORT_NO


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Md. Rahim  Uddin", "MD. RAHIM UDDIN"),
        ("O\u2019BRIEN-KHAN", "O'BRIEN-KHAN"),
        ("ＲＡＨＩＭ", "RAHIM"),
        ("R\u200bAHIM", "RAHIM"),
    ],
)
def test_latin_names_are_written_as_the_passport_writes_them(typed: str, name: str) -> None:
    assert read(name_en=typed).worker.name_en == name


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("RAHIM 2", "U+0032"),
        ("রহিম", "U+09B0"),
        ("RÉMI", "U+00C9"),
        ("A<B", "U+003C"),
        ("R\u0007M", "U+0007"),
        ("\u202eMIHAR", "U+202E"),
    ],
)
def test_a_character_that_no_name_has_is_named(typed: str, code: str) -> None:
    found = fault(name_en=typed)
    assert (found.field, found.kind, found.details["code"]) == ("name_en", FaultKind.CHARACTER_NOT_ALLOWED, code)


def test_a_name_has_letters() -> None:
    assert fault(name_en=". - '").kind is FaultKind.WRONG_FORM


def test_bengali_names_are_composed_once_and_for_all() -> None:
    assert read(name_bn="র\u09dcি").worker.name_bn == "র\u09a1\u09bcি"
    assert read(name_bn="র\u200d্যাব").worker.name_bn == "র\u200d্যাব"  # the joiner carries meaning
    assert fault(name_bn="রহিম Uddin").details["code"] == "U+0055"


def test_a_character_that_the_card_cannot_print_is_refused_at_entry() -> None:
    found = fault(lacking="ৎ", name_bn="উৎসব")
    assert found == Fault(
        field="name_bn", kind=FaultKind.CHARACTER_NOT_PRINTABLE, details={"character": "ৎ", "code": "U+09CE"}
    )
    assert fault(lacking="ø", employer="København øst").details["code"] == "U+00F8"


@pytest.mark.parametrize(
    ("field", "limit", "filler"),
    [
        ("name_en", 80, "A"),
        ("name_bn", 198, "ক"),
        ("employer", 60, "A"),
        ("visa_no", 20, "1"),
        ("registration_no", 20, "1"),
        ("permit_no", 30, "1"),
        ("receipt_no", 30, "1"),
        ("occupation_en", 60, "a"),
        ("salary", 30, "1"),
    ],
)
def test_nothing_is_cut_to_fit_the_card(field: str, limit: int, filler: str) -> None:
    fits = filler * (limit // len(filler.encode()))
    read(**{field: fits})
    found = fault(**{field: fits + filler})
    assert (found.field, found.kind) == (field, FaultKind.TOO_LONG)
    assert found.details["length"] > found.details["limit"]


def test_a_cell_of_megabytes_is_refused_unread() -> None:
    found = fault(employer="A" * 5_000_000)
    assert (found.field, found.kind) == ("employer", FaultKind.TOO_LONG)


@pytest.mark.parametrize(
    ("typed", "licence"), [("RL-1234", "RL-1234"), ("rl 0012", "RL-12"), ("RL১২৩৪", "RL-1234"), ("", None)]
)
def test_licences_have_one_spelling(typed: str, licence: str | None) -> None:
    assert read(licence_no=typed).licence_no == licence


@pytest.mark.parametrize("typed", ["1234", "RL-", "RL-123456", "RL-12a"])
def test_other_licences_are_refused(typed: str) -> None:
    assert fault(licence_no=typed).kind is FaultKind.NOT_A_LICENCE_NO


@pytest.mark.parametrize(("typed", "amount"), [("3450", 3450), ("৩,৪৫০", 3450), ("3 450", 3450), ("0", 0)])
def test_amounts_are_read_with_their_commas(typed: str, amount: int) -> None:
    assert read(amount_taka=typed).payment.amount_taka == amount


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("3450 taka", FaultKind.NOT_A_NUMBER),
        ("34.50", FaultKind.NOT_A_NUMBER),
        ("-1", FaultKind.NOT_A_NUMBER),
        ("²", FaultKind.NOT_A_NUMBER),
        ("1000001", FaultKind.OUT_OF_RANGE),
        ("9" * 900, FaultKind.OUT_OF_RANGE),
    ],
)
def test_other_amounts_are_refused(typed: str, kind: FaultKind) -> None:
    assert fault(amount_taka=typed).kind is kind


@pytest.mark.parametrize(
    ("column", "typed", "value"),
    [
        ("sex", "Female", Sex.FEMALE),
        ("sex", "M", Sex.MALE),
        ("sex", "মহিলা", Sex.FEMALE),
        ("visa_type", "Attested-Single", VisaType.ATTESTED_SINGLE),
        ("visa_type", "attested_group", VisaType.ATTESTED_GROUP),
        ("visa_type", "২", VisaType.GROUP),
        ("card_class", "DEMO single", CardClass.DEMO_SINGLE),
        ("card_class", "", CardClass.INDIVIDUAL),
        ("destination", "sau", "SAU"),
    ],
)
def test_choices_are_read_by_word_or_number(column: str, typed: str, value: object) -> None:
    draft = read(**{column: typed})
    found = {
        "sex": draft.worker.sex,
        "visa_type": draft.visa.type,
        "card_class": draft.card_class,
        "destination": draft.destination,
    }
    assert found[column] == value


def test_a_word_that_is_no_choice_is_answered_with_the_choices() -> None:
    assert fault(sex="unknown").details == {"text": "unknown", "choices": "male, female, other"}
    assert fault(visa_type="5").details["choices"] == "single, group, attested single, attested group"
    assert "SAU" in str(fault(destination="MARS").details["choices"])


def test_every_wrong_field_is_named_once_in_the_order_of_the_columns() -> None:
    faults = parse(name_en="123 456", passport_no="1", birth_date="x", paid_on="y", salary="z" * 31)
    assert isinstance(faults, tuple)
    assert [fault.field for fault in faults] == ["name_en", "birth_date", "passport_no", "salary", "paid_on"]


ANY_TEXT = st.text(st.characters(), max_size=60) | st.sampled_from(["", "0", "১", "\u200d", "\ud800", "A" * 2000])


@given(st.dictionaries(st.sampled_from(COLUMNS) | st.text(max_size=5), ANY_TEXT))
def test_no_texts_make_the_reader_raise(row: dict[str, str]) -> None:
    parse(row)


@given(st.dictionaries(st.sampled_from(COLUMNS), ANY_TEXT, max_size=3))
def test_whatever_is_taken_fits_on_a_card(cells: dict[str, str]) -> None:
    draft = parse(**cells)
    if isinstance(draft, ApplicationDraft):
        claims = claims_for(
            draft,
            issuer="bmet.gov.bd",
            clearance_no="BMET-2026-0000000000A",
            status_ref=StatusRef(uri="https://s.bmet.gov.bd/26a", idx=1),
            issued_at=NOW,
            valid_until=TODAY,
        )
        encode_claims(claims)


@given(st.dictionaries(st.sampled_from(COLUMNS), ANY_TEXT, max_size=3))
def test_at_most_one_fault_is_named_for_a_field(cells: dict[str, str]) -> None:
    faults = parse(**cells)
    if isinstance(faults, tuple):
        fields = [fault.field for fault in faults]
        assert len(fields) == len(set(fields))
        assert set(fields) <= set(COLUMNS)


def test_faults_have_only_texts_and_numbers_to_show() -> None:
    shown = replace(fault(name_en="R\u0007M"))
    assert shown.details["character"] == "?"
