"""Plans to sign, new issues, stops and the ceilings of signing, in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.reissue import Reissue, ReissueTally
from clearance.domain.signing import DAY, HOUR, SignedLately, SigningStop
from clearance.issuing.ports import Conflict, NotOnRecord, SigningIntent
from tests.fakes.rows import Rows


@dataclass
class FakeIntents:
    rows: Rows

    def for_application(self, reference: str) -> SigningIntent | None:
        return self.rows.intents.get(reference)

    def plan(self, intent: SigningIntent) -> None:
        reference = intent.application_reference
        others = [other for key, other in self.rows.intents.items() if key != reference]
        if any(o.clearance_no == intent.clearance_no or o.status_ref == intent.status_ref for o in others):
            raise Conflict(reference)
        self.rows.intents[reference] = intent

    def index_is_free(self, ref: StatusRef) -> bool:
        planned = any(intent.status_ref == ref for intent in self.rows.intents.values())
        given_up = any(intent.status_ref == ref for intent in self.rows.abandoned.values())
        return not planned and not given_up and not any(c.status_ref == ref for c in self.rows.clearances.values())

    def promised(self, permit_no: str, *, besides: str) -> int:
        cases = (self.rows.applications[key] for key in self.rows.intents if key != besides)
        return sum(c.draft.permit_no == permit_no and c.state is ApplicationState.APPROVED for c in cases)

    def drawn(self, uri: str) -> int:
        planned = sum(intent.status_ref.uri == uri for intent in self.rows.intents.values())
        given_up = sum(intent.status_ref.uri == uri for intent in self.rows.abandoned.values())
        return max(planned, sum(c.status_ref.uri == uri for c in self.rows.clearances.values())) + given_up

    def abandon(self, reference: str) -> None:
        intent = self.rows.intents.pop(reference, None)
        if intent is not None:
            self.rows.abandoned[intent.clearance_no] = intent

    def abandoned(self, uri: str) -> Iterable[int]:
        for intent in self.rows.abandoned.values():
            if intent.status_ref.uri == uri:
                yield intent.status_ref.idx
        for reference, intent in self.rows.intents.items():
            of_case = [c for c in self.rows.clearances.values() if c.application_reference == reference]
            recorded = any(c.clearance_no == intent.clearance_no for c in of_case)
            replaced = not recorded and any(c.status is Status.INVALID for c in of_case)
            if replaced and intent.status_ref.uri == uri:
                yield intent.status_ref.idx


@dataclass
class FakeSigningControls:
    rows: Rows

    def count(self, intent: SigningIntent) -> None:
        self.rows.signed_at[len(self.rows.signed_at)] = intent.planned_at

    def lately(self, now: datetime) -> SignedLately:
        ages = [now - at for at in self.rows.signed_at.values()]
        return SignedLately(in_an_hour=sum(age < HOUR for age in ages), in_a_day=sum(age < DAY for age in ages))

    def standing_stop(self) -> SigningStop | None:
        return self.rows.stops.get("standing")

    def stop(self, order: SigningStop) -> None:
        self.rows.stops["standing"] = order

    def resume(self, *, officer_no: str, at: datetime) -> None:
        self.rows.stops.pop("standing", None)


@dataclass
class FakeReissues:
    rows: Rows

    def queue(self, kid: bytes, *, on: date, at: datetime) -> int:
        standing = (Status.VALID, Status.SUSPENDED)
        affected = [
            c.clearance_no
            for c in self.rows.clearances.values()
            if c.kid == kid and c.status in standing and c.valid_until >= on
        ]
        new = set(affected) - self.rows.reissues.keys()
        self.rows.reissues |= {number: Reissue(clearance_no=number, kid=kid, queued_at=at) for number in new}
        return len(new)

    def get(self, clearance_no: str) -> Reissue | None:
        return self.rows.reissues.get(clearance_no)

    def waiting(self, *, after: str, limit: int) -> Sequence[Reissue]:
        return [each for each in self._sorted() if each.settled_at is None and each.clearance_no > after][:limit]

    def refused(self, *, limit: int) -> Sequence[Reissue]:
        return [each for each in self._sorted() if each.ground is not None][:limit]

    def settle(self, reissue: Reissue) -> None:
        if reissue.clearance_no not in self.rows.reissues:
            raise NotOnRecord(reissue.clearance_no)
        self.rows.reissues[reissue.clearance_no] = reissue

    def reopen_refused(self) -> int:
        refused = self.refused(limit=len(self.rows.reissues))
        for each in refused:
            self.rows.reissues[each.clearance_no] = replace(each, settled_at=None, ground=None)
        return len(refused)

    def tallies(self) -> Sequence[ReissueTally]:
        kids = dict.fromkeys(each.kid for each in sorted(self._sorted(), key=lambda each: (each.queued_at, each.kid)))
        return [self._tally([each for each in self._sorted() if each.kid == kid]) for kid in kids]

    def _sorted(self) -> list[Reissue]:
        return sorted(self.rows.reissues.values(), key=lambda each: each.clearance_no)

    def _tally(self, entries: list[Reissue]) -> ReissueTally:
        return ReissueTally(
            kid=entries[0].kid,
            waiting=sum(each.settled_at is None for each in entries),
            done=sum(each.done_clearance_no is not None for each in entries),
            refused=sum(each.ground is not None for each in entries),
        )
