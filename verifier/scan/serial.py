"""Scanners at a serial port: USB-CDC ones, which come and go while the desk runs, and old RS-232 ones.

Decides which ports are listened to, where one scan ends, and what is noise. A USB-CDC scanner ignores the speed it is
told; one at a real serial line must be set to 9600 8N1, as most are delivered. What a text means is judged in
`verifier.desk`; whether a scan may be shown just now is decided by the page, which asks for it.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Condition, Event, Thread

from serial import Serial, SerialException
from serial.tools.list_ports import comports

from clearance.credential.mrz import is_first_line
from verifier.scan.keyboard import MAX_CHARS

BAUD = 9600
READ_S = 0.02  # how long a read waits for the first byte
IDLE_S = 0.06  # silence that ends a scan without line end
SECOND_LINE_S = 1.0  # how long the second line of a passport is waited for
LOOK_EVERY_S = 1.0  # for ports that came or went
FORGOTTEN_AFTER_S = 3.0  # a scan that no page asked for belongs to nobody
LINE_ENDS = b"\r\n"
ALL_USB = "usb"
NONE = "none"

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Port:
    """A serial port of this computer; `usb` where it comes with a USB device."""

    device: str
    name: str
    usb: bool


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What a page learns: the texts since it last asked, the ports there are, those that are open, and the choice.

    `elsewhere`: another page asks now, and this one may ask again in a moment.
    """

    turn: int
    texts: tuple[str, ...] = ()
    ports: tuple[Port, ...] = ()
    open: tuple[str, ...] = ()
    chosen: str = ALL_USB
    elsewhere: bool = False


class Framing:
    """Cuts a port's bytes into scans. Bytes outside printable ASCII are noise: no code of ours holds any."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._last = 0.0

    def feed(self, received: bytes, at: float) -> list[str]:
        """The scans that are complete with these bytes; `at` is a monotonic clock in seconds."""
        whole = [self._take()] if self._bytes and at - self._last > self._patience() else []
        for byte in received:
            if byte not in LINE_ENDS:
                if (0x20 <= byte < 0x7F or byte == 0x09) and len(self._bytes) < MAX_CHARS + 8:
                    self._bytes.append(byte)
            elif self._bytes and not is_first_line(self._text()):
                whole.append(self._take())
        if received:
            self._last = at
        return whole

    def _patience(self) -> float:
        return SECOND_LINE_S if is_first_line(self._text()) else IDLE_S

    def _text(self) -> str:
        return self._bytes.decode("ascii")

    def _take(self) -> str:
        text = self._text()
        self._bytes.clear()
        return text


def usb_and_other_ports() -> tuple[Port, ...]:
    """The serial ports of this computer, as the system lists them."""
    return tuple(
        Port(device=port.device, name=port.product or port.description or port.device, usb=port.vid is not None)
        for port in sorted(comports())
    )


class SerialScanners:
    """Listens to the chosen ports while the desk runs; a page asks `hear` for what came.

    `memory` is the file that keeps the choice: every USB port, none, or one port by name.
    """

    def __init__(
        self,
        memory: Path,
        *,
        ports: Callable[[], Sequence[Port]] = usb_and_other_ports,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._memory, self._list_ports, self._ticks = memory, ports, ticks
        self._news = Condition()
        self._heard = Heard(turn=0, chosen=_remembered(memory))
        self._texts: deque[tuple[float, str]] = deque(maxlen=8)
        self._waiting = 0
        self._readers: dict[str, Thread] = {}
        self._stopped = Event()
        self._looked_at = Event()

    def run(self) -> None:
        """Look for ports until `stop`; each open port is read in a thread of its own."""
        while not self._stopped.is_set():
            self._look()
            self._looked_at.wait(LOOK_EVERY_S)
            self._looked_at.clear()

    def stop(self) -> None:
        self._stopped.set()
        self._looked_at.set()
        with self._news:
            self._news.notify_all()
        for reader in list(self._readers.values()):
            reader.join(1)

    def choose(self, chosen: str) -> None:
        """Listen to every USB port (`usb`), to none (`none`), or to the port of this name; remember it."""
        try:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            self._memory.write_text(chosen, encoding="utf-8")
        except OSError as error:
            log.warning("the chosen port is not remembered: %s", error)
        self._tell(chosen=chosen)
        self._looked_at.set()

    def hear(self, since: int, *, wait_s: float) -> Heard:
        """What is new since turn `since`, waiting up to `wait_s` seconds for it. A text is handed out once.

        Only one page waits at a time, the one that asked last: a page that is gone would hold a thread for nothing.
        """
        with self._news:
            self._waiting = mine = self._waiting + 1
            self._news.notify_all()
            self._news.wait_for(
                lambda: self._heard.turn != since or self._waiting != mine or self._stopped.is_set(), timeout=wait_s
            )
            if self._waiting != mine:
                return replace(self._heard, elsewhere=True)
            fresh = self._ticks() - FORGOTTEN_AFTER_S
            texts = tuple(text for at, text in self._texts if at >= fresh)
            self._texts.clear()
            return replace(self._heard, texts=texts)

    def _look(self) -> None:
        ports = tuple(self._list_ports())
        if ports != self._heard.ports:
            self._tell(ports=ports)
        chosen = self._heard.chosen
        if chosen == ALL_USB:
            wanted = {port.device for port in ports if port.usb}
        else:
            wanted = {chosen} if chosen != NONE and self._is_there(chosen, ports) else set()
        for device in wanted - self._readers.keys():
            self._readers[device] = Thread(target=self._read, args=(device,), name=f"serial {device}", daemon=True)
            self._readers[device].start()

    def _is_there(self, device: str, ports: Sequence[Port]) -> bool:
        """Ports that the system does not list can be named by hand."""
        return any(port.device == device for port in ports) or Path(device).exists()

    def _wants(self, device: str) -> bool:
        return not self._stopped.is_set() and self._heard.chosen in (ALL_USB, device)

    def _read(self, device: str) -> None:
        """Read one port until it is unplugged or no longer chosen; `_look` starts anew what comes back."""
        framing = Framing()
        try:
            with Serial(device, BAUD, timeout=READ_S, exclusive=True) as port:
                port.reset_input_buffer()  # what was scanned while nobody listened is nobody's scan
                self._tell(opened=device)
                while self._wants(device):
                    received = port.read(max(1, port.in_waiting))
                    for text in framing.feed(received, self._ticks()):
                        self._tell(text=text)
        except (SerialException, OSError, ValueError) as error:  # ValueError: a name that is none
            log.info("serial port %s: %s", device, error)
        finally:
            self._readers.pop(device, None)
            self._tell(closed=device)

    def _tell(self, *, text: str = "", opened: str = "", closed: str = "", **changes: object) -> None:
        with self._news:
            turn = self._heard.turn + 1
            still = tuple(device for device in self._heard.open if device != closed)
            is_open = tuple(dict.fromkeys((*still, opened))) if opened else still
            told = replace(self._heard, turn=turn, open=is_open, **changes)  # type: ignore[arg-type]
            if text:
                self._texts.append((self._ticks(), text))
            elif replace(told, turn=0) == replace(self._heard, turn=0):
                return  # a port that cannot be opened is tried again and again, and is no news
            self._heard = told
            self._news.notify_all()


def _remembered(memory: Path) -> str:
    try:
        return memory.read_text(encoding="utf-8").strip() or ALL_USB
    except (OSError, UnicodeDecodeError):
        return ALL_USB
