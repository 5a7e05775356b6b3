"""What an office bears in a day: desks that bring their journals, cards made by one and two workers, cards handed out.

Each beside its floor in the same run: the bare insert of the driver, the bare signature, the bare file of the same
server. SYNC_SCANS (rows of each desk, 1,000; the long run 10,000), ISSUED_CARDS (60) and DOWNLOADS (300) say how much.
"""

import http.client
import multiprocessing
import os
import re
import secrets
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from clearance.credential.journal import FIRST, row_hash
from clearance.demo.portraits import portrait
from clearance.domain.desk import Airport, Desk
from clearance.domain.desk_journal import JournalRow, RowKind, Taken
from clearance.domain.person import Sex
from clearance.domain.tokens import token_sha256
from clearance.issuing.desk_journals import take_rows
from clearance.issuing.ports import Scanned
from clearance.storage.database import SqlDatabase
from tests.bench import nation, population
from tests.bench.test_lookup_growth import SERVER
from tests.fakes.installation import installation, joined, made_keys
from tests.fakes.office import NOW, PERMIT, OfficeAtWork, draft, furnish
from tests.fakes.records_keys import KEYS
from tests.stack.postgresql import cluster
from tests.stack.program import Program, free_port, listens, running

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3_600)]

DESKS, PART = 12, 500
SCANS = int(os.environ.get("SYNC_SCANS", "1000"))
CARDS = int(os.environ.get("ISSUED_CARDS", "60"))
DOWNLOADS = int(os.environ.get("DOWNLOADS", "300"))


# ---- twelve desks come back from days without a network


def test_twelve_desks_bring_their_journals(tmp_path: Path) -> None:
    shutil.copytree(made_keys(), tmp_path / "keys")
    with cluster() as server, closing(SqlDatabase(server.url, keys=KEYS)) as database:
        database.migrate()
        furnish(database)
        service = joined(tmp_path, database=database).service
        desks = [_desk(number) for number in range(DESKS)]
        with database.write() as work:
            for desk in desks:
                work.desks.add(desk)
            work.commit()
        journals = {desk.id: _journal(SCANS) for desk in desks}
        began = time.monotonic()
        for first in range(0, SCANS, PART):
            for desk in desks:
                rows = journals[desk.id][first : first + PART]
                outcome = take_rows(service, desk, journal=journals[desk.id][0].hash, rows=rows)
                assert isinstance(outcome, Taken)
        ours = time.monotonic() - began
        floor = _bare_inserts(server.conninfo)
    count = DESKS * SCANS
    print(
        f"\n{count:,} rows of {DESKS} desks: {ours:.1f} s, {count / ours:,.0f} a second; bare inserts {floor:.1f} s, "
        f"{count / floor:,.0f} a second: x {ours / floor:.1f}"
    )
    assert count / ours >= 500, "a week of three airports is 42,000 rows"


def _desk(number: int) -> Desk:
    return Desk(
        id=f"DSK-{number:08d}",
        name=f"DAC-{number}",
        airport=Airport.DHAKA,
        counter=str(number),
        token_sha256=token_sha256(str(number)),
        enrolled_by="operator",
        enrolled_at=NOW,
    )


def _journal(count: int) -> Sequence[JournalRow]:
    rows, previous = [], FIRST
    for seq in range(1, count + 1):
        columns = {"seq": seq, "nonce": secrets.token_hex(16), "at": int(NOW.timestamp()) + seq, "previous": previous}
        columns |= {"verdict": "VALID", "clearance_no": f"BMET-2026-{seq:011d}", "officer": "a.khan"}
        previous = row_hash(columns)
        rows.append(JournalRow(kind=RowKind.SCAN, columns={**columns, "hash": previous}))
    return rows


