"""Files are looked through by ClamAV's clamd, which runs beside us (docs/adr/0146).

One question, one line, one answer: INSTREAM of clamd(8). It decides how long and how much is listened to, and that
what is no judgement counts as none; what becomes of a file is decided in `clearance.issuing.scanning`.
"""

import re
import socket
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from clearance.issuing.ports import Judgement, Scan, ScannerAway

WITHIN_S = 50.0
"""One exchange, sending included: an archive of 100 MB on a busy machine, within the 65 s of the proxy."""
MAX_ANSWER = 1024
PIECE = 1 << 18
_FOUND = re.compile(r"stream: ([\x21-\x7e]{1,200}) FOUND", re.ASCII)
_BEYOND = "Heuristics.Limits.Exceeded"
"""The signature of what is beyond clamd's own limits, where AlertExceedsMax is on."""
_TOO_LARGE = "INSTREAM size limit exceeded. ERROR"
_VERSION = re.compile(r"ClamAV ([\x21-\x2e\x30-\x7e]{1,40})(?:/[0-9]+/([A-Za-z0-9: ]{1,40}))?", re.ASCII)
_MADE = "%a %b %d %H:%M:%S %Y"


@dataclass(frozen=True, kw_only=True)
class ScannerVersion:
    """What the scanner runs on. `signatures` is when its newest were made (aware); None where it does not say."""

    engine: str
    signatures: datetime | None


class Clamd:
    """Implements `clearance.issuing.ports.ContentScanner`. May be shared by threads: each question has its own line."""

    def __init__(
        self, address: str, *, within_s: float = WITHIN_S, report: Callable[..., object] = lambda _event, **_about: None
    ) -> None:
        """`address` is `unix:/path` or `tcp://host:port`; `report` is told of each question that got no judgement."""
        self._address, self._within_s, self._report = address, within_s, report

    def scan(self, content: bytes) -> Scan:
        return self._judged(self._ask(b"zINSTREAM\0", _pieces(content)))

    def version(self) -> ScannerVersion:
        """Raises ScannerAway."""
        answer = self._ask(b"zVERSION\0")
        said = _VERSION.fullmatch(answer)
        if said is None:
            raise self._away("answer not understood")
        made = None
        with suppress(ValueError):
            made = datetime.strptime(said[2] or "", _MADE).replace(tzinfo=UTC)
        return ScannerVersion(engine=said[1], signatures=made)

    def _judged(self, answer: str) -> Scan:
        found = _FOUND.fullmatch(answer)
        if answer == "stream: OK":
            return Scan(judgement=Judgement.CLEAN)
        if answer == _TOO_LARGE or (found and found[1].startswith(_BEYOND)):
            return Scan(judgement=Judgement.BEYOND_LIMITS)
        if found:
            return Scan(judgement=Judgement.INFECTED, signature=found[1][:100])
        raise self._away("answer not understood")

    def _ask(self, command: bytes, pieces: Iterable[bytes] = ()) -> str:
        ends = time.monotonic() + self._within_s
        try:
            with self._connected(ends) as line:
                with suppress(BrokenPipeError, ConnectionResetError):  # it may have answered before it had everything
                    for piece in (command, *pieces):
                        line.settimeout(_left(ends))
                        line.sendall(piece)
                return _answer(line, ends)
        except (OSError, EOFError, ValueError) as error:
            raise self._away(type(error).__name__) from error

    def _connected(self, ends: float) -> socket.socket:
        if self._address.startswith("unix:"):
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(_left(ends))
            try:
                line.connect(self._address.removeprefix("unix:"))
            except BaseException:
                line.close()
                raise
            return line
        host, _, port = self._address.removeprefix("tcp://").rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=_left(ends))

    def _away(self, kind: str) -> ScannerAway:
        self._report("the scanner gave no judgement", kind=kind)
        return ScannerAway(kind)


def _pieces(content: bytes) -> Iterator[bytes]:
    """The stream of clamd: each piece after its length, and a length of zero."""
    for start in range(0, len(content), PIECE):
        piece = content[start : start + PIECE]
        yield struct.pack("!L", len(piece)) + piece
    yield struct.pack("!L", 0)


def _answer(line: socket.socket, ends: float) -> str:
    """The text up to its zero byte. Raises OSError, EOFError (cut off), ValueError (too long, not ASCII)."""
    said = b""
    while b"\0" not in said:
        line.settimeout(_left(ends))
        heard = line.recv(MAX_ANSWER)
        said += heard
        if not heard:
            raise EOFError("cut off")
        if len(said) > MAX_ANSWER:
            raise ValueError("too long")
    return said.partition(b"\0")[0].decode("ascii")


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
