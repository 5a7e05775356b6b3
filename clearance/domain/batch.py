"""Batches: files of applications, their rows, and what officers order for many of them at once.

It decides the steps that rows can be taken through. Each row is judged alone, by the same rules as a case at the
counter; a batch has no rules of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from clearance.domain.lifecycle import ApplicationState


class BatchStep(StrEnum):
    """What a run does to each of its rows. `READ` is the dry run: it changes no case."""

    READ = "read"
    SUBMIT = "submit"
    CHECK = "check"
    APPROVE = "approve"
    ISSUE = "issue"


WAITS_FOR: Mapping[BatchStep, ApplicationState] = {
    BatchStep.CHECK: ApplicationState.SUBMITTED,
    BatchStep.APPROVE: ApplicationState.CHECKED,
    BatchStep.ISSUE: ApplicationState.APPROVED,
}
"""The state of the cases that a step is for."""


class RowStanding(StrEnum):
    """What the dry run said of a row; from SUBMITTED on, its case speaks for it."""

    UNREAD = "unread"
    ACCEPTED = "accepted"
    TO_FIX = "to_fix"
    DUPLICATE = "duplicate"
    OVER_BUDGET = "over_budget"
    SUBMITTED = "submitted"


NEED_WORK = (RowStanding.TO_FIX, RowStanding.DUPLICATE, RowStanding.OVER_BUDGET)
"""Rows that stay behind until somebody corrects them."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One uploaded file. `licence_no` is that of the agency whose clerk uploaded it, None where an office did."""

    number: str
    file_name: str
    file_sha256: str
    licence_no: str | None
    office_code: str
    uploaded_by: str
    uploaded_at: datetime
    rows: int


@dataclass(frozen=True, kw_only=True)
class BatchRun:
    """One step for many rows, ordered by one officer, who takes the remarked photos of the rows in `accepted`."""

    number: str
    batch_no: str
    step: BatchStep
    officer_no: str
    device: str
    ordered_at: datetime
    rows: int
    accepted: frozenset[int] = frozenset()
    paused_by: str | None = None
    finished_at: datetime | None = None
