"""What is remembered of returns from a backup: the same in memory, in SQLite and in PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status
from clearance.domain.audit import EMPTY
from clearance.domain.restoration import Restoration
from clearance.issuing.ports import Database
from tests.fakes.office import ISSUER, NOW, SECOND_ISSUER

URI = "https://s.bmet.gov.bd/26a"
FIRST = Restoration(
    epoch="k7m2", backup="20261122T060000Z-abcd", made_at=NOW, head=EMPTY, begun_by=ISSUER.number, begun_at=NOW
)


def test_a_return_stands_until_it_is_finished_and_its_epoch_stays(database: Database) -> None:
    with database.write() as work:
        assert work.restorations.standing() is None
        assert work.restorations.epoch() == ""
        work.restorations.begin(FIRST)
        work.commit()
    with database.write() as work:
        assert work.restorations.standing() == FIRST
        work.restorations.finish(FIRST.finished(SECOND_ISSUER.number, NOW + timedelta(hours=1), despite="None found"))
        work.commit()
    with database.write() as work:
        assert work.restorations.standing() is None
        assert work.restorations.epoch() == "k7m2"
        work.restorations.begin(replace(FIRST, epoch="zzzz"))
        work.commit()
    with database.read() as work:
        assert work.restorations.epoch() == "zzzz"
        standing = work.restorations.standing()
        assert standing is not None
        assert standing.finished_at is None


def test_marks_of_a_list_are_kept_for_it_alone_and_can_be_said_again(database: Database) -> None:
    with database.write() as work:
        work.restorations.keep_marks(URI, {})
        work.restorations.keep_marks(URI, {5: Status.SUSPENDED, 7: Status.INVALID})
        work.restorations.keep_marks(URI, {5: Status.INVALID})
        work.commit()
    with database.read() as work:
        assert work.restorations.marks(URI) == {5: Status.INVALID, 7: Status.INVALID}
        assert work.restorations.marks(URI + "-k7m2") == {}


def test_no_card_has_an_index_that_none_was_given(database: Database) -> None:
    with database.read() as work:
        assert work.restorations.card_at(StatusRef(uri=URI, idx=5)) is None
