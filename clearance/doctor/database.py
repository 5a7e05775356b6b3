"""What is wrong with the database: its tables, its durability, what this user may do to the record, its clock."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from clearance.config import Settings
from clearance.signing.findings import Finding, fault, warning
from clearance.storage.condition import Condition

DURABLE = {
    "sqlite": {"journal_mode": ("wal",), "synchronous": ("2", "3"), "foreign_keys": ("1",)},
    "postgresql": {
        "fsync": ("on",),
        "synchronous_commit": ("on", "remote_write", "remote_apply"),
        "full_page_writes": ("on",),
    },
}
"""What must hold so that a card that was reported as issued survives a power cut (docs/adr/0040)."""
CLOCKS_APART = timedelta(seconds=2)
CLOCKS_WRONG = timedelta(seconds=30)
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
"""Made by systemd-timesyncd when it has heard from a time server; its folder is there where that program runs."""


def check_database(settings: Settings, condition: Condition) -> Iterator[Finding]:
    """Everything that the database says about itself."""
    where = condition.kind
    if condition.schema is None:
        yield fault("schema.none", where, "There are no tables yet.", _migrate(condition))
    elif not condition.current:
        said = f"The tables are of step {condition.schema}, and this program wants {condition.schema_wanted}."
        newer = condition.schema > condition.schema_wanted
        cure = "Install the newer program on this machine, too." if newer else _migrate(condition)
        yield fault("schema.newer" if newer else "schema.older", where, said, cure)
    for name, good in DURABLE[condition.kind].items():
        if (value := condition.settings[name]) not in good:
            said = f"{name} is {value}: a power cut could lose cards that were reported as issued."
            yield fault(f"database.{name}", where, said, f"Set {name} = {good[0]}.")
    if condition.may_change and not settings.demo:
        said = f"This user can change or delete what is on record: {', '.join(condition.may_change)}."
        cure = "clearance db grant clearance_app, and sign in as a member of it (docs/OPERATIONS.md, The first day)"
        yield fault("database.owner", where, said, cure)
    if condition.kind == "sqlite" and not settings.demo and not settings.embedded_worker:
        said = "Web and worker are programs of their own on one SQLite file: they wait for each other."
        yield warning("database.file", where, said, "Use PostgreSQL (clearance export, then import).")
    yield from _clocks(condition)


def _migrate(condition: Condition) -> str:
    if condition.kind == "sqlite":
        return "Start one program: it brings the tables up to date."
    return "As the owner of the tables: clearance db grant clearance_app"


def _clocks(condition: Condition) -> Iterator[Finding]:
    apart = abs(condition.ahead) if condition.ahead is not None else timedelta(0)
    if apart > CLOCKS_APART:
        said = f"Its clock and this machine's are {apart.total_seconds():.0f} seconds apart."
        found = fault if apart > CLOCKS_WRONG else warning
        yield found("clock.apart", condition.kind, said, "Let both machines follow a time server.")
    if SYNCHRONISED.parent.is_dir() and not SYNCHRONISED.exists():
        said = "This machine's clock follows no time server."
        yield warning("clock.free", "systemd-timesyncd", said, "timedatectl timesync-status")
