"""What a card prints: put together when a clearance is signed, and again from the record for a card on plastic."""

from datetime import date, datetime
from typing import Protocol

from clearance.credential.qrtext import pack
from clearance.domain.clearance import Clearance
from clearance.domain.eligibility import Case
from clearance.domain.printed_card import CardPolicy, PrintedCard
from clearance.domain.text import BilingualText
from clearance.issuing.ports import Documents, NotOnRecord
from clearance.issuing.service import dhaka_day
from clearance.issuing.sign import SignedClearance


class Office(Protocol):
    """What it takes to know what a card prints: the service has it, and so has the signing room."""

    @property
    def documents(self) -> Documents: ...

    @property
    def card_policy(self) -> CardPolicy: ...

    @property
    def demo(self) -> bool: ...


def printed_card(office: Office, signed: SignedClearance, *, qr_text: str, issued_by: str) -> PrintedCard:
    """The printed content of one card. Raises NotOnRecord where the portrait is not in the store."""
    return _card(
        office,
        signed.case,
        qr_text=qr_text,
        token=signed.token,
        clearance_no=signed.intent.clearance_no,
        issued_at=signed.intent.planned_at,
        issued_by=issued_by,
        valid_until=signed.claims.valid_until,
    )


def recorded_card(office: Office, case: Case, clearance: Clearance) -> PrintedCard:
    """The printed content of a card issued before, with its own credential. Raises NotOnRecord as above."""
    return _card(
        office,
        case,
        qr_text=pack(clearance.token),
        token=clearance.token,
        clearance_no=clearance.clearance_no,
        issued_at=clearance.issued_at,
        issued_by=clearance.issued_by,
        valid_until=clearance.valid_until,
    )


def _card(
    office: Office,
    case: Case,
    *,
    qr_text: str,
    token: bytes,
    clearance_no: str,
    issued_at: datetime,
    issued_by: str,
    valid_until: date,
) -> PrintedCard:
    application, draft, agency = case.application, case.application.draft, case.agency
    worker = draft.worker
    assert application.approved is not None
    return PrintedCard(
        qr_text=qr_text,
        credential=token,
        photo=_photo(office, worker.photo_sha256),
        clearance_no=clearance_no,
        registration_no=worker.registration_no,
        name=BilingualText(en=worker.name_en, bn=worker.name_bn),
        sex=worker.sex,
        birth_date=worker.birth_date,
        passport_no=worker.passport.number,
        passport_expiry=worker.passport.expires_on,
        previous_passport_no=next(iter(worker.passport.previous_numbers), None),
        destination=draft.destination,
        visa_no=draft.visa.number,
        visa_type=draft.visa.type.name.lower(),
        employer=draft.job.employer,
        occupation=draft.job.occupation,
        salary=draft.job.salary,
        agency=agency.name if agency else None,
        licence_no=draft.licence_no,
        agency_phone=agency.phone if agency else None,
        permit_no=draft.permit_no,
        orientation_certificate=draft.orientation.certificate_no or "",
        office=case.office.name,
        approved_by=application.approved.officer_no,
        issued_by=issued_by,
        fees_taka=draft.payment.amount_taka,
        mission_phone=office.card_policy.mission_phones.get(draft.destination) or None,
        issued_on=dhaka_day(issued_at),
        valid_until=valid_until,
        printed=office.card_policy.printed,
        demo=office.demo,
    )


def _photo(office: Office, sha256: str) -> bytes:
    try:
        return office.documents.get(sha256)
    except KeyError:
        raise NotOnRecord(f"photo {sha256}") from None
