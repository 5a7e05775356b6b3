"""Staff, desks and the record of acts, in memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from clearance.domain.audit import EMPTY, AuditEntry, AuditHead, AuditLink, AuditReport, check, written
from clearance.domain.desk import Desk
from clearance.domain.staff import Office, Officer
from clearance.issuing.ports import AuditSought, Conflict, NotOnRecord
from tests.fakes.rows import Rows


@dataclass
class FakeStaff:
    rows: Rows

    def add(self, officer: Officer) -> None:
        if officer.number in self.rows.officers or self.by_username(officer.username) is not None:
            raise Conflict(officer.number)
        self.rows.officers[officer.number] = officer

    def get(self, number: str) -> Officer | None:
        return self.rows.officers.get(number)

    def by_username(self, username: str) -> Officer | None:
        return next((o for o in self.rows.officers.values() if o.username == username), None)

    def all(self) -> Sequence[Officer]:
        return sorted(self.rows.officers.values(), key=lambda officer: officer.number)

    def save(self, officer: Officer) -> None:
        if officer.number not in self.rows.officers:
            raise NotOnRecord(officer.number)
        self.rows.officers[officer.number] = officer

    def add_office(self, office: Office) -> None:
        if office.code in self.rows.offices:
            raise Conflict(office.code)
        self.rows.offices[office.code] = office

    def office(self, code: str) -> Office | None:
        return self.rows.offices.get(code)

    def offices(self) -> Sequence[Office]:
        return sorted(self.rows.offices.values(), key=lambda office: office.code)


@dataclass
class FakeDesks:
    rows: Rows

    def add(self, desk: Desk) -> None:
        if desk.id in self.rows.desks or any(other.name == desk.name for other in self.open()):
            raise Conflict(desk.id)
        self.rows.desks[desk.id] = desk

    def get(self, desk_id: str) -> Desk | None:
        return self.rows.desks.get(desk_id)

    def open(self) -> Sequence[Desk]:
        found = (desk for desk in self.rows.desks.values() if desk.withdrawn_at is None)
        return sorted(found, key=lambda desk: desk.name)

    def save(self, desk: Desk) -> None:
        if desk.id not in self.rows.desks:
            raise NotOnRecord(desk.id)
        self.rows.desks[desk.id] = desk


@dataclass
class FakeAuditLog:
    rows: Rows

    def append(self, entry: AuditEntry) -> None:
        link = AuditLink.after(self.head(), entry)
        self.rows.links[link.number] = link

    def entries(self, *, subject: str) -> Sequence[AuditEntry]:
        return [link.entry for link in self.rows.links.values() if link.subject == subject]

    def head(self) -> AuditHead:
        return self.rows.links[max(self.rows.links)].head if self.rows.links else EMPTY

    def find(self, sought: AuditSought, *, before: int | None, limit: int) -> Sequence[AuditLink]:
        found = [
            link
            for link in self.rows.links.values()
            if sought.officer_no in ("", link.officer_no)
            and sought.act in ("", link.act)
            and sought.subject in ("", link.subject)
            and (sought.since is None or link.at >= written(sought.since))
            and (sought.until is None or link.at < written(sought.until))
            and (before is None or link.number < before)
        ]
        return sorted(found, key=lambda link: -link.number)[:limit]

    def links(self, *, after: int = 0) -> Iterator[AuditLink]:
        return (link for number, link in sorted(self.rows.links.items()) if number > after)

    def verify(self, *, noted: Iterable[AuditHead] = ()) -> AuditReport:
        return check(self.links(), head=self.head(), noted=noted)
