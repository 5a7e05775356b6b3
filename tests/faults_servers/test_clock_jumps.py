"""The clock of the signing service is a month behind, then two years ahead (libfaketime), and comes right.

While it is wrong nothing is signed, and no list or bundle is published that others could not follow; afterwards cards
are made and revocations published at once. A real installation's keys: a demo believes its clock.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clearance.domain.clearance import RevocationReason
from clearance.domain.decision import Refused
from clearance.issuing import entry
from clearance.issuing.ports import NotSigned
from clearance.issuing.request import request_card
from clearance.issuing.revoke import revoke
from clearance.issuing.service import Service
from tests.fakes.installation import snapshot
from tests.fakes.office import CLERK, DEVICE, ISSUER, decide, expect
from tests.faults.invariants import Told, violations
from tests.faults_servers.premises import PASSPHRASE, current_draft, small_office
from tests.stack.programs import signing_service

LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
JUMPS = ("-30d", "+2y")


@contextmanager
def signer_at(home: Path, clock: str) -> Iterator[None]:
    """The signing service of a real office, its clock so far from the right one."""
    wrong = {"LD_PRELOAD": str(LIBRARY), "FAKETIME": clock, "FAKETIME_DONT_FAKE_MONOTONIC": "1"} if clock else {}
    environment = {**wrong, "CLEARANCE_KEY_PASSPHRASE": PASSPHRASE}
    with signing_service(home, environment=environment, log=home / "signer.log"):
        yield


def case_of(service: Service, index: int) -> str:
    wanted = entry.with_portrait(service, current_draft(index), service.prepare_photo(snapshot()))
    return decide(service, expect(entry.enter(service, wanted, officer=CLERK, device=DEVICE))).reference


def published(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((home / "keys" / "public").rglob("*.c*"))}


def test_a_clock_that_jumps_signs_nothing_and_leaves_nothing_behind(tmp_path: Path) -> None:
    if not LIBRARY.exists():
        assert not os.environ.get("CI"), "faketime is needed here"
        pytest.skip("faketime is not installed")
    home, told = tmp_path / "office", Told()
    with small_office(home, demo=False) as service:
        first, second = case_of(service, 1), case_of(service, 2)
        with signer_at(home, ""):
            card = expect(request_card(service, first, officer=ISSUER, device=DEVICE))
            told.cards.add((first, card.clearance_no))
        before = published(home)
        for jump in JUMPS:
            with signer_at(home, jump):
                signed_nothing(service, second)
            assert published(home) == before, jump
        with signer_at(home, ""):
            again = expect(request_card(service, second, officer=ISSUER, device=DEVICE))
            told.cards.add((second, again.clearance_no))
            assert abs(again.issued_at.timestamp() - time.time()) < 300
            withdrawn = RevocationReason.VISA_CANCELLED
            expect(revoke(service, card.clearance_no, officer=ISSUER, device=DEVICE, reason=withdrawn, remark="-"))
            told.revoked.add(card.clearance_no)
            assert published(home) != before
            assert violations(home, told) == []


def signed_nothing(service: Service, reference: str) -> None:
    """Refused by a rule of that day, or by who would not sign; no card in any case."""
    try:
        answer = request_card(service, reference, officer=ISSUER, device=DEVICE)
    except NotSigned:
        return
    assert isinstance(answer, Refused), answer
