"""Batches in the database: rows, runs, and the chunks of a run that workers take up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeAlias

from clearance.domain.batch import Batch, BatchRun, BatchStep, RowStanding
from clearance.domain.eligibility import Objection
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.person import PhotoRemark
from clearance.domain.staff import Scope
from clearance.issuing.fields import Fault


class RowTrouble(StrEnum):
    """What can stand against a row besides its fields and the rules of the office."""

    SAME_AS_ROW = "same_as_row"
    """Its passport, visa or receipt stands in an earlier row. details: row, field."""
    ALREADY_A_CASE = "already_a_case"
    """It was entered before. details: reference."""
    OVERTAKEN = "overtaken"
    """Somebody else moved the case meanwhile."""
    NOT_MADE = "not_made"
    """The card could not be made. details: trouble, of `Trouble`."""
    STUCK = "stuck"
    """Whoever tried it died of it or met an error that nobody foresaw."""


@dataclass(frozen=True, kw_only=True)
class RowNote:
    """One thing that stands against a row."""

    trouble: RowTrouble
    details: Mapping[str, str | int] = field(default_factory=dict)


Note: TypeAlias = Fault | Objection | RowNote


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What tells a row from others, as read: empty where it could not be."""

    passport_no: str = ""
    visa_no: str = ""
    receipt_no: str = ""
    permit_no: str = ""


@dataclass(frozen=True, kw_only=True)
class BatchRow:
    """One row of a file: what was typed, what the dry run said, and the case that it became.

    `number` is its line in the spreadsheet, the header being 1. `corrected` says that it was uploaded again.
    """

    batch_no: str
    number: int
    texts: Mapping[str, str]
    too_wide: bool = False
    standing: RowStanding = RowStanding.UNREAD
    notes: tuple[Note, ...] = ()
    keys: Keys = Keys()
    photo_sha256: str = ""
    photo_remark: PhotoRemark | None = None
    corrected: bool = False
    reference: str | None = None

    @property
    def wants_eyes(self) -> bool:
        """Whether an officer should look at it before the others: it was mended, remarked on, or refused once."""
        return bool(self.notes or self.photo_remark or self.corrected)


@dataclass(frozen=True, kw_only=True)
class RowResult:
    """What a run came to for one row: done where nothing stood against it."""

    run_no: str
    row: int
    notes: tuple[Note, ...] = ()

    @property
    def done(self) -> bool:
        """Whether the step was taken."""
        return not self.notes


FARTHEST_AHEAD = timedelta(minutes=10)
"""Far longer than a chunk is ever held or put off."""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """A part of a run, small enough to be done in one go. `tries` counts the workers that took it up in vain.

    `versions` are those of the rows' cases when the officer looked at them, where the rows are cases already.
    `waits_for` is what keeps everybody from going on, as long as `not_before` lies ahead.
    """

    run_no: str
    number: int
    rows: tuple[int, ...]
    versions: tuple[int, ...] = ()
    holder: str | None = None
    held_until: datetime | None = None
    not_before: datetime | None = None
    waits_for: tuple[Note, ...] = ()
    tries: int = 0
    done: bool = False


@dataclass(frozen=True, kw_only=True)
class RunTally:
    """How far a run has come."""

    run: BatchRun
    done: int
    refused: int

    @property
    def left(self) -> int:
        """Rows without a result."""
        return self.run.rows - self.done - self.refused


class Batches(Protocol):
    """Batches and everything about them."""

    def add(self, batch: Batch, rows: Iterable[BatchRow]) -> None:
        """Raises Conflict where this agency or office has uploaded the same file before."""
        ...

    def get(self, number: str) -> Batch | None: ...

    def by_file(self, sha256: str, *, office_code: str, licence_no: str | None) -> Batch | None:
        """The batch that this very file became earlier."""
        ...

    def find(self, scope: Scope, *, limit: int, offset: int) -> Sequence[Batch]:
        """Those within a scope, newest first."""
        ...

    def count(self, scope: Scope) -> int: ...

    def row(self, batch_no: str, number: int) -> BatchRow | None: ...

    def save_row(self, row: BatchRow) -> None: ...

    def rows(
        self, batch_no: str, *, standings: Iterable[RowStanding] = tuple(RowStanding), limit: int, offset: int = 0
    ) -> Sequence[BatchRow]:
        """In order of their numbers."""
        ...

    def standings(self, batch_no: str) -> Mapping[RowStanding, int]: ...

    def states(self, batch_no: str) -> Mapping[ApplicationState, int]:
        """How many cases of a batch stand where."""
        ...

    def at_work(self, batch_no: str, state: ApplicationState, *, limit: int, offset: int) -> Sequence[BatchRow]:
        """Rows whose case is in a state; those with something to look at first."""
        ...

    def versions(self, batch_no: str, state: ApplicationState, *, calm: bool) -> Mapping[int, int]:
        """The version of the case of every row whose case is in a state, by the row's number; with `calm` only of those
        that do not want an officer's eyes."""
        ...

    def add_photos(self, batch_no: str, sha256: str) -> None:
        """Another archive of photos; the same one again changes nothing."""
        ...

    def photos(self, batch_no: str) -> Sequence[str]:
        """The archives, the first one first."""
        ...

    def add_run(self, run: BatchRun, chunks: Iterable[Chunk]) -> None: ...

    def run(self, number: str) -> BatchRun | None: ...

    def save_run(self, run: BatchRun) -> None: ...

    def tallies(self, batch_no: str) -> Sequence[RunTally]:
        """The runs of a batch, the latest first."""
        ...

    def refused(self, run_no: str, *, limit: int) -> Sequence[RowResult]:
        """Rows of a run against which something stood, in order of their numbers."""
        ...

    def next_chunk(self, at: datetime) -> Chunk | None:
        """A chunk that somebody should take up now: of every run its first one before any second one.

        One held, or put off, for more than FARTHEST_AHEAD was so by a clock that has been set back, and is free.
        """
        ...

    def save_chunk(self, chunk: Chunk) -> None: ...

    def chunk(self, run_no: str, number: int) -> Chunk | None: ...

    def chunks_left(self, run_no: str) -> int: ...

    def under_way(self, batch_no: str, step: BatchStep) -> frozenset[int]:
        """Rows of chunks, not done yet, of runs that take this step."""
        ...

    def waits_for(self, run_no: str, *, at: datetime) -> tuple[Note, ...]:
        """What keeps a run from going on now; nothing where it goes on."""
        ...

    def hold_on(self, holder: str, *, until: datetime) -> None:
        """Let a worker keep what it holds for longer."""
        ...

    def results(self, run_no: str, rows: Iterable[int]) -> frozenset[int]:
        """Which of these rows have a result."""
        ...

    def add_result(self, result: RowResult) -> None: ...
