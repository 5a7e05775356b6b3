"""One row of texts, from a CSV file or a form, read into the draft of an application.

It decides which fields an application has and which of them must agree. Single fields are read by `fields`; whether the
case may be cleared is decided in `clearance.domain.eligibility`.
"""

from collections.abc import Callable, Mapping

from clearance.credential.claims import CardClass, VisaType
from clearance.domain.application import ApplicationDraft, Job, Orientation, Payment, Visa, VisaCheck
from clearance.domain.destinations import COUNTRIES
from clearance.domain.person import NextOfKin, Passport, Sex, Worker
from clearance.domain.text import BilingualText
from clearance.issuing.fields import Choice, Fault, FaultKind, FieldReader

EXAMPLE: Mapping[str, str] = {
    "registration_no": "BIDN20260001234",
    "registered_on": "2026-06-01",
    "fingerprint_taken_on": "2026-06-01",
    "fingerprint_office": "DEMO-RNG",
    "name_en": "MD. RAHIM UDDIN",
    "name_bn": "মোঃ রহিম উদ্দিন",
    "birth_date": "1995-03-14",
    "sex": "male",
    "passport_no": "A01234567",
    "passport_issued_on": "2024-02-01",
    "passport_expires_on": "2034-01-31",
    "previous_passport_no": "",
    "photo": "photos/A01234567.jpg",
    "destination": "SAU",
    "visa_no": "6012345678",
    "visa_type": "single",
    "visa_issued_on": "2026-10-01",
    "visa_expires_on": "2027-03-31",
    "visa_checked_on": "2026-10-05",
    "visa_checked_by": "Karim Uddin",
    "visa_check_site": "visa.mofa.gov.sa",
    "visa_check_result": "valid",
    "visa_check_evidence": "print of 2026-10-05",
    "visa_advice_no": "1301234567",
    "sponsor_id": "7001234567",
    "employer": "RIYADH BUILDING CO",
    "occupation_code": "7112",
    "occupation_en": "Mason",
    "occupation_bn": "রাজমিস্ত্রি",
    "salary": "SAR 1,200",
    "contract_until": "2028-11-30",
    "licence_no": "RL-1234",
    "permit_no": "EA-SAU-1234",
    "orientation_day_1": "2026-11-01",
    "orientation_day_2": "2026-11-02",
    "orientation_day_3": "2026-11-03",
    "orientation_certificate_no": "PDO-2026-000123",
    "orientation_venue": "TTC Rangpur",
    "training_certificate_no": "",
    "receipt_no": "CH-26-000123",
    "pay_order_no": "PO-26-000123",
    "bank": "Probashi Kallyan Bank",
    "paid_on": "2026-11-04",
    "amount_taka": "3450",
    "card_class": "individual",
    "mobile": "01712345678",
    "email": "",
    "next_of_kin_name": "AMENA BEGUM",
    "next_of_kin_relation": "wife",
    "next_of_kin_phone": "01812345678",
}
COLUMNS: tuple[str, ...] = tuple(EXAMPLE)
"""The columns of the CSV template, in order."""

KIN = ("next_of_kin_name", "next_of_kin_relation", "next_of_kin_phone")

OPTIONAL = frozenset(
    {
        "fingerprint_taken_on",
        "name_bn",
        "previous_passport_no",
        "visa_checked_on",
        "occupation_bn",
        "salary",
        "licence_no",
        "orientation_day_1",
        "orientation_day_2",
        "orientation_day_3",
        "orientation_certificate_no",
        "card_class",
        "fingerprint_office",
        "visa_checked_by",
        "visa_check_site",
        "visa_check_result",
        "visa_check_evidence",
        "visa_advice_no",
        "sponsor_id",
        "orientation_venue",
        "training_certificate_no",
        "pay_order_no",
        "bank",
        "mobile",
        "email",
        "next_of_kin_name",
        "next_of_kin_relation",
        "next_of_kin_phone",
    }
)
"""Columns whose cells may be empty. A case without them may be entered; some are asked for before it is approved."""

