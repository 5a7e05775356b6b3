"""The put-up sheet as a form: its groups of fields, what was typed, and what is wrong with it.

A form is read by the same rules as a row of an uploaded file, and shown again with everything that was typed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from flask import request
from werkzeug.datastructures import FileStorage

from clearance.domain.application import ApplicationDraft
from clearance.domain.person import Sex
from clearance.issuing import entry
from clearance.issuing.evidence import is_evidence
from clearance.issuing.fields import MAX_CELL, Fault, FaultKind
from clearance.issuing.ports import PhotoRefused, Portrait, Scanned
from clearance.issuing.rows import CARD_CLASSES, COLUMNS, DESTINATIONS, OPTIONAL, SEXES, VISA_TYPES, parse_row, texts_of
from clearance.issuing.scanning import UploadRefused
from clearance.issuing.service import Service
from clearance.web import wording_codes, wording_entry
from clearance.web.staff.uploads import scanned
from clearance_templates.i18n import N_, Translator

MAX_UPLOADS = 16 * 1024 * 1024
"""Bytes of a form with a photo and a piece of evidence."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    N_("Worker"): (
        *("name_en", "name_bn", "birth_date", "sex", "registration_no", "registered_on"),
        *("fingerprint_taken_on", "fingerprint_office", "mobile", "email"),
    ),
    N_("Passport"): ("passport_no", "passport_issued_on", "passport_expires_on", "previous_passport_no"),
    N_("Visa"): (
        *("destination", "visa_no", "visa_type", "visa_issued_on", "visa_expires_on", "visa_advice_no", "sponsor_id"),
        *("visa_checked_on", "visa_checked_by", "visa_check_site", "visa_check_result", "visa_check_evidence"),
    ),
    N_("Work"): ("employer", "occupation_code", "occupation_en", "occupation_bn", "salary", "contract_until"),
    N_("Agency and permit"): ("licence_no", "permit_no", "card_class"),
    N_("Briefing and fees"): (
        *("orientation_day_1", "orientation_day_2", "orientation_day_3", "orientation_certificate_no"),
        *("orientation_venue", "training_certificate_no"),
        *("receipt_no", "pay_order_no", "bank", "paid_on", "amount_taka"),
    ),
    N_("Next of kin"): ("next_of_kin_name", "next_of_kin_relation", "next_of_kin_phone"),
}
"""The fields in the order of the sheet; a column of the file that is missing here would be a fault of this table."""
PHOTO_FILE, EVIDENCE_FILE = "photo_file", "evidence_file"
PHOTO, EVIDENCE = "photo", "visa_check_evidence"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field as it is shown: `choices` are words to send with words to read, none where it is typed."""

    name: str
    label: str
    value: str
    fault: str | None
    optional: bool
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class SheetForm:
    """The whole sheet with what was typed, and what is wrong with it; `about_photo` names what no typing can mend."""

    groups: Mapping[str, tuple[Field, ...]]
    about_photo: str | None = None

    @property
    def faults(self) -> tuple[Field, ...]:
        """The fields to look at again."""
        return tuple(field for fields in self.groups.values() for field in fields if field.fault)


def form_of(texts: Mapping[str, str], t: Translator, *, faults: Iterable[Fault] = ()) -> SheetForm:
    """The form that shows these texts and faults."""
    wrong = {fault.field: wording_entry.fault_text(fault, t) for fault in faults}
    groups = {
        title: tuple(
            Field(
                name=name,
                label=wording_entry.field_text(name, t),
                value=texts.get(name, ""),
                fault=wrong.get(name),
                optional=name in OPTIONAL,
                choices=_choices(name, t),
            )
            for name in names
        )
        for title, names in GROUPS.items()
    }
    return SheetForm(groups=groups, about_photo=wrong.get(PHOTO))


def draft_from_form(
    service: Service, old: ApplicationDraft, t: Translator, *, only: Iterable[str] = COLUMNS
) -> ApplicationDraft | SheetForm:
    """The draft that the form of this request describes, photo and evidence stored; or the form to show again.

    What the form does not send, or is not in `only`, stays as it is in `old`.
    """
    sent = {name: request.form[name][: MAX_CELL + 1] for name in only if name in request.form}
    texts = {**texts_of(old), **sent}
    photo, evidence = sent_photo(service), sent_evidence(service)
    if isinstance(evidence, bytes):
        texts[EVIDENCE] = service.documents.put(evidence)
    parsed = parse_row(
        texts,
        office_code=old.office_code,
        photo_sha256=old.worker.photo_sha256,
        missing_characters=service.printer.missing_characters,
    )
    faults = [each for each in (photo, evidence) if isinstance(each, Fault)]
    if faults or not isinstance(parsed, ApplicationDraft):
        return form_of(texts, t, faults=[*faults, *(() if isinstance(parsed, ApplicationDraft) else parsed)])
    if isinstance(photo, Portrait):
        return entry.with_portrait(service, parsed, photo)
    return replace(parsed, worker=replace(parsed.worker, photo_remark=old.worker.photo_remark))


def sent_evidence(service: Service) -> Scanned | Fault | None:
    """The file of evidence in this request, what is wrong with it, or None where none was chosen."""
    content = _upload(service, EVIDENCE_FILE, field=EVIDENCE)
    if not isinstance(content, bytes) or is_evidence(content):
        return content
    return Fault(field=EVIDENCE, kind=FaultKind.NOT_EVIDENCE)


def sent_photo(service: Service) -> Portrait | Fault | None:
    """The portrait made of the photo in this request, what is wrong with that, or None where none was chosen."""
    content = _upload(service, PHOTO_FILE, field=PHOTO)
    try:
        return service.prepare_photo(content) if isinstance(content, bytes) else content
    except PhotoRefused as refused:
        return Fault(field=PHOTO, kind=wording_entry.PHOTO_FAULTS[refused.ground])


def _upload(service: Service, name: str, *, field: str) -> Scanned | Fault | None:
    file: FileStorage | None = request.files.get(name)
    if file is None or not file.filename:
        return None
    try:
        return scanned(service, file.read(), name=file.filename, field=field)
    except UploadRefused as refused:
        return refused.fault


def _choices(name: str, t: Translator) -> tuple[tuple[str, str], ...]:
    match name:
        case "sex":
            return tuple((_first_word(SEXES, sex), wording_codes.sex_text(sex, t)) for sex in Sex)
        case "visa_type":
            kinds = dict.fromkeys(VISA_TYPES.values())
            return tuple((_first_word(VISA_TYPES, kind), wording_codes.visa_text(kind, t)) for kind in kinds)
        case "card_class":
            classes = dict.fromkeys(CARD_CLASSES.values())
            return tuple((_first_word(CARD_CLASSES, each), wording_codes.card_class_text(each, t)) for each in classes)
        case "destination":
            return tuple(sorted(((code, t.country(code)) for code in DESTINATIONS), key=lambda choice: choice[1]))
        case _:
            return ()


def _first_word(words: Mapping[str, object], wanted: object) -> str:
    return next(word for word, member in words.items() if member is wanted)
