"""Which desks hold what a rotation waits for, and how that is said.

It decides that a key signs only when every enrolled desk knows it, unless there is a reason not to wait.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from clearance.signing.ceremony import Occasion
from clearance.signing.errors import OutOfOrder
from clearance.signing.keyring import RingSigner


class BehindDesk(Protocol):
    """An enrolled desk without the bundle that is asked about."""

    @property
    def name(self) -> str: ...
    @property
    def last_seen(self) -> datetime | None: ...
    @property
    def trust_sequence(self) -> int | None: ...


class DesksHolding(Protocol):
    """Of so many `enrolled` desks, these have not reported the bundle."""

    @property
    def enrolled(self) -> int: ...
    @property
    def behind(self) -> Sequence[BehindDesk]: ...


AskDesks: TypeAlias = Callable[[int], DesksHolding]
"""Which desks hold the trust bundle of a sequence, or a later one."""


def require_known(
    signer: RingSigner, ask_desks: AskDesks | None, despite: str | None, on: Occasion
) -> DesksHolding | None:
    """Raises OutOfOrder unless every enrolled desk holds a bundle that names the signer, or there is a reason."""
    if ask_desks is None and despite is None:
        raise OutOfOrder(
            f"Which desks hold {signer.name} is written in the office's database: name its installation with --home. "
            'Without it, --despite-desks "REASON" goes on all the same, on record.'
        )
    if ask_desks is None or signer.listed_in is None:
        return None
    desks = ask_desks(signer.listed_in)
    if desks.behind and despite is None:
        raise OutOfOrder(
            f"{_of(len(desks.behind), desks.enrolled)} not hold {signer.name} yet (trust bundle {signer.listed_in}):\n"
            + "\n".join(f"  {_seen(desk, on.moment)}" for desk in desks.behind)
            + "\nNothing was changed. A desk refuses cards of a key that it does not know: wait until these have "
            "synchronised.\nIf one is gone for good, withdraw it (clearance desks withdraw NAME), or go on with "
            '--despite-desks "REASON", on record.'
        )
    return desks


def what_desks_hold(desks: DesksHolding) -> str:
    """For the record of a rotation."""
    if not desks.enrolled:
        return "No desk is enrolled."
    if not desks.behind:
        return f"All {desks.enrolled} enrolled desks hold it." if desks.enrolled > 1 else "The enrolled desk holds it."
    names = ", ".join(desk.name for desk in desks.behind)
    return f"{len(desks.behind)} of {desks.enrolled} enrolled desks did not hold it: {names}."


def _of(behind: int, enrolled: int) -> str:
    return f"{behind} of {enrolled} {'desk' if enrolled == 1 else 'desks'} {'does' if behind == 1 else 'do'}"


def _seen(desk: BehindDesk, now: datetime) -> str:
    holds = "holds no bundle" if desk.trust_sequence is None else f"holds bundle {desk.trust_sequence}"
    if desk.last_seen is None:
        return f"{desk.name} was never heard from"
    return f"{desk.name} last seen {_ago(now - desk.last_seen)}, {holds}"


def _ago(age: timedelta) -> str:
    minutes = max(0, int(age.total_seconds() // 60))
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if count := minutes // size:
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"
