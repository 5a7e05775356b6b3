"""Serial scanners through a real pseudo-terminal: where a scan ends, what is noise, and what comes and goes."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.desk.pictures import BASE45, card_like_text
from tests.unit.desk.zones import zone
from verifier.scan.serial import ALL_USB, IDLE_S, NONE, SECOND_LINE_S, Framing, Heard, Port, SerialScanners

CARD = card_like_text()
SOON_S = 10.0


# ---- where one scan ends


def framed(*pieces: tuple[bytes, float]) -> list[str]:
    framing = Framing()
    scans = [scan for received, at in pieces for scan in framing.feed(received, at)]
    return scans + framing.feed(b"", pieces[-1][1] + 10)


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\n\r", b""])
def test_a_scan_ends_at_a_line_end_or_in_silence(end: bytes) -> None:
    assert framed((CARD.encode() + end, 1.0)) == [CARD]


def test_two_scans_glued_together_are_two() -> None:
    assert framed((b"NCF1\r\nNCF2\r\nNC", 1.0), (b"F3\r", 1.01)) == ["NCF1", "NCF2", "NCF3"]


def test_a_torn_scan_is_one_and_a_pause_makes_two() -> None:
    assert framed((b"NC", 1.0), (b"F1", 1.0 + IDLE_S * 0.9)) == ["NCF1"]
    assert framed((b"NCF1", 1.0), (b"NCF2", 1.0 + IDLE_S * 1.1)) == ["NCF1", "NCF2"]


@pytest.mark.parametrize("noise", [b"\x00", b"\xff\xfe", b"\x02", b"\x03", "বাংলা".encode(), b"\x1b\x07\x80"])
def test_noise_that_is_no_ascii_is_dropped(noise: bytes) -> None:
    assert framed((noise + b"NC" + noise + b"F1" + noise + b"\r" + noise, 1.0)) == ["NCF1"]


def test_the_two_lines_of_a_passport_are_one_scan() -> None:
    first, second = (line.encode() for line in zone("A01234567"))
    together = [(first + second).decode()]
    assert framed((first + b"\r\n" + second + b"\r\n", 1.0)) == together
    assert framed((first + b"\r", 1.0), (second + b"\r", 1.0 + SECOND_LINE_S * 0.9)) == together
    assert framed((first + b"\r", 1.0), (second + b"\r", 1.0 + SECOND_LINE_S * 1.1)) == [
        first.decode(),
        second.decode(),
    ]


def test_a_port_that_never_ends_fills_no_memory() -> None:
    framing = Framing()
    for number in range(1_000):
        framing.feed(b"x" * 5_000, number * 0.01)
    (scan,) = framing.feed(b"\r", 10.0)
    assert len(scan) < 5_000


@given(texts=st.lists(st.text(alphabet=BASE45, min_size=1, max_size=80), max_size=5), cut=st.integers(1, 40))
def test_however_the_bytes_are_cut_the_scans_are_the_same(texts: list[str], cut: int) -> None:
    sent = "".join(f"{text}\r\n" for text in texts).encode()
    pieces = [(sent[place : place + cut], 1 + place / 100_000) for place in range(0, len(sent), cut)]
    assert framed(*pieces, (b"", 2.0)) == texts


# ---- ports that come and go


class Bench:
    """A table with one scanner that can be plugged in and out."""

    def __init__(self, memory: Path) -> None:
        self.ports: list[Port] = []
        self.scanners = SerialScanners(memory, ports=lambda: self.ports)
        self.turn = -1
        self.master, self.slave = -1, -1
        Thread(target=self.scanners.run, daemon=True).start()

    def plug(self, *, usb: bool = True, listed: bool = True) -> str:
        self.master, self.slave = os.openpty()
        device = os.ttyname(self.slave)
        if listed:
            self.ports.append(Port(device=device, name="Test scanner", usb=usb))
        return device

    def unplug(self) -> None:
        self.ports.clear()
        for end in (self.slave, self.master):
            with suppress(OSError):
                os.close(end)
        self.master = self.slave = -1

    def send(self, text: str) -> None:
        os.write(self.master, text.encode())

    def until(self, seen: Callable[[Heard], bool]) -> Heard:
        deadline = time.monotonic() + SOON_S
        while time.monotonic() < deadline:
            heard = self.scanners.hear(self.turn, wait_s=0.2)
            self.turn = heard.turn
            if seen(heard):
                return heard
        raise AssertionError("never heard")

    def opened(self, device: str) -> None:
        self.until(lambda heard: device in heard.open)

    def hears(self, text: str) -> bool:
        return bool(self.until(lambda heard: text in heard.texts))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "home" / "serial-port")
    yield bench
    bench.scanners.stop()
    bench.unplug()


def test_a_scanner_plugged_in_while_the_desk_runs_is_heard_without_a_click(bench: Bench) -> None:
    device = bench.plug()
    bench.opened(device)
    bench.send(CARD + "\r\n")
    assert bench.hears(CARD)


def test_a_scanner_that_goes_is_missed_and_heard_again_when_it_is_back(bench: Bench) -> None:
    device = bench.plug()
    bench.opened(device)
    bench.unplug()
    bench.until(lambda heard: heard.open == ())
    again = bench.plug()
    bench.opened(again)
    bench.send("NCF-AGAIN\r")
    assert bench.hears("NCF-AGAIN")


def test_what_was_sent_before_the_port_was_open_is_nobody_s_scan(bench: Bench) -> None:
    device = bench.plug(listed=False)
    bench.send("NCF-OLD\r")
    bench.ports.append(Port(device=device, name="Test scanner", usb=True))
    bench.opened(device)
    bench.send("NCF-NEW\r")
    assert "NCF-OLD" not in bench.until(lambda heard: "NCF-NEW" in heard.texts).texts


def test_a_port_that_is_no_usb_is_heard_only_when_chosen_and_the_choice_is_remembered(
    bench: Bench, tmp_path: Path
) -> None:
    device = bench.plug(usb=False)
    bench.until(lambda heard: len(heard.ports) == 1)
    assert bench.scanners.hear(-1, wait_s=0).open == ()
    bench.scanners.choose(device)
    bench.opened(device)
    bench.send("NCF-CHOSEN\r")
    assert bench.hears("NCF-CHOSEN")
    remembered = SerialScanners(tmp_path / "home" / "serial-port", ports=list)
    assert remembered.hear(-1, wait_s=0).chosen == device


def test_a_port_that_the_system_does_not_list_can_be_chosen_by_name(bench: Bench) -> None:
    device = bench.plug(listed=False)
    bench.scanners.choose(device)
    bench.opened(device)


@pytest.mark.parametrize("chosen", [NONE, "/dev/no-such-port", "/etc/hostname", "nonsense"])
def test_a_port_no_longer_chosen_is_let_go(bench: Bench, chosen: str) -> None:
    device = bench.plug()
    bench.opened(device)
    bench.scanners.choose(chosen)
    bench.until(lambda heard: heard.open == () and heard.chosen == chosen)
    bench.scanners.choose(ALL_USB)
    bench.opened(device)


def test_a_text_is_handed_out_once_and_only_to_the_page_that_asked_last(bench: Bench) -> None:
    device = bench.plug()
    bench.opened(device)
    first: list[Heard] = []
    waiting = Thread(target=lambda: first.append(bench.scanners.hear(bench.turn, wait_s=SOON_S)))
    waiting.start()
    time.sleep(0.1)
    bench.scanners.hear(bench.turn, wait_s=0)
    waiting.join()
    assert first[0].elsewhere
    bench.send("NCF-ONCE\r")
    assert bench.hears("NCF-ONCE")
    assert bench.scanners.hear(-1, wait_s=0).texts == ()


def test_a_scan_that_no_page_asked_for_in_time_is_forgotten(tmp_path: Path) -> None:
    clock = [100.0]
    scanners = SerialScanners(tmp_path / "serial-port", ports=list, ticks=lambda: clock[0])
    scanners._tell(text="NCF-LATE")
    clock[0] += 60
    assert scanners.hear(-1, wait_s=0).texts == ()


def test_a_memory_that_cannot_be_written_or_read_costs_only_the_memory(tmp_path: Path) -> None:
    (tmp_path / "serial-port").mkdir()
    scanners = SerialScanners(tmp_path / "serial-port", ports=list)
    scanners.choose(NONE)
    assert scanners.hear(-1, wait_s=0).chosen == NONE
