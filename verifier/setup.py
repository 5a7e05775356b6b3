"""Who this desk is: the line of text that says so, and what is kept of it for the next start.

`ENROL https://host DSK-…` comes from the office as a QR code, in a file or by hand; a token alone is one as well. What
is done with it is decided in `verifier.setup_steps`.
"""

import json
import os
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self
from unicodedata import digit
from urllib.parse import urlsplit

AIRPORTS = ("DAC", "CGP", "ZYL")
COUNTER = re.compile(r"[A-Z0-9][A-Z0-9-]{0,11}")
NAME = re.compile(r"[A-Z0-9][A-Z0-9-]{0,18}[A-Z0-9]")
MAX_CODE = 300  # characters
ENROL = re.compile(r"(?:ENROL (https?://\S{1,200}) )?(DSK-[0-9A-Z]{8}-[0-9A-Z]{32})")


class NotACode(ValueError):
    """The text is not that of a desk's enrolment."""


class Step(StrEnum):
    """What came of one thing that was done at the set-up screen."""

    ENROLLED = "enrolled"
    OPENED = "opened"  # without enrolment: scans stay here
    RELAY = "relay"
    WHICH_COUNTER = "which_counter"  # the office is out of reach; airport and counter are needed
    NOT_A_CODE = "not_a_code"
    NOT_KNOWN = "not_known"  # the office does not know this token
    NOT_CONFIDENTIAL = "not_confidential"  # the network could read the token
    NO_RELAY = "no_relay"  # nobody answers at the relay's address, or somebody else
    NOT_KEPT = "not_kept"  # the disk


@dataclass(frozen=True, kw_only=True)
class EnrolCode:
    """A desk's token, and the address of the office where the code names it."""

    token: str
    issuer_url: str | None

    @classmethod
    def read(cls, text: str) -> Self:
        """The code that was typed, scanned or read from a file. Raises NotACode."""
        match = ENROL.fullmatch(" ".join(text.split()))
        if match is None or (match[1] and not _is_address(match[1])):
            raise NotACode
        return cls(token=match[2], issuer_url=match[1])


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What was told at the set-up; None for what was not."""

    desk: str | None = None
    issuer_url: str | None = None


def name_of(airport: str, counter: str) -> str | None:
    """The name of the desk at a counter, as the office would name it; None where there can be none."""
    counter = "".join(str(digit(sign, sign)) for sign in counter.strip().upper())  # ২ is 2
    return f"{airport}-{counter}" if airport in AIRPORTS and COUNTER.fullmatch(counter) else None


def kept_in(path: Path) -> Kept:
    """What lies in the file; nothing where there is none, or it is not ours."""
    try:
        said = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return Kept()
    desk, url = (said.get("desk"), said.get("issuer_url")) if isinstance(said, dict) else (None, None)
    return Kept(
        desk=desk if isinstance(desk, str) and NAME.fullmatch(desk) else None,
        issuer_url=url if isinstance(url, str) and _is_address(url) else None,
    )


def keep(path: Path, kept: Kept) -> None:
    """Replace what lies in the file as a whole. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.new")
    said = {"desk": kept.desk, "issuer_url": kept.issuer_url}
    with partial.open("w", encoding="utf-8") as file:
        json.dump({name: value for name, value in said.items() if value is not None}, file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _is_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query and not parts.fragment