# The first word of each member is the one that the template and the messages use.
SEXES: Mapping[str, Sex] = {
    "male": Sex.MALE,
    "female": Sex.FEMALE,
    "other": Sex.OTHER,
    "m": Sex.MALE,
    "f": Sex.FEMALE,
    "x": Sex.OTHER,
    "পুরুষ": Sex.MALE,
    "নারী": Sex.FEMALE,
    "মহিলা": Sex.FEMALE,
    "অন্যান্য": Sex.OTHER,
}
VISA_TYPES: Mapping[str, VisaType] = {kind.name.lower().replace("_", " "): kind for kind in VisaType} | {
    str(int(kind)): kind for kind in VisaType
}
CARD_CLASSES: Mapping[str, CardClass] = {kind.name.lower().replace("_", " "): kind for kind in CardClass} | {
    str(int(kind)): kind for kind in CardClass
}
DESTINATIONS: Mapping[str, str] = {code: code for code in COUNTRIES}


def parse_row(
    row: Mapping[str, str],
    *,
    office_code: str,
    photo_sha256: str,
    missing_characters: Callable[[str], str],
) -> ApplicationDraft | tuple[Fault, ...]:
    """The draft that a row describes, or everything that is wrong with it, at most one fault a field.

    The photo column is the caller's business. Never raises, whatever the texts.
    """
    read = FieldReader(row, missing_characters=missing_characters)
    licence_no = read.optional_licence_no("licence_no")
    draft = ApplicationDraft(
        worker=_worker(read, photo_sha256),
        destination=read.choice("destination", DESTINATIONS),
        visa=_visa(read),
        job=_job(read),
        licence_no=licence_no,
        permit_no=read.code("permit_no", limit=30),
        orientation=_orientation(read),
        payment=Payment(
            receipt_no=read.code("receipt_no", limit=30),
            paid_on=read.day("paid_on"),
            amount_taka=read.number("amount_taka", minimum=0, maximum=1_000_000),
            pay_order_no=read.optional_code("pay_order_no", limit=30),
            bank=read.optional_note("bank", limit=180),
        ),
        card_class=read.optional_choice("card_class", CARD_CLASSES, default=CardClass.INDIVIDUAL),
        office_code=office_code,
        next_of_kin=_next_of_kin(read),
        training_certificate_no=read.optional_code("training_certificate_no", limit=30),
    )
    _check_agreement(read, draft)
    return tuple(sorted(read.faults, key=lambda fault: COLUMNS.index(fault.field))) or draft


def texts_of(draft: ApplicationDraft) -> dict[str, str]:
    """The row that describes a draft, for a form that changes some of it. The photo has no text."""
    worker, passport, visa, job, payment = draft.worker, draft.worker.passport, draft.visa, draft.job, draft.payment
    check, kin = visa.check, draft.next_of_kin
    values: dict[str, object] = {
        "registration_no": worker.registration_no,
        "registered_on": worker.registered_on,
        "fingerprint_taken_on": worker.fingerprint_taken_on,
        "fingerprint_office": worker.fingerprint_office,
        "name_en": worker.name_en,
        "name_bn": worker.name_bn,
        "birth_date": worker.birth_date,
        "sex": _word_of(SEXES, worker.sex),
        "passport_no": passport.number,
        "passport_issued_on": passport.issued_on,
        "passport_expires_on": passport.expires_on,
        "previous_passport_no": ", ".join(passport.previous_numbers),
        "destination": draft.destination,
        "visa_no": visa.number,
        "visa_type": _word_of(VISA_TYPES, visa.type),
        "visa_issued_on": visa.issued_on,
        "visa_expires_on": visa.expires_on,
        "visa_checked_on": visa.checked_on,
        "visa_checked_by": check and check.by,
        "visa_check_site": check and check.site,
        "visa_check_result": check and check.result,
        "visa_check_evidence": check and check.evidence,
        "visa_advice_no": visa.advice_no,
        "sponsor_id": visa.sponsor_id,
        "employer": job.employer,
        "occupation_code": job.occupation_code,
        "occupation_en": job.occupation.en,
        "occupation_bn": job.occupation.bn,
        "salary": job.salary,
        "contract_until": job.contract_until,
        "licence_no": draft.licence_no,
        "permit_no": draft.permit_no,
        **{f"orientation_day_{number}": day for number, day in enumerate(draft.orientation.days, start=1)},
        "orientation_certificate_no": draft.orientation.certificate_no,
        "orientation_venue": draft.orientation.venue,
        "training_certificate_no": draft.training_certificate_no,
        "receipt_no": payment.receipt_no,
        "pay_order_no": payment.pay_order_no,
        "bank": payment.bank,
        "paid_on": payment.paid_on,
        "amount_taka": payment.amount_taka,
        "card_class": _word_of(CARD_CLASSES, draft.card_class),
        "mobile": worker.mobile,
        "email": worker.email,
        "next_of_kin_name": kin and kin.name,
        "next_of_kin_relation": kin and kin.relation,
        "next_of_kin_phone": kin and kin.phone,
    }
    return {name: "" if values.get(name) is None else str(values[name]) for name in COLUMNS}


