"""Rules, permits and agencies in memory; a card takes its place as the real database has it done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TypeVar

from clearance.credential.status import Status
from clearance.domain.application import Application
from clearance.domain.clearance import Clearance
from clearance.domain.first_rules import first_rules
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.permit import Agency, CardCount, Permit, PermitChange
from clearance.domain.proposal import ProposalState
from clearance.domain.rules import RuleBook, RuleVersion
from clearance.issuing.ports import Conflict, NotOnRecord
from clearance.issuing.service import dhaka_day

STANDING = (Status.VALID, Status.SUSPENDED)
Proposal = TypeVar("Proposal", RuleVersion, PermitChange)


def _first() -> dict[int, RuleVersion]:
    return {version.number: version for version in first_rules()}


@dataclass
class RuleRows:
    """The part of the stored state that belongs to rules and permits."""

    applications: dict[str, Application] = field(default_factory=dict)
    clearances: dict[str, Clearance] = field(default_factory=dict)
    permits: dict[str, Permit] = field(default_factory=dict)
    agencies: dict[str, Agency] = field(default_factory=dict)
    rules: dict[int, RuleVersion] = field(default_factory=_first)
    permit_changes: dict[int, PermitChange] = field(default_factory=dict)
    place_of: dict[str, str] = field(default_factory=dict)
    """Clearance -> the one whose place it took over."""


def take_place(rows: RuleRows, clearance: Clearance) -> None:
    """What the real database does when it is given a card. Raises Conflict."""
    case = rows.applications.get(clearance.application_reference)
    permit = rows.permits.get(case.draft.permit_no) if case else None
    if case is None or permit is None:
        raise Conflict(clearance.application_reference)
    if holder(rows, case.draft.destination, case.draft.visa.number) and clearance.status in STANDING:
        raise Conflict(case.draft.visa.number)
    replaced = _replaced(rows, case)
    if replaced is not None:
        taken = replaced in rows.place_of.values()
        if taken or rows.clearances[replaced].status is not Status.SUPERSEDED:
            raise Conflict(replaced)
        rows.place_of[clearance.clearance_no] = replaced
        return
    if permit.balance <= 0 or (permit.licence_no, permit.destination) != (
        case.draft.licence_no,
        case.draft.destination,
    ):
        raise Conflict(permit.number)
    if not permit.valid_from <= dhaka_day(clearance.issued_at) <= permit.valid_until:
        raise Conflict(permit.number)
    rows.permits[permit.number] = replace(permit, used=permit.used + 1)


def holder(rows: RuleRows, destination: str, visa_no: str) -> str | None:
    for clearance in rows.clearances.values():
        draft = rows.applications[clearance.application_reference].draft
        if clearance.status in STANDING and (draft.destination, draft.visa.number) == (destination, visa_no):
            return clearance.clearance_no
    return None


def _replaced(rows: RuleRows, case: Application) -> str | None:
    taken = set(rows.place_of.values())
    of_case = [
        c.clearance_no
        for c in rows.clearances.values()
        if c.application_reference == case.reference and c.status is Status.SUPERSEDED and c.clearance_no not in taken
    ]
    return of_case[-1] if of_case else case.replaces


@dataclass
class FakePermits:
    rows: RuleRows

    def add(self, permit: Permit) -> None:
        if permit.number in self.rows.permits or not 0 <= permit.used <= permit.places:
            raise Conflict(permit.number)
        self.rows.permits[permit.number] = permit

    def get(self, number: str) -> Permit | None:
        return self.rows.permits.get(number)

    def all(self) -> Sequence[Permit]:
        return sorted(self.rows.permits.values(), key=lambda permit: permit.number)

    def add_agency(self, agency: Agency) -> None:
        if agency.licence_no in self.rows.agencies:
            raise Conflict(agency.licence_no)
        self.rows.agencies[agency.licence_no] = agency

    def agency(self, licence_no: str) -> Agency | None:
        return self.rows.agencies.get(licence_no)

    def agencies(self) -> Sequence[Agency]:
        return sorted(self.rows.agencies.values(), key=lambda agency: agency.licence_no)

    def save_agency(self, agency: Agency) -> None:
        if agency.licence_no not in self.rows.agencies:
            raise NotOnRecord(agency.licence_no)
        self.rows.agencies[agency.licence_no] = agency

    def card_counts(self) -> Mapping[str, CardCount]:
        numbers = {case.draft.permit_no for case in self.rows.applications.values()}
        found = {number: self._count(number) for number in sorted(numbers)}
        return {number: count for number, count in found.items() if count != CardCount()}

    def visa_holder(self, *, destination: str, visa_no: str) -> str | None:
        return holder(self.rows, destination, visa_no)

    def cleared_on_advice(self, *, destination: str, advice_no: str | None, sponsor_id: str | None) -> int:
        count = 0
        for clearance in self.rows.clearances.values():
            draft = self.rows.applications[clearance.application_reference].draft
            if advice_no is not None:
                same = draft.visa.advice_no == advice_no
            else:
                same = sponsor_id is not None and draft.visa.sponsor_id == sponsor_id
            count += same and draft.destination == destination and clearance.status in STANDING
        return count

    def _count(self, number: str) -> CardCount:
        cases = {key: case for key, case in self.rows.applications.items() if case.draft.permit_no == number}
        cards = [c for c in self.rows.clearances.values() if c.application_reference in cases]
        own = [c for c in cards if c.clearance_no not in self.rows.place_of]
        states = [case.state for case in cases.values()]
        days = [(day, len(list(of_day))) for day, of_day in groupby(sorted(dhaka_day(c.issued_at) for c in own))]
        busiest, most = max(days, key=lambda day: day[1], default=(None, 0))
        return CardCount(
            waiting=states.count(ApplicationState.APPROVED),
            issued=len(own),
            departed=states.count(ApplicationState.DEPARTED),
            revoked=sum(c.status is Status.INVALID for c in cards),
            foreign=sum(self._is_foreign(cases[c.application_reference]) for c in own),
            last_day=days[-1][0] if days else None,
            days=len(days),
            most=most,
            busiest=busiest,
        )

    def _is_foreign(self, case: Application) -> bool:
        permit = self.rows.permits[case.draft.permit_no]
        return (permit.licence_no, permit.destination) != (case.draft.licence_no, case.draft.destination)


@dataclass
class FakeRules:
    rows: RuleRows

    def book(self, *, destination: str | None = None) -> RuleBook:
        wanted = (None, destination)
        consented = (version for version in self.all() if version.state is ProposalState.CONSENTED)
        return RuleBook(versions=tuple(v for v in consented if destination is None or v.key.destination in wanted))

    def get(self, number: int) -> RuleVersion | None:
        return self.rows.rules.get(number)

    def all(self) -> Sequence[RuleVersion]:
        return sorted(self.rows.rules.values(), key=lambda version: version.number)

    def next_number(self) -> int:
        return max(self.rows.rules, default=0) + 1

    def propose(self, version: RuleVersion) -> None:
        if version.number in self.rows.rules:
            raise Conflict(str(version.number))
        self.rows.rules[version.number] = version

    def settle(self, version: RuleVersion) -> None:
        consented = version.state is ProposalState.CONSENTED and version.replaces is not None
        if consented and self.book().successor(version.replaces or 0) is not None:
            raise Conflict(str(version.replaces))
        _settle(self.rows.rules, version)


@dataclass
class FakePermitChanges:
    rows: RuleRows

    def get(self, number: int) -> PermitChange | None:
        return self.rows.permit_changes.get(number)

    def of_permit(self, permit_no: str) -> Sequence[PermitChange]:
        return [change for change in self.rows.permit_changes.values() if change.permit_no == permit_no]

    def open(self) -> Sequence[PermitChange]:
        return [change for change in self.rows.permit_changes.values() if change.state is ProposalState.PROPOSED]

    def next_number(self) -> int:
        return max(self.rows.permit_changes, default=0) + 1

    def propose(self, change: PermitChange) -> None:
        in_use = (ProposalState.PROPOSED, ProposalState.CONSENTED)
        of_permit = self.of_permit(change.permit_no)
        waiting = any(other.state is ProposalState.PROPOSED for other in of_permit)
        if waiting or any(other.letter_no == change.letter_no and other.state in in_use for other in of_permit):
            raise Conflict(change.permit_no)
        self.rows.permit_changes[change.number] = change

    def settle(self, change: PermitChange) -> None:
        _settle(self.rows.permit_changes, change)
        permit = self.rows.permits[change.permit_no]
        if change.state is ProposalState.CONSENTED:
            if permit.places != change.places_before or permit.used > change.places:
                raise Conflict(permit.number)
            self.rows.permits[permit.number] = replace(permit, places=change.places)


def _settle(stored: dict[int, Proposal], settled: Proposal) -> None:
    earlier = stored.get(settled.number)
    if earlier is None or earlier.state is not ProposalState.PROPOSED:
        raise Conflict(str(settled.number))
    stored[settled.number] = settled
