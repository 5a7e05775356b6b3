"""What the card of a signed clearance prints."""

from clearance.domain.printed_card import PrintedCard
from clearance.domain.text import BilingualText
from clearance.issuing.ports import NotOnRecord
from clearance.issuing.service import Service, dhaka_day
from clearance.issuing.sign import SignedClearance


def printed_card(service: Service, signed: SignedClearance, *, qr_text: str, issued_by: str) -> PrintedCard:
    """The printed content of one card. Raises NotOnRecord where the portrait is not in the store."""
    application, draft = signed.case.application, signed.case.application.draft
    worker, agency = draft.worker, signed.case.agency
    try:
        photo = service.documents.get(worker.photo_sha256)
    except KeyError:
        raise NotOnRecord(f"photo {worker.photo_sha256}") from None
    assert application.approved is not None
    return PrintedCard(
        qr_text=qr_text,
        credential=signed.token,
        photo=photo,
        clearance_no=signed.intent.clearance_no,
        registration_no=worker.registration_no,
        name=BilingualText(en=worker.name_en, bn=worker.name_bn),
        sex=worker.sex,
        birth_date=worker.birth_date,
        passport_no=worker.passport.number,
        passport_expiry=worker.passport.expires_on,
        previous_passport_no=worker.passport.previous_number,
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
        office=signed.case.office.name,
        approved_by=application.approved.officer_no,
        issued_by=issued_by,
        fees_taka=draft.payment.amount_taka,
        issued_on=dhaka_day(signed.intent.planned_at),
        valid_until=signed.claims.valid_until,
        demo=service.demo,
    )
