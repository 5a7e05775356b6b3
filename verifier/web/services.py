"""What the page needs of the rest of the desk, as bootstrap hands it in: no disk, decoder, clock or network here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from clearance.credential.reasons import Reason
from verifier.acts import Act, Ground, KeptScan, Objection
from verifier.desk import NotYet, Repeat, ScannedText, ScanRecord, Source
from verifier.passport import PassportInHand


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


class Paper(Protocol):
    """What one file gave: texts, or why it could not be looked at; for a PDF the state of its seal."""

    @property
    def texts(self) -> tuple[str, ...]: ...
    @property
    def fault(self) -> str | None: ...
    @property
    def seal_state(self) -> str | None: ...
    @property
    def doubt(self) -> str | None: ...


class Port(Protocol):
    """A serial port of this computer."""

    @property
    def device(self) -> str: ...
    @property
    def name(self) -> str: ...


class Heard(Protocol):
    """What came from the serial ports."""

    @property
    def turn(self) -> int: ...
    @property
    def texts(self) -> tuple[str, ...]: ...
    @property
    def ports(self) -> Sequence[Port]: ...
    @property
    def open(self) -> tuple[str, ...]: ...
    @property
    def chosen(self) -> str: ...
    @property
    def elsewhere(self) -> bool: ...


class Hear(Protocol):
    """Wait up to `wait_s` seconds for what is new since turn `since`."""

    def __call__(self, since: int, *, wait_s: float) -> Heard: ...


@dataclass(frozen=True, kw_only=True)
class DeskState:
    """What stands around the verdict. `at` in UTC seconds; counts are of today in Bangladesh."""

    at: int
    list_age_s: int | None  # None: no usable list is held
    issuer_answers: bool | None  # None: nobody has asked yet
    demo: bool
    journal_whole: bool
    record_whole: bool  # False: this desk was shown two versions of the office's record
    by_reason: Mapping[Reason, int]
    by_act: Mapping[Act, int]
    latest: tuple[Reason, ...]
    kept: int  # scans on this computer
    cards_at: int | None  # when the file of cards in force was complete last, UTC seconds; None: there is none
    unsent: int | None  # of those, what the office does not know yet; None: this desk is not enrolled
    heard_at: int | None  # when the office or the relay last told who left elsewhere, UTC seconds; None: never


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts of the desk as functions. `check` and `act` raise NotRecorded; `ticks` is monotonic, in seconds."""

    desk: str
    version: str
    keyboard: Callable[[Sequence[str], Source], ScannedText]
    camera: Callable[[], Camera]
    file: Callable[[bytes], Paper]
    check: Callable[[ScannedText, PassportInHand | None], ScanRecord | Repeat | NotYet]
    find: Callable[[PassportInHand], ScanRecord | Repeat | NotYet | None]
    act: Callable[[Act, int, Ground | None], KeptScan | Objection]
    hear: Hear
    choose_port: Callable[[str], None]
    state: Callable[[], DeskState]
    pull: Callable[[], bool]
    ticks: Callable[[], float]
