"""Cases and cards in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from clearance.credential.status import Status
from clearance.domain.application import Application
from clearance.domain.clearance import Clearance
from clearance.domain.lifecycle import AWAITED, ApplicationState, Step
from clearance.domain.staff import HEADQUARTERS, Scope
from clearance.domain.text import searchable
from clearance.issuing.ports import Conflict, Sought
from tests.fakes.rows import Rows
from tests.fakes.rules import take_place


@dataclass
class FakeApplications:
    rows: Rows

    def add(self, application: Application) -> None:
        payment = application.draft.payment
        paid = self.by_receipt(payment.receipt_no) or (payment.pay_order_no and self.by_pay_order(payment.pay_order_no))
        if (paid and application.replaces is None) or application.reference in self.rows.applications:
            raise Conflict(application.reference)
        self.rows.applications[application.reference] = application

    def get(self, reference: str) -> Application | None:
        return self.rows.applications.get(reference)

    def save(self, application: Application) -> None:
        stored = self.rows.applications.get(application.reference)
        if stored is None or stored.version != application.version - 1:
            raise Conflict(application.reference)
        self.rows.applications[application.reference] = application

    def find(self, sought: Sought, *, limit: int, offset: int) -> Sequence[Application]:
        return self._matching(sought)[offset : offset + limit]

    def count(self, sought: Sought) -> int:
        return len(self._matching(sought))

    def tally(self, sought: Sought) -> Mapping[ApplicationState, int]:
        return Counter(application.state_on(sought.on) for application in self._matching(sought))

    def by_receipt(self, receipt_no: str) -> Application | None:
        return next((a for a in self._first_cases() if a.draft.payment.receipt_no == receipt_no), None)

    def by_pay_order(self, pay_order_no: str) -> Application | None:
        return next((a for a in self._first_cases() if a.draft.payment.pay_order_no == pay_order_no), None)

    def of_person(self, passport_no: str, *, birth_date: date | None) -> Sequence[Application]:
        found = [
            application
            for application in self.rows.applications.values()
            if passport_no in application.draft.worker.passport.numbers
            and (birth_date is None or application.draft.worker.birth_date == birth_date)
        ]
        return sorted(found, key=lambda application: application.entered.at, reverse=True)[:10]

    def _first_cases(self) -> list[Application]:
        return [a for a in self.rows.applications.values() if a.replaces is None]

    def _matching(self, sought: Sought) -> list[Application]:
        found = [a for a in self.rows.applications.values() if self._is_sought(a, sought)]
        return sorted(found, key=lambda application: (application.entered.at, application.reference))

    def _is_sought(self, application: Application, sought: Sought) -> bool:
        draft = application.draft
        return (
            application.redacted_on is None
            and application.state_on(sought.on) in sought.states
            and sought.text in _search_text(application)
            and sought.scope.covers(office_code=draft.office_code, licence_no=draft.licence_no)
            and (sought.pool is None or self._in_pool(application, sought.pool))
            and (sought.after is None or (application.entered.at, application.reference) > sought.after)
        )

    def _in_pool(self, application: Application, pool: Mapping[ApplicationState, frozenset[str]]) -> bool:
        office, state = application.draft.office_code, application.state
        if office == HEADQUARTERS or application.forwarded:
            return True
        own = {number for number in pool.get(state, ()) if self.rows.officers[number].office_code == office}
        acted = {act.officer_no for act in application.acts if act.step not in (Step.CARE, AWAITED.get(state))}
        return state in pool and not own - acted


def _search_text(application: Application) -> str:
    worker = application.draft.worker
    texts = (
        application.reference,
        *worker.passport.numbers,
        worker.registration_no,
        worker.name_en,
        worker.name_bn,
    )
    return searchable(" ".join(text for text in texts if text))


@dataclass
class FakeClearances:
    rows: Rows

    def add(self, clearance: Clearance) -> None:
        others = self.rows.clearances.values()
        clash = (
            clearance.clearance_no in self.rows.clearances
            or any(other.status_ref == clearance.status_ref for other in others)
            or self._current_of(clearance) is not None
            or self.active_for_passport(clearance.passport_no) is not None
        )
        if clash:
            raise Conflict(clearance.clearance_no)
        take_place(self.rows, clearance)
        self.rows.clearances[clearance.clearance_no] = clearance

    def get(self, clearance_no: str) -> Clearance | None:
        return self.rows.clearances.get(clearance_no)

    def set_status(self, clearance: Clearance) -> None:
        stored = self.rows.clearances.get(clearance.clearance_no)
        if stored is None or stored.status is Status.INVALID:
            raise Conflict(clearance.clearance_no)
        self.rows.clearances[clearance.clearance_no] = replace(
            stored, status=clearance.status, revocation=clearance.revocation
        )

    def standing_after(self, after: tuple[datetime, str], *, on: date, limit: int) -> Sequence[Clearance]:
        standing = (Status.VALID, Status.SUSPENDED)
        found = (c for c in self.rows.clearances.values() if c.status in standing and c.valid_until >= on)
        ordered = sorted((c.issued_at, c.clearance_no) for c in found)
        return [self.rows.clearances[number] for at, number in ordered if (at, number) > after][:limit]

    def active_for_passport(self, passport_no: str) -> Clearance | None:
        standing = (Status.VALID, Status.SUSPENDED)
        found = (c for c in self.rows.clearances.values() if c.passport_no == passport_no and c.status in standing)
        return next(found, None)

    def for_application(self, reference: str) -> Clearance | None:
        found = [c for c in self.rows.clearances.values() if c.application_reference == reference]
        return max(found, key=lambda c: (c.status is not Status.SUPERSEDED, c.issued_at), default=None)

    def _current_of(self, new: Clearance) -> Clearance | None:
        of_case = self.for_application(new.application_reference)
        return None if of_case is None or Status.SUPERSEDED in (new.status, of_case.status) else of_case

    def heir(self, clearance_no: str) -> Clearance | None:
        old = self.rows.clearances.get(clearance_no)
        if old is None or old.status is not Status.SUPERSEDED:
            return None
        later = [c for c in self.rows.clearances.values() if c.issued_at > old.issued_at and self._follows(c, old)]
        return min(later, key=lambda c: c.issued_at, default=None)

    def _follows(self, new: Clearance, old: Clearance) -> bool:
        replaces = self.rows.applications[new.application_reference].replaces
        return old.clearance_no == replaces or new.application_reference == old.application_reference

    def find(self, *, text: str, scope: Scope, limit: int, offset: int) -> Sequence[Clearance]:
        found = sorted(self._matching(text, scope), key=lambda clearance: clearance.clearance_no)
        found.sort(key=lambda clearance: clearance.issued_at, reverse=True)
        return found[offset : offset + limit]

    def count(self, *, text: str, scope: Scope) -> int:
        return len(self._matching(text, scope))

    def statuses(self, uri: str) -> Mapping[int, Status]:
        listed = (c for c in self.rows.clearances.values() if c.status_ref.uri == uri)
        return {c.status_ref.idx: c.status for c in listed if c.status is not Status.VALID}

    def standing_of_key(self, kid: bytes, *, on: date, after: str, limit: int) -> Sequence[Clearance]:
        standing = (Status.VALID, Status.SUSPENDED)
        found = [
            c
            for c in self.rows.clearances.values()
            if c.kid == kid and c.status in standing and c.valid_until >= on and c.clearance_no > after
        ]
        return sorted(found, key=lambda c: c.clearance_no)[:limit]

    def last_valid_day(self, uri: str) -> date | None:
        return max((c.valid_until for c in self.rows.clearances.values() if c.status_ref.uri == uri), default=None)

    def signed_by_key(self) -> Mapping[bytes, int]:
        return Counter(c.kid for c in self.rows.clearances.values())

    def _matching(self, text: str, scope: Scope) -> list[Clearance]:
        found = [c for c in self.rows.clearances.values() if text in c.clearance_no or text in c.passport_no]
        return [c for c in found if self._covered(c, scope)]

    def _covered(self, clearance: Clearance, scope: Scope) -> bool:
        draft = self.rows.applications[clearance.application_reference].draft
        return scope.covers(office_code=draft.office_code, licence_no=draft.licence_no)
