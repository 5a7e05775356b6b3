"""Messages to the worker of one case, as officers see them, and the worker's wish to get none."""

from collections.abc import Sequence
from dataclasses import dataclass

from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.delivery import Channel, Delivery
from clearance.domain.staff import Officer
from clearance.issuing.cases import seen_by
from clearance.issuing.service import Service


@dataclass(frozen=True, kw_only=True)
class MessagesOfCase:
    """What was sent or waits, oldest first; by which ways the worker can be reached; whether none are wanted."""

    deliveries: Sequence[Delivery]
    ways: frozenset[Channel]
    opted_out: bool


def messages_of(service: Service, reference: str, *, officer: Officer) -> MessagesOfCase:
    """Raises NotOnRecord where this officer sees no such case."""
    with service.database.read() as work:
        worker = seen_by(work, reference, officer=officer).draft.worker
        reachable = {Channel.SMS: worker.mobile, Channel.EMAIL: worker.email}
        return MessagesOfCase(
            deliveries=work.deliveries.of_case(reference),
            ways=frozenset(channel for channel, address in reachable.items() if address),
            opted_out=work.deliveries.opted_out(reference),
        )


def stop_messages(service: Service, reference: str, *, officer: Officer, device: str) -> None:
    """The worker wants no more messages about this case. Raises NotOnRecord."""
    _set(service, reference, officer, device, stopped=True)


def resume_messages(service: Service, reference: str, *, officer: Officer, device: str) -> None:
    """The worker wants messages again. Raises NotOnRecord."""
    _set(service, reference, officer, device, stopped=False)


def _set(service: Service, reference: str, officer: Officer, device: str, *, stopped: bool) -> None:
    at = service.now()
    with service.database.write() as work:
        seen_by(work, reference, officer=officer)
        if work.deliveries.opted_out(reference) == stopped:
            return
        if stopped:
            work.deliveries.opt_out(reference, officer_no=officer.number, at=at)
        else:
            work.deliveries.opt_in(reference)
        act = AuditAct.MESSAGES_STOPPED if stopped else AuditAct.MESSAGES_RESUMED
        work.audit.append(
            AuditEntry(at=at, officer_no=officer.number, act=act, subject=reference, facts={"device": device})
        )
        work.commit()