def _bare_inserts(conninfo: str) -> float:
    """Seconds for as many rows of the same width, in parts as large, each part durable."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CREATE TABLE bare (nonce text PRIMARY KEY, seq int, row text)")
        began = time.monotonic()
        for _ in range(DESKS * SCANS // PART):
            part = [(secrets.token_hex(16), seq, "x" * 300) for seq in range(PART)]
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany("INSERT INTO bare VALUES (%s, %s, %s)", part)
        return time.monotonic() - began


# ---- one worker and two make cards


def test_cards_are_made_as_fast_as_there_are_processors() -> None:
    """Each worker has a folder of its own: what is shown is the making, not the waiting for one database."""
    spun = {count: _together(count, _spin) for count in (1, 2)}
    signed = {count: _together(count, _sign) for count in (1, 2)}
    made = {count: _together(count, _issue) for count in (1, 2)}
    speed_up = {name: each[2] / each[1] for name, each in (("spin", spun), ("sign", signed), ("issue", made))}
    print(f"\ncards a second, printed and sealed: one worker {made[1]:.1f}, two {made[2]:.1f}")
    print(f"bare ES256 signatures a second: one {signed[1]:,.0f}, two {signed[2]:,.0f}")
    print("two for one: " + ", ".join(f"{name} x {times:.2f}" for name, times in speed_up.items()))
    print(f"a card costs {signed[1] / made[1]:.0f} signatures")
    assert speed_up["issue"] >= 0.75 * speed_up["spin"]


FACE = portrait(Random(1), Sex.MALE)
_NONE: Any = None
"""What only the fakes of an office have."""


def _together(count: int, work: Callable[[int], float]) -> float:
    """How much so many processes do in a second, each measuring itself while the others work."""
    with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as pool:
        return sum(pool.map(work, range(count)))


def _spin(_number: int) -> float:
    began, turns = time.monotonic(), 0
    while time.monotonic() - began < 3:
        sum(range(10_000))
        turns += 1
    return turns / 3


def _sign(_number: int) -> float:
    key, turns = ec.generate_private_key(ec.SECP256R1()), 3_000
    began = time.monotonic()
    for _ in range(turns):
        key.sign(b"x" * 300, ec.ECDSA(hashes.SHA256()))
    return turns / (time.monotonic() - began)


def _issue(_number: int) -> float:
    permit = replace(PERMIT, places=CARDS + 5)
    with TemporaryDirectory(prefix="cards-") as folder, installation(Path(folder), permits=(permit,)) as opened:
        real = opened.service.prepare_photo
        office = OfficeAtWork(
            room=opened.room,
            service=replace(opened.service, prepare_photo=lambda _photo: real(Scanned(FACE))),
            clock=opened.clock,
            documents=_NONE,
            printer=_NONE,
            publisher=_NONE,
        )
        office.issue(draft(1))  # fonts and templates
        began = time.monotonic()
        for index in range(2, 2 + CARDS):
            office.issue(draft(index))
        return CARDS / (time.monotonic() - began)


# ---- cards are handed out


def test_a_download_costs_a_few_bare_files(tmp_path: Path) -> None:
    with nation.filled(10_000) as (server, home):
        port = free_port()
        program = Program(
            [sys.executable, "-c", SERVER, server.url, home, port],
            answers=listens(port),
            environment={"PYTHONPATH": str(nation.ROOT)},
            log=tmp_path / "log",
        )
        with running(program), closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as line:
            place = _place_of_a_card(line)
            static = "/static/fonts/noto-sans-bengali-bengali-700-normal.woff2"
            costs: dict[str, list[float]] = {"static": [], "card": []}
            for _ in range(9):
                for name, path in (("static", static), ("card", place)):
                    before = nation.processor_s(program.pid)
                    for number in range(DOWNLOADS // 9):
                        assert _get(line, path, number) == 200
                    costs[name].append(1000 * (nation.processor_s(program.pid) - before) / (DOWNLOADS // 9))
    card, floor = (statistics.median(costs[name]) for name in ("card", "static"))
    print(
        f"\na card of 100 kB: {card:.2f} ms of a processor; a bare file of 48 kB: {floor:.2f} ms: x {card / floor:.1f}"
    )
    assert card <= 8 * floor


def _place_of_a_card(line: http.client.HTTPConnection) -> str:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    line.request(
        "POST", "/card?lang=en", urlencode({"passport_no": population.passport(7), **population.BORN}), headers
    )
    found = re.search(rb'name="ticket" value="([^"]+)"', line.getresponse().read())
    assert found
    line.request("POST", "/card/download?lang=en", urlencode({"ticket": found[1].decode()}), headers)
    answer = line.getresponse()
    answer.read()
    return str(answer.headers["Location"])


def _get(line: http.client.HTTPConnection, path: str, number: int) -> int:
    line.request("GET", path, headers={"X-Forwarded-For": f"10.9.{number // 250}.{number % 250}"})
    answer = line.getresponse()
    answer.read()
    return answer.status
