"""A step of a key ceremony: who takes it, what it did, and the page that says so for the file.

It decides how a step is written down (DIR/ceremony/, one Markdown page a step, with lines to sign). What the steps are
and in which order they may be taken is decided by `ceremony_root`, `ceremony_signer` and `ceremony_state`.

Every step may be taken again: after a crash it goes on where it was, and after success it says that it is done.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from clearance.signing import files

DHAKA = timezone(timedelta(hours=6))
"""Bangladesh keeps no summer time."""


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """Who takes a step, when (epoch seconds), on which machine, and before whom."""

    at: int
    operator: str
    machine: str
    witnesses: tuple[str, ...] = ()

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a step did. `step` and `subject` name it for good; `already`: an earlier run had done it."""

    step: str
    subject: str
    title: str
    said: tuple[str, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    then: tuple[str, ...] = ()
    """What comes next: sentences or commands."""
    already: bool = False


def keep_record(directory: Path, done: Done, on: Occasion) -> Path:
    """Write the page of a step into `directory`/ceremony, unless an earlier run wrote it; where it lies."""
    folder = directory / "ceremony"
    if not folder.exists():
        files.make_directory(folder, mode=files.PUBLIC_DIRECTORY)
    name = f"{done.step}-{done.subject}.md"
    # The name begins with 20261122T060000Z-
    written = sorted(path for path in folder.glob(f"*-{name}") if path.name.partition("-")[2] == name)
    if done.already and written:
        return written[-1]
    path = folder / f"{on.moment:%Y%m%dT%H%M%SZ}-{name}"
    files.write_atomically(path, _page(directory, done, on).encode())
    return path


def day(moment: datetime | int) -> str:
    """A day in Dhaka, in words that nobody reads as another one."""
    if isinstance(moment, int):
        moment = datetime.fromtimestamp(moment, UTC)
    return f"{moment.astimezone(DHAKA):%d %B %Y}".lstrip("0")


def _page(directory: Path, done: Done, on: Occasion) -> str:
    late = ["", "An earlier run had done this and was cut short before it wrote this page."] if done.already else []
    return "\n".join(
        [
            f"# Key ceremony: {done.title}",
            "",
            f"- When: {on.moment:%Y-%m-%d %H:%M:%S} UTC ({on.moment.astimezone(DHAKA):%d %B %Y, %H:%M} in Dhaka)",
            f"- Operator: {_line(on.operator)}",
            f"- Machine: {_line(on.machine)}",
            f"- Directory: {directory.absolute()}",
            *(f"- {name}: {_line(value)}" for name, value in done.facts.items()),
            "",
            "## What was done",
            "",
            *done.said,
            *late,
            "",
            "## Signatures",
            "",
            "I was present, and compared the fingerprints above with those on the screen.",
            "",
            *_signature_lines(on),
        ]
    )


def _signature_lines(on: Occasion) -> list[str]:
    people = [("Operator", on.operator), *(("Witness", witness) for witness in on.witnesses or ("", ""))]
    lines = []
    for part, name in people:
        shown = _line(name) or "_" * 28
        lines += [f"{f'{part}: {shown}':<40}  Signature: {'_' * 28}  Date: {'_' * 12}", ""]
    return lines


def _line(text: str) -> str:
    """One line without control characters, whatever was typed."""
    return "".join(character if character.isprintable() else " " for character in text).strip()
