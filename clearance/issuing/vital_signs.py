"""How the office's programs are, as the database and the published files tell: for whoever watches over them.

It decides what is worth watching. Nothing here is about a person, a passport or a verdict; what is too high or too old
is decided by whoever watches (deploy/prometheus).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from clearance.credential.checkpoint import Checkpoint
from clearance.credential.held import HeldTrust
from clearance.domain.findings import Severity
from clearance.issuing.ports import NotSigned
from clearance.issuing.service import Service


@dataclass(frozen=True, kw_only=True)
class Sign:
    """One number: a Prometheus name, what it is, and its values by label; None where there is nothing to measure."""

    name: str
    about: str
    values: Mapping[str, float | None]
    label: str = ""


def vital_signs(
    service: Service, *, held: HeldTrust, checkpoint: Checkpoint | None, chores: Iterable[str]
) -> tuple[Sign, ...]:
    """`held` and `checkpoint` are what desks can fetch now; `chores` the names of what the worker does by itself.

    Raises Unavailable.
    """
    now = service.now()
    at = int(now.timestamp())
    return (
        _one(
            "clearance_checkpoint_age_seconds",
            "Since the published checkpoint of the record was signed.",
            None if checkpoint is None else at - checkpoint.issued_at,
        ),
        _one("clearance_status_list_age_seconds", "Since the oldest list in use was published.", held.status_age(at)),
        _one("clearance_trust_age_seconds", "Since the trust bundle was published.", held.trust_age(at)),
        *_of_the_database(service, now, checkpoint, chores),
        _one("clearance_signer_answers", "1 where the signing service answers and is ready.", _signer(service)),
    )


def _of_the_database(
    service: Service, now: datetime, checkpoint: Checkpoint | None, chores: Iterable[str]
) -> tuple[Sign, ...]:
    with service.database.read() as work:
        signed, stop, head = work.signing.lately(now), work.signing.standing_stop(), work.audit.head()
        waiting = {"messages": work.queues.deliveries(now), "batches": work.queues.chunks(now)}
        done = {name: record.done_at for name in chores if (record := work.chores.get(name)) is not None}
        witnessed = max((each.number for each in work.oversight.witnesses.newest()), default=None)
        grave = work.oversight.findings.count(open_only=True, least=Severity.SEVERE)
    return (
        Sign(
            name="clearance_cards_signed",
            about="Cards signed in the time before now.",
            label="within",
            values={"hour": signed.in_an_hour, "day": signed.in_a_day},
        ),
        _one("clearance_signing_stopped", "1 while an officer's stop holds.", float(stop is not None)),
        _one("clearance_record_entries", "Entries of the record of acts.", head.number),
        _one(
            "clearance_record_entries_unvouched",
            "Entries behind the published checkpoint.",
            None if checkpoint is None else head.number - checkpoint.number,
        ),
        _one(
            "clearance_record_entries_unwitnessed",
            "Entries behind the newest checkpoint that a desk holds.",
            None if witnessed is None else head.number - witnessed,
        ),
        _one("clearance_findings_open", "Severe findings of the nightly report that nobody has acknowledged.", grave),
        Sign(
            name="clearance_work_waiting",
            about="Pieces of work that a worker could take up.",
            label="kind",
            values={kind: each.count for kind, each in waiting.items()},
        ),
        Sign(
            name="clearance_work_waiting_seconds",
            about="Since when the first of them could be taken up.",
            label="kind",
            values={kind: _since(each.since, now) or 0.0 for kind, each in waiting.items()},
        ),
        Sign(
            name="clearance_chore_age_seconds",
            about="Since a worker did this chore last.",
            label="chore",
            values={name: _since(moment, now) for name, moment in done.items()},
        ),
    )


def _one(name: str, about: str, value: float | None) -> Sign:
    return Sign(name=name, about=about, values={"": value})


def _since(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else max(0.0, (now - moment).total_seconds())


def _signer(service: Service) -> float:
    try:
        return float(service.signing.state().ready)
    except NotSigned:
        return 0.0
