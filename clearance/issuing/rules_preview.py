"""What a change of the rules would do to the cases that wait now, before anybody consents to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from clearance.domain.application import Application
from clearance.domain.eligibility import Objection, objections
from clearance.domain.lifecycle import AWAITED, ApplicationState
from clearance.domain.rules import RuleBook, RuleKey, RuleVersion, situation_of
from clearance.domain.staff import Officer
from clearance.issuing.cases import case_of, read_officer
from clearance.issuing.ports import Sought, UnitOfWork
from clearance.issuing.service import Service

OPEN = frozenset({*AWAITED, ApplicationState.HELD})
MAX_SHOWN = 200
"""Cases that a preview lists; the rest are counted."""
_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class TouchedCase:
    """An open case that would be judged by the proposed version: what stands against it before and after."""

    application: Application
    before: tuple[Objection, ...]
    after: tuple[Objection, ...]

    @property
    def lost(self) -> tuple[Objection, ...]:
        """What would stand against it no more."""
        return tuple(objection for objection in self.before if objection not in self.after)

    @property
    def gained(self) -> tuple[Objection, ...]:
        """What would newly stand against it."""
        return tuple(objection for objection in self.after if objection not in self.before)


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a version would do on the first day on which it governs, `on`.

    `touched` open cases would come under it, `changed` of them with another answer; `listed` are the first of those.
    """

    on: date
    touched: int
    changed: int
    listed: Sequence[TouchedCase]


def preview(service: Service, version: RuleVersion, *, officer: Officer) -> Preview:
    """What would happen to the open cases that this officer may see, were the version consented to."""
    on = max(version.starts_on, service.today())
    with service.database.read() as work:
        book = work.rules.book()
        after = book if book.get(version.number) else book.with_version(version)
        before = RuleBook(versions=tuple(each for each in book.versions if each.number != version.number))
        touched = list(_touched(work, version, before, after, on, read_officer(work, officer.number)))
    changed = [case for case in touched if case.before != case.after]
    return Preview(on=on, touched=len(touched), changed=len(changed), listed=changed[:MAX_SHOWN])


def _touched(
    work: UnitOfWork, version: RuleVersion, before: RuleBook, after: RuleBook, on: date, officer: Officer
) -> Iterator[TouchedCase]:
    """Every open case that comes under another version by the change, judged both ways on that day."""
    for application in _open_cases(work, Sought(states=OPEN, on=on, scope=officer.scope)):
        if not _may_fit(version.key, application):
            continue
        case = case_of(work, application)
        situation = situation_of(application.draft, case.office)
        if before.governing(situation, on=on) == after.governing(situation, on=on):
            continue
        yield TouchedCase(
            application=application,
            before=objections(replace(case, rules=before), on=on),
            after=objections(replace(case, rules=after), on=on),
        )


def _may_fit(key: RuleKey, application: Application) -> bool:
    """Whether a key can be for a case at all; looked at before everything the case leans on is read."""
    draft = application.draft
    return key.destination in (None, draft.destination) and key.sex in (None, draft.worker.sex)


def _open_cases(work: UnitOfWork, sought: Sought) -> Iterator[Application]:
    offset = 0
    while found := work.applications.find(sought, limit=_AT_ONCE, offset=offset):
        yield from found
        offset += len(found)
