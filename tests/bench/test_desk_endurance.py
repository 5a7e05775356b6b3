"""What a long day costs a desk: scans written a second beside a bare flushed write, verdicts a second, memory."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.desk.bureau import CLAIMS, NOW, Bureau
from tests.unit.desk.test_journal import PASSED
from verifier.bootstrap import Desk, join
from verifier.config import DeskConfig
from verifier.desk import ScannedText, Source
from verifier.journal import ScanJournal

pytestmark = pytest.mark.bench

ROWS = 1_000
SCANS = 10_000
WARM = 2_000
PAGE = b"x" * 4_096


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("endurance")
    bureau = Bureau(folder / "keys")
    (folder / "desk").mkdir()
    bureau.public.rename(folder / "desk" / "trust")
    desk = join(DeskConfig(home=folder / "desk", issuer_url="http://127.0.0.1:9", desk="DAC-2"), clock=lambda: NOW)
    desk.card = bureau.card()  # type: ignore[attr-defined]
    return desk


def resident_bytes() -> int:
    """What this process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_a_scan_is_written_about_as_fast_as_a_page_is_flushed(tmp_path: Path) -> None:
    journal = ScanJournal(tmp_path / "journal.db", desk="DAC-2", version="1")
    ours = floor = 0.0
    with (tmp_path / "floor").open("wb", buffering=0) as file:
        for number in range(ROWS):
            record = replace(
                PASSED, verdict=replace(PASSED.verdict, claims=replace(CLAIMS, clearance_no=f"B-{number}"))
            )
            start = time.perf_counter()
            journal.append(record)
            written = time.perf_counter()
            file.write(PAGE)
            os.fdatasync(file.fileno())
            ours, floor = ours + written - start, floor + time.perf_counter() - written
    print(f"\nscans written: {ROWS / ours:,.0f} a second, {ours / floor:.2f} x a flushed page of 4 KiB", end="")
    assert ours / floor < 4


def test_ten_thousand_scans_leave_no_trace_in_memory(desk: Desk) -> None:
    card = ScannedText(candidates=(desk.card,), source=Source.CAMERA)  # type: ignore[attr-defined]
    start, warm = time.perf_counter(), 0
    for number in range(SCANS):
        desk.check(card, None)
        if number == WARM:
            warm = resident_bytes()
    grown = resident_bytes() - warm
    print(f"\nverdicts written and given: {SCANS / (time.perf_counter() - start):,.0f} a second", end="")
    print(f"\nmemory: {warm / 2**20:.0f} MiB after {WARM:,} scans, {grown / 2**20:+.1f} MiB after {SCANS:,}", end="")
    assert grown < 4 << 20
