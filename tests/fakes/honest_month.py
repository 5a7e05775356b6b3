"""A month at an honest office on a real database, and the insider who has the file in hands."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from clearance.domain.application import ApplicationDraft
from clearance.domain.clearance import Clearance
from clearance.domain.lifecycle import Move
from clearance.domain.oversight import DHAKA, OfficeHours, OversightPolicy, Quota, Unusual
from clearance.domain.permit import Permit
from clearance.domain.staff import Officer, Role
from clearance.domain.text import BilingualText
from clearance.issuing import approve, check, entry
from clearance.issuing.request import request_card
from clearance.issuing.with_reason import move_with_reason
from tests.fakes.office import AGENCY, PERMIT, OfficeAtWork, draft, expect, officer, open_office
from tests.fakes.outside import PORTRAIT

FIRST = date(2026, 11, 22)
"""A Sunday, the first day of the week at work."""
DAYS = 20
CASES_A_DAY = 5
HOLIDAY = date(2026, 12, 16)
POLICY = OversightPolicy(
    hours=OfficeHours(holidays=frozenset({HOLIDAY})),
    quota=Quota(),
    unusual=Unusual(decisions=20, cards=9),  # a tenth of a large office
)
AGENCIES = tuple(replace(AGENCY, licence_no=f"RL-{number}") for number in range(2001, 2009))
PERMITS = tuple(
    replace(PERMIT, number=f"EA-SAU-{agency.licence_no[3:]}", licence_no=agency.licence_no, places=500)
    for agency in AGENCIES
)


@dataclass(frozen=True, kw_only=True)
class Team:
    """Four officers who make a card together, each at a browser of their own."""

    clerk: Officer
    checker: Officer
    approver: Officer
    issuer: Officer

    @property
    def members(self) -> tuple[Officer, ...]:
        return (self.clerk, self.checker, self.approver, self.issuer)


def team(number: int) -> Team:
    return Team(
        clerk=officer(f"E-{number}0", Role.DEMO_OFFICER),
        checker=officer(f"C-{number}0", Role.CHECKER),
        approver=officer(f"A-{number}0", Role.APPROVER),
        issuer=officer(f"I-{number}0", Role.ISSUER),
    )


TEAMS = (team(1), team(2))
LATE = team(3)
"""Officers whose accounts are used at odd times."""


def device_of(who: Officer) -> str:
    return f"browser:{who.number}"


@dataclass
class Month:
    """An office, the cards it issued, and a way into its database that goes around the program."""

    office: OfficeAtWork
    insider: sqlite3.Connection
    cards: list[Clearance] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    used: int = 0

    def next_draft(self, permit: Permit | None = None) -> ApplicationDraft:
        self.used += 1
        return draft(self.used, permit=permit or PERMITS[self.used % len(PERMITS)])

    def at(self, day: date, hour: float) -> None:
        moment = datetime.combine(day, time(), DHAKA) + timedelta(hours=hour)
        self.office.clock.at = moment

    def work(
        self,
        day: date,
        drafts: list[ApplicationDraft],
        who: Team,
        *,
        hours: tuple[float, float, float, float] = (9, 11, 13.5, 16),
        pause_s: float = 240,
        devices: dict[str, str] | None = None,
        until: str = "issue",
    ) -> list[Clearance]:
        """The cases of a day, step by step as an office does it: all are entered, then all are checked, and so on."""
        on = {member.number: device_of(member) for member in who.members} | (devices or {})
        service = self.office.service
        references = []
        self.at(day, hours[0])
        for each in drafts:
            with_photo = entry.with_portrait(service, each, service.prepare_photo(PORTRAIT))
            device = on[who.clerk.number]
            entered = expect(entry.enter(service, with_photo, officer=who.clerk, device=device))
            references.append(entered.reference)
            self.office.clock.advance(seconds=pause_s)
        self.at(day, hours[1])
        for reference in references:
            device = on[who.checker.number]
            expect(check.check(service, reference, officer=who.checker, device=device, version=1))
            self.office.clock.advance(seconds=pause_s)
        self.at(day, hours[2])
        for reference in references:
            device = on[who.approver.number]
            if until == "reject":
                reason = "the visa is not genuine"
                expect(
                    move_with_reason(
                        service, reference, Move.REJECT, officer=who.approver, device=device, version=2, reason=reason
                    )
                )
                self.rejected.append(reference)
            else:
                expect(approve.approve(service, reference, officer=who.approver, device=device, version=2))
            self.office.clock.advance(seconds=pause_s)
        if until != "issue":
            return []
        self.at(day, hours[3])
        made = []
        for reference in references:
            made.append(expect(request_card(service, reference, officer=who.issuer, device=on[who.issuer.number])))
            self.office.clock.advance(seconds=pause_s)
        self.cards += made
        return made

    def sql(self, statement: str, *values: object) -> int:
        """Something done behind the program's back; how many rows it changed."""
        return self.insider.execute(statement, values).rowcount


def working_days(first: date, count: int) -> Iterator[date]:
    day = first
    while count:
        if day.weekday() not in (4, 5) and day != HOLIDAY:
            yield day
            count -= 1
        day += timedelta(days=1)


@contextmanager
def open_month(database: object, folder: Path) -> Iterator[Month]:
    """An empty office of three teams on a SQLite database in `folder`."""
    office = open_office(database)  # type: ignore[arg-type]
    office.service = replace(office.service, oversight=POLICY)
    with office.service.database.write() as work:
        for each in AGENCIES:
            work.permits.add_agency(replace(each, name=BilingualText(en=f"AGENCY {each.licence_no}")))
        for permit in PERMITS:
            work.permits.add(permit)
        for each_team in (*TEAMS, LATE):
            for member in each_team.members:
                work.staff.add(member)
        work.commit()
    insider = sqlite3.connect(folder / "clearance.db", isolation_level=None)
    try:
        yield Month(office=office, insider=insider)
    finally:
        insider.close()


def live_honestly(month: Month) -> tuple[date, ...]:
    """Twenty days: busy and quiet ones, a late evening, and two workers who apply anew after a rejection."""
    days = tuple(working_days(FIRST, DAYS))
    for number, day in enumerate(days):
        who = TEAMS[number % 2]
        count = CASES_A_DAY * 2 if number == 9 else CASES_A_DAY
        hours = (9.0, 11.0, 14.0, 17.5) if number == 5 else (9.0, 11.0, 13.5, 16.0)
        month.work(day, [month.next_draft() for _ in range(count)], who, hours=hours, pause_s=170)
        if number in (3, 12):
            again = month.next_draft()
            month.work(day, [again], who, hours=(9.5, 11.9, 14.4, 16.9), until="reject")
            fresh = replace(again, payment=replace(again.payment, receipt_no=f"{again.payment.receipt_no}B"))
            other = TEAMS[(number + 1) % 2]
            month.work(days[number + 1], [fresh], other, hours=(9.9, 12.2, 14.7, 17.2))
    return days
