"""What was entered of a case, as columns of its row and back."""

from datetime import date
from typing import Any

from sqlalchemy import RowMapping

from clearance.credential.claims import CardClass, VisaType
from clearance.domain.application import ApplicationDraft, Job, Orientation, Payment, Visa, VisaCheck
from clearance.domain.person import NextOfKin, Passport, PhotoRemark, Sex, Worker
from clearance.domain.text import BilingualText, searchable


def draft_columns(reference: str, draft: ApplicationDraft) -> dict[str, Any]:
    """Every column of the draft; `search` is what a search looks through."""
    return {
        "search": _search_text(reference, draft.worker),
        **_worker_columns(draft.worker),
        **_kin_columns(draft.next_of_kin),
        "destination": draft.destination,
        **_visa_columns(draft.visa),
        "employer": draft.job.employer,
        "occupation_code": draft.job.occupation_code,
        "occupation_en": draft.job.occupation.en,
        "occupation_bn": draft.job.occupation.bn,
        "salary": draft.job.salary,
        "contract_until": draft.job.contract_until,
        "licence_no": draft.licence_no,
        "permit_no": draft.permit_no,
        "orientation_days": [day.isoformat() for day in draft.orientation.days],
        "orientation_certificate_no": draft.orientation.certificate_no,
        "orientation_venue": draft.orientation.venue,
        "receipt_no": draft.payment.receipt_no,
        "pay_order_no": draft.payment.pay_order_no,
        "bank": draft.payment.bank,
        "paid_on": draft.payment.paid_on,
        "amount_taka": draft.payment.amount_taka,
        "card_class": int(draft.card_class),
        "office_code": draft.office_code,
        "training_certificate_no": draft.training_certificate_no,
    }


def draft_of(columns: RowMapping, *, previous_passports: tuple[str, ...]) -> ApplicationDraft:
    """The draft of a row; the passports before the worker's own stand in rows of their own."""
    return ApplicationDraft(
        worker=_worker(columns, previous_passports),
        destination=columns["destination"],
        visa=_visa(columns),
        job=Job(
            employer=columns["employer"],
            occupation_code=columns["occupation_code"],
            occupation=BilingualText(en=columns["occupation_en"], bn=columns["occupation_bn"]),
            salary=columns["salary"],
            contract_until=columns["contract_until"],
        ),
        licence_no=columns["licence_no"],
        permit_no=columns["permit_no"],
        orientation=Orientation(
            days=tuple(date.fromisoformat(day) for day in columns["orientation_days"]),
            certificate_no=columns["orientation_certificate_no"],
            venue=columns["orientation_venue"],
        ),
        payment=Payment(
            receipt_no=columns["receipt_no"],
            paid_on=columns["paid_on"],
            amount_taka=columns["amount_taka"],
            pay_order_no=columns["pay_order_no"],
            bank=columns["bank"],
        ),
        card_class=CardClass(columns["card_class"]),
        office_code=columns["office_code"],
        training_certificate_no=columns["training_certificate_no"],
        next_of_kin=_kin(columns),
    )


def _worker_columns(worker: Worker) -> dict[str, Any]:
    return {
        "name_en": worker.name_en,
        "name_bn": worker.name_bn,
        "birth_date": worker.birth_date,
        "sex": worker.sex.value,
        "passport_no": worker.passport.number,
        "passport_issued_on": worker.passport.issued_on,
        "passport_expires_on": worker.passport.expires_on,
        "registration_no": worker.registration_no,
        "registered_on": worker.registered_on,
        "fingerprint_taken_on": worker.fingerprint_taken_on,
        "fingerprint_office": worker.fingerprint_office,
        "photo_sha256": worker.photo_sha256,
        "photo_remark": worker.photo_remark.value if worker.photo_remark else None,
        "mobile": worker.mobile,
        "email": worker.email,
    }


def _kin_columns(kin: NextOfKin | None) -> dict[str, Any]:
    return {
        "kin_name": kin.name if kin else None,
        "kin_relation": kin.relation if kin else None,
        "kin_phone": kin.phone if kin else None,
    }


def _visa_columns(visa: Visa) -> dict[str, Any]:
    check = visa.check
    return {
        "visa_no": visa.number,
        "visa_type": int(visa.type),
        "visa_issued_on": visa.issued_on,
        "visa_expires_on": visa.expires_on,
        "visa_advice_no": visa.advice_no,
        "sponsor_id": visa.sponsor_id,
        "visa_checked_on": check.on if check else None,
        "visa_checked_by": check.by if check else None,
        "visa_check_site": check.site if check else None,
        "visa_check_result": check.result if check else None,
        "visa_check_evidence": check.evidence if check else None,
    }


def _search_text(reference: str, worker: Worker) -> str:
    parts = (reference, *worker.passport.numbers, worker.registration_no, worker.name_en, worker.name_bn or "")
    return searchable(" ".join(parts))


def _worker(columns: RowMapping, previous_passports: tuple[str, ...]) -> Worker:
    return Worker(
        name_en=columns["name_en"],
        name_bn=columns["name_bn"],
        birth_date=columns["birth_date"],
        sex=Sex(columns["sex"]),
        passport=Passport(
            number=columns["passport_no"],
            issued_on=columns["passport_issued_on"],
            expires_on=columns["passport_expires_on"],
            previous_numbers=previous_passports,
        ),
        registration_no=columns["registration_no"],
        registered_on=columns["registered_on"],
        fingerprint_taken_on=columns["fingerprint_taken_on"],
        fingerprint_office=columns["fingerprint_office"],
        photo_sha256=columns["photo_sha256"],
        photo_remark=PhotoRemark(columns["photo_remark"]) if columns["photo_remark"] else None,
        mobile=columns["mobile"],
        email=columns["email"],
    )


def _kin(columns: RowMapping) -> NextOfKin | None:
    if columns["kin_name"] is None:
        return None
    return NextOfKin(name=columns["kin_name"], relation=columns["kin_relation"], phone=columns["kin_phone"])


def _visa(columns: RowMapping) -> Visa:
    return Visa(
        number=columns["visa_no"],
        type=VisaType(columns["visa_type"]),
        issued_on=columns["visa_issued_on"],
        expires_on=columns["visa_expires_on"],
        check=_visa_check(columns),
        advice_no=columns["visa_advice_no"],
        sponsor_id=columns["sponsor_id"],
    )


def _visa_check(columns: RowMapping) -> VisaCheck | None:
    if columns["visa_checked_on"] is None:
        return None
    return VisaCheck(
        on=columns["visa_checked_on"],
        by=columns["visa_checked_by"],
        site=columns["visa_check_site"],
        result=columns["visa_check_result"],
        evidence=columns["visa_check_evidence"],
    )