def _word_of(words: Mapping[str, Choice], wanted: Choice) -> str:
    return next(word for word, member in words.items() if member is wanted)


def _worker(read: FieldReader, photo_sha256: str) -> Worker:
    return Worker(
        name_en=read.latin_name("name_en", limit=80),
        name_bn=read.bengali_name("name_bn", limit=200),
        birth_date=read.day("birth_date"),
        sex=read.choice("sex", SEXES),
        passport=Passport(
            number=read.passport_no("passport_no"),
            issued_on=read.day("passport_issued_on"),
            expires_on=read.day("passport_expires_on"),
            previous_numbers=read.passport_nos("previous_passport_no"),
        ),
        registration_no=read.code("registration_no", limit=20),
        registered_on=read.day("registered_on"),
        fingerprint_taken_on=read.optional_day("fingerprint_taken_on"),
        fingerprint_office=read.optional_code("fingerprint_office", limit=12),
        mobile=read.optional_mobile_no("mobile"),
        email=read.optional_email("email"),
        photo_sha256=photo_sha256,
    )


def _visa(read: FieldReader) -> Visa:
    return Visa(
        number=read.code("visa_no", limit=20),
        type=read.choice("visa_type", VISA_TYPES),
        issued_on=read.day("visa_issued_on"),
        expires_on=read.day("visa_expires_on"),
        check=_visa_check(read),
        advice_no=read.optional_code("visa_advice_no", limit=20),
        sponsor_id=read.optional_code("sponsor_id", limit=20),
    )


def _visa_check(read: FieldReader) -> VisaCheck | None:
    checked_on = read.optional_day("visa_checked_on")
    by = read.optional_note("visa_checked_by", limit=180)
    site = read.optional_note("visa_check_site", limit=180)
    result = read.optional_note("visa_check_result", limit=180)
    evidence = read.optional_note("visa_check_evidence", limit=180)
    if checked_on is None:
        if by or site or result or evidence:
            read.refuse("visa_checked_on", FaultKind.REQUIRED)
        return None
    return VisaCheck(on=checked_on, by=by, site=site, result=result, evidence=evidence)


def _next_of_kin(read: FieldReader) -> NextOfKin | None:
    if not read.together(KIN):
        return None
    name, relation = (read.optional_note(column, limit=240) for column in KIN[:2])
    phone = read.optional_mobile_no("next_of_kin_phone")
    return NextOfKin(name=name or "", relation=relation or "", phone=phone or "")


def _job(read: FieldReader) -> Job:
    return Job(
        employer=read.text("employer", limit=60),
        occupation_code=read.number("occupation_code", minimum=110, maximum=9999),
        occupation=BilingualText(
            en=read.text("occupation_en", limit=60), bn=read.optional_text("occupation_bn", limit=180)
        ),
        salary=read.optional_text("salary", limit=30),
        contract_until=read.day("contract_until"),
    )


def _orientation(read: FieldReader) -> Orientation:
    days = (read.optional_day(f"orientation_day_{number}") for number in (1, 2, 3))
    return Orientation(
        days=tuple(day for day in days if day is not None),
        certificate_no=read.optional_code("orientation_certificate_no", limit=30),
        venue=read.optional_note("orientation_venue", limit=180),
    )


def _check_agreement(read: FieldReader, draft: ApplicationDraft) -> None:
    """What two fields say together."""
    worker, passport, visa = draft.worker, draft.worker.passport, draft.visa
    born, issued = worker.birth_date, passport.issued_on
    read.later("passport_issued_on", than="birth_date", value=issued, other=born)
    read.later("passport_expires_on", than="passport_issued_on", value=passport.expires_on, other=issued)
    read.later("registered_on", than="birth_date", value=worker.registered_on, other=born)
    read.later("visa_expires_on", than="visa_issued_on", value=visa.expires_on, other=visa.issued_on)
    read.later("contract_until", than="visa_issued_on", value=draft.job.contract_until, other=visa.issued_on)
    if passport.number in passport.previous_numbers:
        read.refuse("previous_passport_no", FaultKind.SAME_PASSPORT_NO)
