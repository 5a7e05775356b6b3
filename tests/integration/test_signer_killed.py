"""A signing service that is killed at every step of an issue: started anew and asked again, it makes one card."""

import os
import resource
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clearance.channel import wire
from clearance.channel.client import RemoteSigning
from clearance.channel.server import bound
from clearance.credential.gate import verdict_for
from clearance.credential.qrtext import pack
from clearance.credential.reasons import Reason
from clearance.domain.application import Application
from clearance.domain.staff import Scope
from clearance.issuing import entry
from clearance.issuing.component import SigningComponent
from clearance.issuing.ports import NotSigned, Trouble
from clearance.issuing.request import request_card
from clearance.issuing.signing_room import SigningRoom
from clearance.storage.database import SqlDatabase, SqlUnitOfWork
from tests.fakes.channels import unix_address
from tests.fakes.installation import Installation, installation, joined
from tests.fakes.office import CLERK, DEVICE, ISSUER, PERMIT, decide, draft, expect
from tests.fakes.outside import PORTRAIT, FakePrinter
from tests.fakes.records_keys import KEYS


def nothing(_room: SigningRoom) -> None:
    """A service that lives."""


def dies_at(part: str, *, after: bool = False, call: int = 1) -> Callable[[SigningRoom], None]:
    """Have a method of the room kill the process at its n-th call, before or after doing its work."""

    def arm(room: SigningRoom) -> None:
        owner_name, _, name = part.partition(".")
        owners = {"work": SqlUnitOfWork, "wire": wire}
        owner: Any = owners.get(owner_name) or type(getattr(room, owner_name))
        method, calls = getattr(owner, name), iter(range(1, 100))

        def dying(*arguments: Any, **named: Any) -> Any:
            mine = next(calls) == call
            if mine and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = method(*arguments, **named)
            if mine:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(owner, name, dying)

    return arm


PLAN, RECORD = 1, 2
"""The two commits of an issue."""
POINTS = {
    "before anything": dies_at("work.__enter__"),
    "before the plan is committed": dies_at("work.commit", call=PLAN),
    "after the plan is committed": dies_at("work.commit", call=PLAN, after=True),
    "before the signature": dies_at("card_signer.sign"),
    "after the signature": dies_at("card_signer.sign", after=True),
    "while drawing": dies_at("printer.render"),
    "before the seal": dies_at("printer.seal"),
    "after the seal": dies_at("printer.seal", after=True),
    "before the card is stored": dies_at("documents.put"),
    "after the card is stored": dies_at("documents.put", after=True),
    "before the record is committed": dies_at("work.commit", call=RECORD),
    "after the record is committed": dies_at("work.commit", call=RECORD, after=True),
    "before the answer": dies_at("wire.send"),
    "after the answer": dies_at("wire.send", after=True),
}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path, printer=FakePrinter()) as installed:
        remote = RemoteSigning(unix_address(tmp_path))
        yield replace(installed, service=replace(installed.service, signing=remote))


@contextmanager
def service_process(office: Installation, *, fate: Callable[[SigningRoom], None] = nothing) -> Iterator[int]:
    """The signing service over the same home in a process of its own."""
    ready, says = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _serve(office, fate, says)
        finally:
            os._exit(1)
    os.close(says)
    assert os.read(ready, 1) == b"+"
    os.close(ready)
    try:
        yield child
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _serve(office: Installation, fate: Callable[[SigningRoom], None], says: int) -> None:
    database = SqlDatabase(f"sqlite:///{office.home / 'clearance.db'}", keys=KEYS)
    room = joined(office.home, database=database, printer=FakePrinter()).room
    fate(room)
    with bound(unix_address(office.home), SigningComponent(room), users=frozenset({os.getuid()})) as listening:
        os.write(says, b"+")
        listening.serve()


def approved(office: Installation, index: int = 0) -> Application:
    wanted = draft(index, photo_sha256=office.service.documents.put(PORTRAIT))
    entered = expect(entry.enter(office.service, wanted, officer=CLERK, device=DEVICE))
    return decide(office.service, entered)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_and_started_anew_it_makes_one_card(office: Installation, point: str) -> None:
    reference = approved(office).reference
    first = None
    with service_process(office, fate=POINTS[point]):
        try:
            first = request_card(office.service, reference, officer=ISSUER, device=DEVICE)
        except NotSigned as stopped:
            assert stopped.trouble is Trouble.CUT_OFF  # noqa: PT017 - at the last points the request succeeds
    with office.service.database.read() as work:
        plan = work.intents.for_application(reference)
    with pytest.raises(NotSigned) as down:
        office.service.signing.state()
    assert down.value.trouble is Trouble.NO_ANSWER

    with service_process(office):
        again = expect(request_card(office.service, reference, officer=ISSUER, device=DEVICE))
    assert first in (None, again)
    assert plan is None or again.clearance_no == plan.clearance_no
    with office.service.database.read() as work:
        assert work.clearances.count(text="", scope=Scope()) == 1
        assert work.signing.lately(office.clock.at).in_an_hour == 1
        assert work.audit.verify().faults == ()
        permit = work.permits.get(PERMIT.number)
    assert permit is not None
    assert permit.used == 1
    at = int(office.clock.at.timestamp())
    assert verdict_for(pack(again.token), held=office.room.held(), at=at).reason is Reason.VALID


def full_disk(_room: SigningRoom) -> None:
    """No file of the process may grow beyond what the first page of a log takes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_on_a_full_disk_nothing_is_half_done_and_the_next_attempt_with_room_makes_the_card(
    office: Installation,
) -> None:
    reference = approved(office).reference
    with service_process(office, fate=full_disk):
        for _ in range(2):
            with pytest.raises(NotSigned) as stopped:
                request_card(office.service, reference, officer=ISSUER, device=DEVICE)
            assert stopped.value.trouble in {Trouble.DATABASE, Trouble.STORAGE}
    with office.service.database.read() as work:
        assert work.intents.for_application(reference) is None
        assert work.audit.verify().faults == ()
    with service_process(office):
        expect(request_card(office.service, reference, officer=ISSUER, device=DEVICE))


def test_of_twenty_equal_requests_to_a_service_killed_among_them_all_get_one_card(office: Installation) -> None:
    reference = approved(office).reference

    def ask(_: int) -> object:
        try:
            return request_card(office.service, reference, officer=ISSUER, device=DEVICE)
        except NotSigned as stopped:
            return stopped.trouble

    with service_process(office, fate=POINTS["after the record is committed"]), ThreadPoolExecutor(20) as pool:
        heard = set(pool.map(ask, range(20)))
    with service_process(office), ThreadPoolExecutor(20) as pool:
        [clearance] = set(pool.map(ask, range(20)))
    assert heard <= {clearance, Trouble.CUT_OFF, Trouble.NO_ANSWER}
    with office.service.database.read() as work:
        assert work.clearances.count(text="", scope=Scope()) == 1
