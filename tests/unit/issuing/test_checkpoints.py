"""The signing component vouches for a record that goes on from what it vouched for, and for no other."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clearance.credential.checkpoint import Contradiction, read_checkpoint
from clearance.credential.held import hold
from clearance.domain.audit import AuditLink
from clearance.issuing.checkpoint import RecordRewritten, publish_checkpoint
from clearance.issuing.ports import KeysUnusable
from clearance.signing.errors import PublicationRefused
from clearance.signing.publication import published
from tests.fakes.database import FakeDatabase
from tests.fakes.installation import Installation, installation
from tests.fakes.office import OfficeAtWork, draft, open_office
from tests.fakes.outside import FakePrinter
from verifier.witness import Witness


@pytest.fixture
def office() -> OfficeAtWork:
    return open_office()


def rewrite(database: FakeDatabase, start: int) -> None:
    """Another officer's name in one entry, and everything behind it chained anew."""
    links = database.rows.links
    head = links[start - 1].head
    for number in range(start, max(links) + 1):
        entry = links[number].entry
        links[number] = AuditLink.after(head, replace(entry, officer_no="A-2") if number == start else entry)
        head = links[number].head


def test_each_checkpoint_says_how_far_the_record_has_come(office: OfficeAtWork) -> None:
    for index in range(3):
        office.approve(draft(index))
        office.clock.advance(seconds=240)
        publish_checkpoint(office.room)
        with office.service.database.read() as work:
            head = work.audit.head()
        assert office.publisher.checkpoint is not None
        assert (office.publisher.checkpoint.number, office.publisher.checkpoint.digest.hex()) == (
            head.number,
            head.digest,
        )


@pytest.mark.parametrize("behind_the_last", [False, True])
def test_nothing_is_signed_for_a_record_that_was_rewritten(office: OfficeAtWork, behind_the_last: bool) -> None:
    database = office.service.database
    assert isinstance(database, FakeDatabase)
    office.approve(draft(1))
    publish_checkpoint(office.room)
    before = office.publisher.checkpoint
    if behind_the_last:
        office.approve(draft(2))
    rewrite(database, 2)
    with pytest.raises(RecordRewritten, match="clearance audit verify"):
        publish_checkpoint(office.room)
    assert office.publisher.checkpoint == before


def test_nothing_is_signed_for_a_record_restored_from_a_backup(office: OfficeAtWork) -> None:
    database = office.service.database
    assert isinstance(database, FakeDatabase)
    office.approve(draft(1))
    backup = database.rows.copy()
    office.approve(draft(2))
    publish_checkpoint(office.room)
    database.rows = backup
    with pytest.raises(RecordRewritten):
        publish_checkpoint(office.room)


class TestOnDisk:
    @pytest.fixture
    def installed(self, tmp_path: Path) -> Iterator[Installation]:
        with installation(tmp_path, printer=FakePrinter()) as made:
            yield made

    def test_a_checkpoint_is_a_file_beside_the_trust_bundle_that_no_desk_stumbles_over(
        self, installed: Installation
    ) -> None:
        publish_checkpoint(installed.room)
        public = installed.keys.public
        held = published(public, root=installed.keys.root_certificate)
        token = (public / "checkpoint.cose").read_bytes()
        assert held.faults == ()
        assert read_checkpoint(token, signers=held.signers).issuer == installed.keys.issuer
        with_it = hold(
            root_pem=(public / "root.pem").read_bytes(),
            trust_token=(public / "trust.cose").read_bytes(),
            status_tokens=[token],
        )
        assert with_it.bundle is not None
        assert with_it.lists == {}

    def test_its_time_goes_up_even_where_the_clock_stands_still(self, installed: Installation) -> None:
        times = []
        for _ in range(3):
            publish_checkpoint(installed.room)
            held = published(installed.keys.public, root=installed.keys.root_certificate)
            token = (installed.keys.public / "checkpoint.cose").read_bytes()
            times.append(read_checkpoint(token, signers=held.signers).issued_at)
        assert times == [times[0], times[0] + 1, times[0] + 2]

    def test_a_clock_that_fell_far_behind_publishes_nothing(self, installed: Installation) -> None:
        publish_checkpoint(installed.room)
        installed.clock.advance(seconds=-600)
        with pytest.raises(PublicationRefused):
            publish_checkpoint(installed.room)

    def test_two_desks_shown_two_records_notice_as_soon_as_one_is_shown_the_other(
        self, installed: Installation, tmp_path: Path
    ) -> None:
        """A split view: the office signs one record for Dhaka and another, of the same length, for Chattogram."""
        held = published(installed.keys.public, root=installed.keys.root_certificate)
        dhaka, chattogram = (Witness(tmp_path / name / "checkpoints.db") for name in ("DAC-1", "CGP-1"))
        path = installed.keys.public / "checkpoint.cose"
        shown: dict[str, bytes] = {}
        for name, officer_no in (("dhaka", "A-1"), ("chattogram", "A-2")):
            office = open_office(FakeDatabase())
            office.approve(draft(1))
            database = office.service.database
            assert isinstance(database, FakeDatabase)
            if officer_no == "A-2":
                rewrite(database, 2)
            path.unlink(missing_ok=True)  # whoever signs lies about what was published before
            publish_checkpoint(replace(installed.room, database=database))
            shown[name] = path.read_bytes()
        assert dhaka.offer(shown["dhaka"], signers=held.signers)
        assert chattogram.offer(shown["chattogram"], signers=held.signers)
        assert (dhaka.conflicts(), chattogram.conflicts()) == ([], [])
        assert dhaka.offer(shown["chattogram"], signers=held.signers)
        (conflict,) = dhaka.conflicts()
        assert conflict.kind is Contradiction.FORKED
        assert set(conflict.tokens) == set(shown.values())


def test_the_refusal_is_one_that_callers_of_the_component_know() -> None:
    assert issubclass(RecordRewritten, KeysUnusable)
