"""What the page needs of the rest of the desk, as bootstrap hands it in: no disk, decoder, clock or network here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from clearance.credential.reasons import Reason
from verifier.desk import ScannedText, ScanRecord


class Sighting(Protocol):
    """What one frame gave."""

    @property
    def scan(self) -> ScannedText | None: ...
    @property
    def hint(self) -> str | None: ...


class Camera(Protocol):
    """The memory between the frames of one camera."""

    def look(self, frame: bytes, *, at: float) -> Sighting: ...
    def answered(self, scan: ScannedText) -> None: ...


class FileReading(Protocol):
    """What one file gave: texts, or why it could not be looked at."""

    @property
    def texts(self) -> tuple[str, ...]: ...
    @property
    def fault(self) -> str | None: ...


@dataclass(frozen=True, kw_only=True)
class DeskState:
    """What stands around the verdict. `at` in UTC seconds; counts are of today in Bangladesh."""

    at: int
    list_age_s: int | None  # None: no usable list is held
    issuer_answers: bool | None  # None: nobody has asked yet
    demo: bool
    journal_whole: bool
    by_reason: Mapping[Reason, int]
    latest: tuple[Reason, ...]
    unsent: int  # scans kept on this computer; nothing takes them elsewhere yet


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts of the desk as functions. `check` raises NotRecorded; `ticks` is a monotonic clock in seconds."""

    desk: str
    version: str
    keyboard: Callable[[Sequence[str]], ScannedText]
    camera: Callable[[], Camera]
    file: Callable[[bytes], FileReading]
    check: Callable[[ScannedText, str | None], ScanRecord | None]
    state: Callable[[], DeskState]
    pull: Callable[[], bool]
    ticks: Callable[[], float]
