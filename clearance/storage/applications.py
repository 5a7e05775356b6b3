"""Cases as rows."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, select, update
from sqlalchemy.sql import ColumnElement

from clearance.credential.claims import CardClass, VisaType
from clearance.domain.application import (
    Act,
    Application,
    ApplicationDraft,
    ApplicationState,
    Job,
    Orientation,
    Payment,
    Visa,
)
from clearance.domain.person import Passport, PhotoRemark, Sex, Worker
from clearance.domain.text import BilingualText, searchable
from clearance.issuing.ports import Conflict
from clearance.storage.matching import containing
from clearance.storage.tables import applications

_PER_PERSON = 10
_C = applications.c
_MATCHES: tuple[ColumnElement[bool], ...] = (
    _C.state.in_(bindparam("states", expanding=True)),
    _C.search.like(bindparam("pattern"), escape="\\"),
)
_INSERT = applications.insert()
_GET = select(applications).where(_C.reference == bindparam("wanted"))
_BY_RECEIPT = select(applications).where(_C.receipt_no == bindparam("wanted"))
_OF_PASSPORT = (
    select(applications).where(_C.passport_no == bindparam("wanted")).order_by(_C.entered_at.desc()).limit(_PER_PERSON)
)
_OF_PERSON = _OF_PASSPORT.where(_C.birth_date == bindparam("born"))
_FIND = (
    select(applications)
    .where(*_MATCHES)
    .order_by(_C.entered_at, _C.reference)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_COUNT = select(func.count()).select_from(applications).where(*_MATCHES)
_SAVE = update(applications).where(_C.reference == bindparam("wanted"), _C.version == bindparam("seen"))


class SqlApplications:
    """Implements `clearance.issuing.ports.Applications`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, application: Application) -> None:
        self._connection.execute(_INSERT, _row(application))

    def get(self, reference: str) -> Application | None:
        return _first(self._connection.execute(_GET, {"wanted": reference}).mappings().first())

    def save(self, application: Application) -> None:
        keys = {"wanted": application.reference, "seen": application.version - 1}
        if self._connection.execute(_SAVE, _row(application) | keys).rowcount != 1:
            raise Conflict(f"{application.reference} has moved on")

    def find(self, *, states: Iterable[ApplicationState], text: str, limit: int, offset: int) -> Sequence[Application]:
        page = {"limit": limit, "offset": offset}
        found = self._connection.execute(_FIND, _sought(states, text) | page).mappings()
        return [_application(columns) for columns in found]

    def count(self, *, states: Iterable[ApplicationState], text: str) -> int:
        return int(self._connection.execute(_COUNT, _sought(states, text)).scalar_one())

    def by_receipt(self, receipt_no: str) -> Application | None:
        return _first(self._connection.execute(_BY_RECEIPT, {"wanted": receipt_no}).mappings().first())

    def of_person(self, passport_no: str, *, birth_date: date | None) -> Sequence[Application]:
        statement = _OF_PASSPORT if birth_date is None else _OF_PERSON
        found = self._connection.execute(statement, {"wanted": passport_no, "born": birth_date}).mappings()
        return [_application(columns) for columns in found]


def _sought(states: Iterable[ApplicationState], text: str) -> dict[str, Any]:
    return {"states": [state.value for state in states], "pattern": containing(text)}


def _first(columns: RowMapping | None) -> Application | None:
    return None if columns is None else _application(columns)


def _row(application: Application) -> dict[str, Any]:
    draft = application.draft
    return {
        "reference": application.reference,
        "state": application.state.value,
        "version": application.version,
        "search": _search_text(application),
        **_worker_columns(draft.worker),
        "destination": draft.destination,
        "visa_no": draft.visa.number,
        "visa_type": int(draft.visa.type),
        "visa_issued_on": draft.visa.issued_on,
        "visa_expires_on": draft.visa.expires_on,
        "visa_checked_on": draft.visa.checked_on,
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
        "receipt_no": draft.payment.receipt_no,
        "paid_on": draft.payment.paid_on,
        "amount_taka": draft.payment.amount_taka,
        "card_class": int(draft.card_class),
        "office_code": draft.office_code,
        **_act_columns("entered", application.entered),
        **_act_columns("approved", application.approved),
        **_act_columns("issued", application.issued),
        **_act_columns("rejected", application.rejected),
        "rejected_reason": application.rejected.reason if application.rejected else None,
    }


def _worker_columns(worker: Worker) -> dict[str, Any]:
    return {
        "name_en": worker.name_en,
        "name_bn": worker.name_bn,
        "birth_date": worker.birth_date,
        "sex": worker.sex.value,
        "passport_no": worker.passport.number,
        "passport_issued_on": worker.passport.issued_on,
        "passport_expires_on": worker.passport.expires_on,
        "previous_passport_no": worker.passport.previous_number,
        "registration_no": worker.registration_no,
        "registered_on": worker.registered_on,
        "fingerprint_taken_on": worker.fingerprint_taken_on,
        "photo_sha256": worker.photo_sha256,
        "photo_remark": worker.photo_remark.value if worker.photo_remark else None,
    }


def _act_columns(verb: str, act: Act | None) -> dict[str, Any]:
    return {f"{verb}_by": act.officer_no if act else None, f"{verb}_at": act.at if act else None}


def _search_text(application: Application) -> str:
    worker = application.draft.worker
    parts = (
        application.reference,
        worker.passport.number,
        worker.registration_no,
        worker.name_en,
        worker.name_bn or "",
    )
    return searchable(" ".join(parts))


def _application(columns: RowMapping) -> Application:
    entered = _act(columns, "entered")
    assert entered is not None
    return Application(
        reference=columns["reference"],
        state=ApplicationState(columns["state"]),
        draft=_draft(columns),
        entered=entered,
        approved=_act(columns, "approved"),
        issued=_act(columns, "issued"),
        rejected=_act(columns, "rejected", reason=columns["rejected_reason"]),
        version=columns["version"],
    )


def _act(columns: RowMapping, verb: str, *, reason: str | None = None) -> Act | None:
    if columns[f"{verb}_by"] is None:
        return None
    return Act(officer_no=columns[f"{verb}_by"], at=columns[f"{verb}_at"], reason=reason)


def _draft(columns: RowMapping) -> ApplicationDraft:
    return ApplicationDraft(
        worker=_worker(columns),
        destination=columns["destination"],
        visa=Visa(
            number=columns["visa_no"],
            type=VisaType(columns["visa_type"]),
            issued_on=columns["visa_issued_on"],
            expires_on=columns["visa_expires_on"],
            checked_on=columns["visa_checked_on"],
        ),
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
        ),
        payment=Payment(
            receipt_no=columns["receipt_no"], paid_on=columns["paid_on"], amount_taka=columns["amount_taka"]
        ),
        card_class=CardClass(columns["card_class"]),
        office_code=columns["office_code"],
    )


def _worker(columns: RowMapping) -> Worker:
    return Worker(
        name_en=columns["name_en"],
        name_bn=columns["name_bn"],
        birth_date=columns["birth_date"],
        sex=Sex(columns["sex"]),
        passport=Passport(
            number=columns["passport_no"],
            issued_on=columns["passport_issued_on"],
            expires_on=columns["passport_expires_on"],
            previous_number=columns["previous_passport_no"],
        ),
        registration_no=columns["registration_no"],
        registered_on=columns["registered_on"],
        fingerprint_taken_on=columns["fingerprint_taken_on"],
        photo_sha256=columns["photo_sha256"],
        photo_remark=PhotoRemark(columns["photo_remark"]) if columns["photo_remark"] else None,
    )
