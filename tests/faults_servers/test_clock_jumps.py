"""The clock of the signing service is a month behind, then two years ahead, and comes right.

It is so when the service starts, and it jumps while the service is at work. While it is wrong nothing is signed, and no
list or bundle is published that others could not follow; afterwards cards are made and revocations published at once. A
real installation's keys: a demo believes its clock.

A program under libfaketime stands still as soon as it makes a card; `clock.c` changes what time it is and no more.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from clearance.domain.clearance import Clearance, RevocationReason
from clearance.domain.decision import Refused
from clearance.issuing import entry
from clearance.issuing.moving import NotYetPublished
from clearance.issuing.ports import NotSigned
from clearance.issuing.request import request_card
from clearance.issuing.revoke import revoke
from clearance.issuing.service import Service
from tests.fakes.installation import snapshot
from tests.fakes.office import CLERK, DEVICE, ISSUER, decide, expect
from tests.faults.invariants import Told, violations
from tests.faults_servers.premises import PASSPHRASE, current_draft, small_office
from tests.stack.program import Program
from tests.stack.programs import signing_service

RIGHT = timedelta(0)
JUMPS = (timedelta(days=-30), timedelta(days=730))


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The clock of whatever runs in this environment."""

    library: Path
    wrong_by: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self.library), "CLOCK_WRONG_BY": str(self.wrong_by)}

    def set(self, wrong_by: timedelta) -> None:
        """From now on; nobody reads half a number."""
        new = self.wrong_by.with_suffix(".new")
        new.write_text(str(int(wrong_by.total_seconds())))
        new.replace(self.wrong_by)


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    """A clock that is right as yet."""
    if not shutil.which("gcc"):
        assert not os.environ.get("CI"), "gcc is needed here"
        pytest.skip("gcc is not installed")
    made = Clock(library=tmp_path / "clock.so", wrong_by=tmp_path / "wrong-by")
    source = Path(__file__).with_name("clock.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", made.library, source], check=True)
    made.set(RIGHT)
    return made


@contextmanager
def signer_with(home: Path, clock: Clock) -> Iterator[Program]:
    environment = {**clock.environment, "CLEARANCE_KEY_PASSPHRASE": PASSPHRASE}
    with signing_service(home, environment=environment, log=home / "signer.log") as program:
        yield program


def case_of(service: Service, index: int) -> str:
    wanted = entry.with_portrait(service, current_draft(index), service.prepare_photo(snapshot()))
    return decide(service, expect(entry.enter(service, wanted, officer=CLERK, device=DEVICE))).reference


def published(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((home / "keys" / "public").rglob("*.c*"))}


@pytest.mark.parametrize("at_work", [False, True], ids=["when it starts", "while it is at work"])
def test_a_clock_that_jumps_signs_nothing_and_leaves_nothing_behind(
    tmp_path: Path, clock: Clock, at_work: bool
) -> None:
    home, told = tmp_path / "office", Told()
    with small_office(home, demo=False) as service:
        *earlier, last = (case_of(service, index) for index in range(len(JUMPS) + 1))
        with signer_with(home, clock) as signer:
            cards = [expect(request_card(service, each, officer=ISSUER, device=DEVICE)) for each in earlier]
            before = published(home)
            for wrong_by, card in zip(JUMPS, cards, strict=True):
                jump(signer, clock, wrong_by, at_work=at_work)
                with pytest.raises(NotYetPublished):
                    take_back(service, card)
                signed_nothing(service, last)
                assert published(home) == before, wrong_by
            jump(signer, clock, RIGHT, at_work=at_work)
            again = expect(request_card(service, last, officer=ISSUER, device=DEVICE))
            assert abs(again.issued_at.timestamp() - time.time()) < 300
            service.signing.publish_status()
            assert published(home) != before
            told.cards.update((each.application_reference, each.clearance_no) for each in (*cards, again))
            told.revoked.update(each.clearance_no for each in cards)
            assert violations(home, told) == []


def jump(signer: Program, clock: Clock, wrong_by: timedelta, *, at_work: bool) -> None:
    """Under the program as it works, or while it is away."""
    if not at_work:
        signer.stop()
    clock.set(wrong_by)
    if not at_work:
        signer.start()


def take_back(service: Service, card: Clearance) -> None:
    withdrawn = RevocationReason.VISA_CANCELLED
    revoke(service, card.clearance_no, officer=ISSUER, device=DEVICE, reason=withdrawn, remark="-")


def signed_nothing(service: Service, reference: str) -> None:
    """Refused by a rule of that day, or by who would not sign; no card in any case."""
    try:
        answer = request_card(service, reference, officer=ISSUER, device=DEVICE)
    except NotSigned:
        return
    assert isinstance(answer, Refused), answer
