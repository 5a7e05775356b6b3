"""The card key is replaced while a batch of cards is being issued, and desks that fetched the new key beforehand check.

Each card is signed by exactly one of the two keys, none by the old one after the switch, no desk refuses any, and the
batch comes to its end by itself.
"""

import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from shutil import copytree

from clearance.credential.reasons import Reason
from clearance.domain.batch import BatchStep
from clearance.domain.staff import Scope
from clearance.issuing import batches, batches_runs
from clearance.issuing.lookup import SecondFactor
from clearance.issuing.sheet import OWN_NAMES
from clearance.signing.authority import Role
from clearance.storage.queue import WorkQueue
from clearance.web.app import create_app
from clearance.web.options import WebOptions
from clearance.worker import working
from tests.fakes.batch_files import csv_of, line, photos_of, work_off
from tests.fakes.installation import joined
from tests.fakes.office import APPROVER, CHECKER, CLERK, DEVICE, ISSUER, NOW, PERMIT, expect, furnish
from tests.fakes.outside import PORTRAIT, FakePrinter, prepare_photo
from tests.fakes.sqlite import sqlite_database
from tests.faults_servers import short_or_long
from tests.integration.test_rotation import Ceremony, Country, ready, serving

ROWS = short_or_long(24, 1_000)
WITHIN_S = short_or_long(120, 1_200)


def test_a_key_is_replaced_in_the_middle_of_a_batch_without_one_false_refusal(tmp_path: Path) -> None:
    copytree(ready(), tmp_path, dirs_exist_ok=True)
    with sqlite_database(tmp_path) as database:
        furnish(database, permits=(replace(PERMIT, places=ROWS),))
        installed = joined(tmp_path, database=database, printer=FakePrinter())
        installed = replace(installed, service=replace(installed.service, prepare_photo=prepare_photo))
        installed.clock.at = NOW
        options = WebOptions(
            secret_key=b"k" * 32, second_factor=SecondFactor.BIRTH_DATE, trust_directory=installed.keys.public
        )
        with serving(create_app(installed.service, options)) as url:
            country = Country(installed=installed, ceremony=Ceremony(home=tmp_path), url=url)
            country.pass_time(minutes=1)
            for counter in ("1", "2", "3"):
                country.enrol(counter)
            number = approved_batch(country)
            name = country.ceremony.add(Role.CARD)
            country.ceremony.publish()
            for desk in country.desks:
                desk.synchronise()
            country.pass_time(minutes=1)
            rotated_at = issue_and_rotate(country, number, name, tmp_path)
            with database.read() as work:
                cards = list(work.clearances.find(text="", limit=ROWS + 1, offset=0, scope=Scope()))
            by_key = {kid: [card for card in cards if card.kid == kid] for kid in {card.kid for card in cards}}
            print(f"\n{len(cards)} cards, {sorted(map(len, by_key.values()))} by each key; switched at {rotated_at}")
            assert len({card.passport_no for card in cards}) == len(cards) == ROWS
            assert len(by_key) == 2, "the switch came before or after the batch: nothing was tried"
            assert country.reasons(cards) == {Reason.VALID}
            with database.read() as work:
                assert not work.audit.verify().faults


def approved_batch(country: Country) -> str:
    service = country.installed.service
    batch = expect(
        batches.upload(
            service,
            officer=CLERK,
            device=DEVICE,
            file_name="sheet.csv",
            content=csv_of(line(index) for index in range(ROWS)),
            names=OWN_NAMES,
            archives=[photos_of(range(ROWS), PORTRAIT)],
        )
    )
    work_off(service)
    for step, officer in ((BatchStep.SUBMIT, CLERK), (BatchStep.CHECK, CHECKER), (BatchStep.APPROVE, APPROVER)):
        assert batches_runs.order(service, batch.number, step, officer=officer, device=DEVICE, rows=None)
        work_off(service)
    return batch.number


def issue_and_rotate(country: Country, number: str, name: str, home: Path) -> int:
    """Issue the batch with a worker that never stops; how many cards there were when the signing service was started
    anew on the new key."""
    service = country.installed.service
    assert batches_runs.order(service, number, BatchStep.ISSUE, officer=ISSUER, device=DEVICE, rows=None)
    switch = Switch(country)
    with (
        closing(WorkQueue("", file=home / "queue.db")) as queue,
        working(replace(service, signing=switch), queue, threads=2, chores=[]),
    ):
        ends = time.monotonic() + WITHIN_S
        while issued(country) < ROWS // 4:
            assert time.monotonic() < ends
            time.sleep(0.02)
        country.rotate(name)
        switch.restart()
        at = issued(country)
        while not batches_runs.batch_view(service, number, officer=CLERK).runs[0].tally.run.finished_at:
            assert time.monotonic() < ends, batches_runs.batch_view(service, number, officer=CLERK).runs[0].tally
            time.sleep(0.05)
    return at


class Switch:
    """The line to the signing service, behind which it is started anew. Requests at work are answered first."""

    def __init__(self, country: Country) -> None:
        self._country, self._guard = country, threading.Lock()

    def restart(self) -> None:
        with self._guard:
            self._country.restart_the_signer()

    def __getattr__(self, name: str) -> object:
        with self._guard:
            return getattr(self._country.installed.service.signing, name)


def issued(country: Country) -> int:
    with country.installed.service.database.read() as work:
        return work.clearances.count(text="", scope=Scope())
