"""Three desks and their office on networks that lose every sixth packet each way, are cut, and whose ends are killed.

Every scan that an officer was shown a verdict for reaches the office once, in order and without a gap; who was let pass
at two desks is listed.
"""

import random
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from clearance.domain.desk import Airport
from clearance.issuing import desks
from clearance.issuing.service import Service
from tests.faults.invariants import Told, violations
from tests.faults_servers import short_or_long
from tests.faults_servers.desk_at_work import SHARED
from tests.faults_servers.networks import Cable, require_networks, star
from tests.faults_servers.premises import small_office
from tests.stack.program import Program, running

FAULTS = short_or_long(12, 100)
EVENTS = short_or_long(600, 10_000)
"""Rows of all journals together: a scan and an act each."""
AIRPORTS = {"DAC-1": Airport.DHAKA, "CGP-1": Airport.CHATTOGRAM, "ZYL-1": Airport.SYLHET}
ROOT = Path(__file__).resolve().parents[2]
OFFICE_PORT = 8000
SENT_WITHIN_S = short_or_long(90, 600)


def test_every_scan_arrives_once_in_order_whatever_is_cut_or_killed(tmp_path: Path) -> None:
    require_networks()
    chance, scans = random.Random(8), EVENTS // len(AIRPORTS) // 2
    with small_office(tmp_path / "office") as service, star(list(AIRPORTS)) as cables, ExitStack() as stack:
        web = stack.enter_context(web_in_namespace(service, tmp_path / "office", cables["DAC-1"]))
        programs = {
            name: stack.enter_context(desk_in_namespace(service, tmp_path / name, name, cables[name], scans))
            for name in AIRPORTS
        }
        began = time.monotonic()
        for number in range(FAULTS):
            name = chance.choice(list(AIRPORTS))
            if number % 4 == 3:
                kill_and_start(web)
            elif number % 2 and programs[name].running:
                kill_and_start(programs[name])
            else:
                cables[name].cut()
                time.sleep(chance.uniform(0.1, 0.8))
                cables[name].mend()
            time.sleep(chance.uniform(0.0, 0.3))
        for name, program in programs.items():
            left = SENT_WITHIN_S - (time.monotonic() - began)
            assert program.process.wait(max(left, 1)) == 0, name
        took = time.monotonic() - began
        shown = {name: (tmp_path / name / "told").read_text().splitlines() for name in AIRPORTS}
        with service.database.read() as work:
            places = {place.desk_id: place for place in work.desk_journals.places()}
            twice = work.desk_journals.used_twice(limit=1_000)
        print(f"\n{FAULTS} cuts and kills, {2 * sum(map(len, shown.values()))} rows acknowledged, {took:.1f} s")
        assert [len(texts) for texts in shown.values()] == [scans] * len(AIRPORTS)
        assert {place.broken_at for place in places.values()} == {None}
        assert len(twice) == SHARED
        told = Told(scans={text for texts in shown.values() for text in texts})
        journals = [tmp_path / name / "journal.db" for name in AIRPORTS]
        assert violations(tmp_path / "office", told, journals=journals) == []


def kill_and_start(program: Program) -> None:
    program.kill()
    program.start(wait=False)


@contextmanager
def web_in_namespace(service: Service, home: Path, cable: Cable) -> Iterator[Program]:
    assert service.demo
    serve = (sys.executable, "-m", "clearance", "serve", "--home", home, "--host", "0.0.0.0", "--port", OFFICE_PORT)
    program = Program(
        cable.office.command(*serve),
        answers=lambda: "Serving" in program.said,
        environment={"PYTHONUNBUFFERED": "1"},
        log=home / "web.log",
    )
    with running(program):
        yield program


@contextmanager
def desk_in_namespace(service: Service, home: Path, name: str, cable: Cable, scans: int) -> Iterator[Program]:
    home.mkdir()
    token = desks.enrol(service, airport=AIRPORTS[name], counter=name.rpartition("-")[2]).token
    office = f"http://{cable.office_address}:{OFFICE_PORT}"
    work = (sys.executable, "-m", "tests.faults_servers.desk_at_work", home, name, office, token, scans, home / "told")
    program = Program(
        cable.desk.command(*work),
        answers=(home / "told").exists,
        environment={"PYTHONPATH": str(ROOT)},
        log=home / "log",
    )
    with running(program):
        yield program
