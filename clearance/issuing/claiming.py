"""What a card's credential claims, made from the case alone (docs/CARD-FORMAT.md section 5)."""

from collections.abc import Mapping
from datetime import date, datetime

from clearance.credential.claims import ClearanceClaims, Gender, StatusRef, end_of_day_dhaka
from clearance.domain.application import ApplicationDraft
from clearance.domain.person import Sex

GENDERS: Mapping[Sex, Gender] = {Sex.MALE: Gender.MALE, Sex.FEMALE: Gender.FEMALE, Sex.OTHER: Gender.OTHER}


def claims_for(
    draft: ApplicationDraft,
    *,
    issuer: str,
    clearance_no: str,
    status_ref: StatusRef,
    issued_at: datetime,
    valid_until: date,
) -> ClearanceClaims:
    """The claims of one clearance. Nothing is cut to fit: what a card cannot carry was refused at entry."""
    worker, passport = draft.worker, draft.worker.passport
    return ClearanceClaims(
        issuer=issuer,
        issued_at=int(issued_at.timestamp()),
        expires_at=end_of_day_dhaka(valid_until),
        status=status_ref,
        full_name=worker.name_en,
        name_bn=worker.name_bn,
        birth_date=f"{worker.birth_date:%Y%m%d}",
        gender=GENDERS[worker.sex],
        registration_no=worker.registration_no,
        passport_no=passport.number,
        clearance_no=clearance_no,
        destination=draft.destination,
        visa_no=draft.visa.number,
        visa_type=draft.visa.type,
        employer=draft.job.employer,
        licence_no=draft.licence_no,
        passport_expiry=int(f"{passport.expires_on:%Y%m%d}"),
        office=draft.office_code,
        card_class=draft.card_class,
        occupation=draft.job.occupation_code,
        previous_passport_no=next(iter(passport.previous_numbers), None),
    )
