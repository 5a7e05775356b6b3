"""What `doctor` reports: a finding, how grave it is, and its cure."""

from dataclasses import dataclass
from enum import IntEnum


class Gravity(IntEnum):
    """How grave; the value is the exit status of the command."""

    WARNING = 1
    FAULT = 2


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`code` is permanent, for scripts; `where` a file or a signer; `said` and `cure` are sentences or a command."""

    gravity: Gravity
    code: str
    where: str
    said: str
    cure: str


def fault(code: str, where: str, said: str, cure: str) -> Finding:
    """Something does not work, or not safely."""
    return Finding(gravity=Gravity.FAULT, code=code, where=where, said=said, cure=cure)


def warning(code: str, where: str, said: str, cure: str) -> Finding:
    """Something will not work for long, or could not be looked at."""
    return Finding(gravity=Gravity.WARNING, code=code, where=where, said=said, cure=cure)
