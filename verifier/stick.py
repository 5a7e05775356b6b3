"""Key list and cancel lists on a USB stick, for a desk whose line is dead for days.

A stick is a ZIP file with the same signed files that a desk pulls. Nothing about it is believed: each file goes through
the same door as one that was pulled, which asks for a genuine signature and takes nothing older than what was seen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from clearance.credential.checkpoint import MAX_CHECKPOINT
from verifier.sync import MAX_STATUS_BYTES, MAX_TRUST_BYTES, Store, status_names

TRUST, CHECKPOINT, STATUS, SUFFIX = "trust.cose", "checkpoint.cose", "status/", ".cwt"


class NotAStick(ValueError):
    """The file holds no key list of ours; nothing was taken."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What of a stick is held now, by the names of its files, and what was refused."""

    held: tuple[str, ...]
    refused: tuple[str, ...]


def write_stick(path: Path, trust: Path, *, checkpoint: bytes | None) -> tuple[str, ...]:
    """Write what lies in the folder `trust` into a new file; the names in it. Raises OSError, NotAStick."""
    if not (trust / TRUST).is_file():
        raise NotAStick("This desk holds no key list yet.")
    content = {TRUST: (trust / TRUST).read_bytes()}
    content |= {f"{STATUS}{each.name}": each.read_bytes() for each in sorted((trust / "status").glob(f"*{SUFFIX}"))}
    if checkpoint is not None:
        content[CHECKPOINT] = checkpoint
    with ZipFile(path, "x", ZIP_DEFLATED) as stick:
        for name, data in content.items():
            stick.writestr(name, data)
    return tuple(content)


def read_stick(file: BinaryIO, store: Store, *, witness: Callable[[bytes], bool]) -> Taken:
    """Offer what a stick holds to the desk's own files. Raises NotAStick, OSError."""
    content = _content(file)
    if TRUST not in content:
        raise NotAStick("There is no key list in this file.")
    answers = {TRUST: store.offer_trust(content[TRUST])}
    for name in status_names(store.status_uris()):
        path = f"{STATUS}{name}{SUFFIX}"
        if path in content:
            answers[path] = store.offer_status(name, content[path])
    if CHECKPOINT in content:
        answers[CHECKPOINT] = witness(content[CHECKPOINT])
    return Taken(
        held=tuple(name for name, taken in answers.items() if taken),
        refused=tuple(name for name, taken in answers.items() if not taken),
    )


def _content(file: BinaryIO) -> Mapping[str, bytes]:
    """Files of names that we know, none larger than it may be when pulled."""
    try:
        with ZipFile(file) as stick:
            return {
                entry.filename: stick.open(entry).read(_cap(entry.filename))
                for entry in stick.infolist()
                if entry.file_size <= _cap(entry.filename)
            }
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise NotAStick("This file is not a stick of a desk.") from error


def _cap(name: str) -> int:
    """Bytes that a file of this name may have; -1 for one that is none of ours."""
    if name == TRUST:
        return MAX_TRUST_BYTES
    if name == CHECKPOINT:
        return MAX_CHECKPOINT
    return MAX_STATUS_BYTES if name.startswith(STATUS) and name.endswith(SUFFIX) else -1
