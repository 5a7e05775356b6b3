"""Strangers' files are read in a process of their own, which a file may break, fill and occupy, and nothing else."""

import subprocess
import sys
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from threading import BoundedSemaphore

import pytest

from clearance.reading.apart import ApartReader
from clearance.reading.findings import FileFault, Flaw, Paper, ReaderBusy, Seal, SealState
from tests.unit.desk.pictures import pdf, png, qr_image

TEXT = "https://example.org/"
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX system")


@pytest.fixture
def reader() -> ApartReader:
    return ApartReader(turns=BoundedSemaphore(1), patience_s=0.05)


def test_pictures_and_pdfs_are_read_as_in_place(reader: ApartReader) -> None:
    assert reader(png(qr_image(TEXT)), root_pem=b"") == Paper(texts=(TEXT,))
    assert reader(pdf(qr_image(TEXT)), root_pem=b"junk") == Paper(texts=(TEXT,), seal=Seal(state=SealState.NONE))


def huge_png() -> bytes:
    """A picture of 20,000 x 20,000 pixels in a few hundred bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    head = (20_000).to_bytes(4, "big") * 2 + bytes((8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1_000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", FileFault.NOT_AN_IMAGE),
        (b"%PDF-1.7\n" + b"\xff" * 10_000, FileFault.NOT_AN_IMAGE),
        (huge_png(), FileFault.TOO_MANY_PIXELS),
        (b"x" * 10_000_001, FileFault.TOO_LARGE),
    ],
    ids=["nothing", "broken", "huge", "large"],
)
def test_what_cannot_be_read_is_named(reader: ApartReader, content: bytes, fault: FileFault) -> None:
    assert reader(content, root_pem=b"").fault is fault


def test_a_reader_that_takes_too_long_is_ended_and_its_file_cannot_be_opened(reader: ApartReader) -> None:
    told: list[str] = []
    impatient = replace(reader, wall_s=0.01, report=told.append)
    assert impatient(png(qr_image(TEXT)), root_pem=b"") == Paper(fault=FileFault.NOT_AN_IMAGE)
    assert told == ["a file broke its reader"]


def test_who_finds_all_readers_busy_is_told_so_and_the_turn_is_given_back(reader: ApartReader) -> None:
    assert reader.turns.acquire()
    with pytest.raises(ReaderBusy):
        reader(b"", root_pem=b"")
    reader.turns.release()
    assert reader(b"", root_pem=b"").fault is FileFault.NOT_AN_IMAGE


SHUT = "from clearance.reading import apart; apart.shut_doors()\n"


@posix
@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/hostname')",
        "open('/tmp/clearance-left-behind', 'w')",
        "import socket; socket.socket()",
        "b'x' * (2 << 30)",
    ],
    ids=["read a file", "write a file", "open a socket", "fill the memory"],
)
def test_once_the_doors_are_shut_a_broken_decoder_can_do_nothing(attempt: str) -> None:
    program = f"import socket\n{SHUT}try:\n    {attempt}\nexcept (OSError, MemoryError):\n    print('refused')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "refused\n", done.stderr


@posix
def test_a_decoder_that_never_ends_is_ended_by_the_system() -> None:
    program = f"from clearance.reading import apart\napart.CPU_S = 1\n{SHUT}while True: pass"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False)
    assert done.returncode < 0


@pytest.mark.parametrize(
    "answer",
    [b"", b"[]", b"{}", b"\xff", b'{"texts": [1], "fault": null, "seal": null, "same_credential": null}', b"1" * 5_000],
)
def test_an_answer_that_makes_no_sense_is_no_answer(
    reader: ApartReader, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ApartReader, "_answer", lambda _self, _question: answer)
    assert reader(b"", root_pem=b"") == Paper(fault=FileFault.NOT_AN_IMAGE)


def test_findings_survive_the_way_between_the_processes() -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    seal = Seal(state=SealState.FOREIGN, signer="X", signed_at=at, reason=Flaw.OUT_OF_TIME)
    for paper in (Paper(), Paper(fault=FileFault.LOCKED), Paper(texts=("a", "b"), seal=seal, same_credential=False)):
        assert Paper.from_members(paper.to_members()) == paper
