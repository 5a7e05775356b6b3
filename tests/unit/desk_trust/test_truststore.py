"""The desk's trust store: only better files take the place of good ones, and nothing seen is forgotten."""

import os
import threading
from pathlib import Path

import pytest

from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from tests.unit.desk_trust.conftest import AT, Issuer, reason_of
from tests.vectors.desk import IDX, URI, country
from verifier.truststore import TrustStore

SOON, LATER, LATEST = AT + 60, AT + 3600, AT + 7200


def tree(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


@pytest.fixture
def store(desk: Path) -> TrustStore:
    return TrustStore(desk / "trust", desk / "state")


def test_a_fresh_desk_passes_a_good_card(issuer: Issuer, store: TrustStore) -> None:
    assert reason_of(issuer.card(), store.load(), SOON) is Reason.VALID
    assert store.status_uris() == (URI,)


def test_newer_files_are_taken_and_used(issuer: Issuer, desk: Path, store: TrustStore) -> None:
    assert store.offer_trust(issuer.trust(at=LATER))
    assert store.offer_status("26a", issuer.status({IDX: Status.SUSPENDED}, at=LATER))
    held = store.load()
    assert held.bundle is not None
    assert held.bundle.sequence == 2
    assert reason_of(issuer.card(), held, LATER) is Reason.SUSPENDED
    assert (desk / "trust" / "trust.cose").read_bytes() == issuer.current_trust()


def test_the_same_bytes_again_are_held_already_and_nothing_is_written(issuer: Issuer, desk: Path) -> None:
    store = TrustStore(desk / "trust", desk / "state")
    store.load()
    paths = [path for path in desk.rglob("*") if path.is_file()]
    before = [path.stat().st_ino for path in paths]
    assert store.offer_trust(issuer.current_trust())
    assert store.offer_status("26a", issuer.current_status())
    assert [path.stat().st_ino for path in paths] == before


def test_a_lifted_suspension_is_lifted_at_the_desk(issuer: Issuer, store: TrustStore) -> None:
    store.offer_status("26a", issuer.status({IDX: Status.SUSPENDED}, at=LATER))
    store.offer_status("26a", issuer.status({}, at=LATEST))
    assert reason_of(issuer.card(), store.load(), LATEST) is Reason.VALID


@pytest.mark.parametrize("garbage", [b"", b"garbage", b"\xd2\x84"])
def test_garbage_takes_no_place(issuer: Issuer, desk: Path, store: TrustStore, garbage: bytes) -> None:
    before = tree(desk / "trust")
    assert not store.offer_trust(garbage)
    assert not store.offer_status("26a", garbage)
    assert not store.offer_trust(issuer.current_status())
    assert not store.offer_status("26a", issuer.current_trust())
    assert tree(desk / "trust") == before


def test_every_flipped_byte_is_noticed(issuer: Issuer, desk: Path, store: TrustStore) -> None:
    trust, status = issuer.trust(at=LATER), issuer.status({}, at=LATER)
    before = tree(desk / "trust")
    for at in range(0, len(trust), 11):
        assert not store.offer_trust(trust[:at] + bytes([trust[at] ^ 0x10]) + trust[at + 1 :])
    for at in range(0, len(status), 11):
        assert not store.offer_status("26a", status[:at] + bytes([status[at] ^ 0x10]) + status[at + 1 :])
    assert tree(desk / "trust") == before


def test_files_of_another_issuer_take_no_place(desk: Path, store: TrustStore) -> None:
    stranger = Issuer(country=country("other root"))
    before = tree(desk / "trust")
    assert not store.offer_trust(stranger.trust(at=LATER))
    assert not store.offer_status("26a", stranger.status({}, at=LATER))
    assert tree(desk / "trust") == before


def test_an_older_bundle_is_refused_and_also_when_laid_on_the_disk(issuer: Issuer, desk: Path) -> None:
    old, new = issuer.current_trust(), issuer.trust(at=LATER)
    store = TrustStore(desk / "trust", desk / "state")
    assert store.offer_trust(new)
    assert not store.offer_trust(old)
    assert (desk / "trust" / "trust.cose").read_bytes() == new
    (desk / "trust" / "trust.cose").write_bytes(old)
    held = TrustStore(desk / "trust", desk / "state").load()
    assert reason_of(issuer.card(), held, LATER) is Reason.TRUST_UNUSABLE
    assert store.offer_trust(new)
    assert reason_of(issuer.card(), store.load(), LATER) is Reason.VALID


def test_an_older_list_is_refused_and_stale_when_laid_on_the_disk(issuer: Issuer, desk: Path) -> None:
    old, new = issuer.current_status(), issuer.status({1: Status.INVALID}, at=LATER)
    store = TrustStore(desk / "trust", desk / "state")
    assert store.offer_status("26a", new)
    assert not store.offer_status("26a", old)
    (desk / "trust" / "status" / "26a.cwt").write_bytes(old)
    held = TrustStore(desk / "trust", desk / "state").load()
    assert reason_of(issuer.card(), held, LATER) is Reason.STATUS_STALE


def test_another_list_of_the_same_second_is_refused(issuer: Issuer, desk: Path, store: TrustStore) -> None:
    assert store.offer_status("26a", issuer.status({1: Status.INVALID}, at=LATER))
    assert not store.offer_status("26a", issuer.status({2: Status.INVALID}, at=LATER))


def test_a_card_once_seen_revoked_stays_revoked_whatever_lists_follow(issuer: Issuer, desk: Path) -> None:
    store = TrustStore(desk / "trust", desk / "state")
    store.offer_status("26a", issuer.status({IDX: Status.INVALID}, at=LATER))
    assert store.offer_status("26a", issuer.status({}, at=LATEST))
    held = TrustStore(desk / "trust", desk / "state").load()
    assert reason_of(issuer.card(), held, LATEST) is Reason.REVOKED


def test_without_a_state_directory_only_the_files_count_and_nothing_is_written(issuer: Issuer, desk: Path) -> None:
    before = tree(desk)
    revoked = issuer.status({IDX: Status.INVALID}, at=LATER)
    cleared = issuer.status({}, at=LATEST)
    path = desk / "trust" / "status" / "26a.cwt"
    store = TrustStore(desk / "trust")
    store.load()
    assert tree(desk) == before
    for token, expected in ((revoked, Reason.REVOKED), (cleared, Reason.VALID)):
        path.write_bytes(token)
        assert reason_of(issuer.card(), store.load(), LATEST) is expected


@pytest.mark.parametrize("name", ["", "../26a", "26a/../../x", ".hidden", "a\x00b", "x" * 64, "26a.cwt", "২৬"])
def test_a_name_that_could_leave_the_directory_is_refused(
    issuer: Issuer, desk: Path, store: TrustStore, name: str
) -> None:
    before = tree(desk)
    assert not store.offer_status(name, issuer.status({}, at=LATER))
    assert {name for name in tree(desk) if not name.startswith("state")} == set(before)


def test_a_list_of_one_uri_never_takes_the_file_of_another(issuer: Issuer, desk: Path, store: TrustStore) -> None:
    issuer.uris = both = (URI, "https://s.bmet.gov.bd/27a")
    newer, other = issuer.trust(at=LATER), issuer.status({}, at=LATER, uri=both[1])
    assert not store.offer_status("27a", other), "the bundle held does not name this list yet"
    assert store.offer_trust(newer)
    assert not store.offer_status("26a", other)
    assert store.offer_status("27a", other)
    assert store.load().lists.keys() == set(both)


def test_a_desk_without_root_trusts_nothing(issuer: Issuer, desk: Path, store: TrustStore) -> None:
    (desk / "trust" / "root.pem").unlink()
    assert store.load().bundle is None
    assert not store.offer_trust(issuer.trust(at=LATER))
    assert store.status_uris() == ()


def test_a_desk_with_only_a_root_takes_what_is_offered(issuer: Issuer, desk: Path) -> None:
    (desk / "trust" / "trust.cose").unlink()
    (desk / "trust" / "status" / "26a.cwt").unlink()
    (desk / "trust" / "status").rmdir()
    store = TrustStore(desk / "trust", desk / "state")
    assert store.load().bundle is None
    assert not store.offer_status("26a", issuer.current_status()), "no bundle says who may sign lists"
    assert store.offer_trust(issuer.current_trust())
    assert store.offer_status("26a", issuer.current_status())
    assert reason_of(issuer.card(), store.load(), SOON) is Reason.VALID


def test_a_damaged_bundle_on_disk_is_replaced_by_the_next_offer(issuer: Issuer, desk: Path, store: TrustStore) -> None:
    store.load()
    (desk / "trust" / "trust.cose").write_bytes(b"garbage")
    assert store.load().bundle is None
    assert store.offer_trust(issuer.current_trust())
    assert reason_of(issuer.card(), store.load(), SOON) is Reason.VALID


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b'{"trust": []}', b"[" * 100_000])
def test_a_damaged_memory_is_read_from_its_copy(issuer: Issuer, desk: Path, damage: bytes) -> None:
    old = issuer.current_trust()
    TrustStore(desk / "trust", desk / "state").offer_trust(issuer.trust(at=LATER))
    (desk / "state" / "floor.json").write_bytes(damage)
    store = TrustStore(desk / "trust", desk / "state")
    assert reason_of(issuer.card(), store.load(), LATER) is Reason.VALID
    assert not store.offer_trust(old)
    assert (desk / "state" / "floor.json").read_bytes() == (desk / "state" / "floor.bak").read_bytes()


def test_a_memory_damaged_twice_leaves_no_trust_and_the_files_untouched(issuer: Issuer, desk: Path) -> None:
    TrustStore(desk / "trust", desk / "state").load()
    for name in ("floor.json", "floor.bak"):
        (desk / "state" / name).write_bytes(b"{")
    before = tree(desk)
    store = TrustStore(desk / "trust", desk / "state")
    held = store.load()
    assert reason_of(issuer.card(), held, SOON) is Reason.TRUST_UNUSABLE
    assert "damaged" in held.faults[0]
    assert not store.offer_trust(issuer.trust(at=LATER))
    assert not store.offer_status("26a", issuer.status({}, at=LATER))
    assert tree(desk) == before


def test_a_memory_that_cannot_be_kept_leaves_no_trust(issuer: Issuer, desk: Path) -> None:
    (desk / "state").write_bytes(b"a file where the directory should be")
    held = TrustStore(desk / "trust", desk / "state").load()
    assert reason_of(issuer.card(), held, SOON) is Reason.TRUST_UNUSABLE


def test_desks_of_one_state_directory_forget_nothing_between_them(issuer: Issuer, desk: Path) -> None:
    lists = [issuer.status({idx: Status.INVALID}, at=LATER + idx) for idx in range(1, 9)]

    def offer(token: bytes) -> None:
        TrustStore(desk / "trust", desk / "state").offer_status("26a", token)

    for _ in range(3):
        threads = [threading.Thread(target=offer, args=(token,)) for token in lists]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    floor = TrustStore(desk / "trust", desk / "state").load().floor
    assert floor.lists[URI].number == LATER + 8
    assert floor.was_invalid(URI, 8)


def test_a_full_disk_refuses_the_new_file_and_keeps_the_old(
    issuer: Issuer, desk: Path, store: TrustStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.load()
    before = tree(desk)
    trust, status = issuer.trust(at=LATER), issuer.status({IDX: Status.INVALID}, at=LATER)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert not store.offer_trust(trust)
    assert not store.offer_status("26a", status)
    assert tree(desk) == before
    assert reason_of(issuer.card(), store.load(), SOON) is Reason.VALID


def test_a_huge_file_is_not_read_beyond_its_limit(issuer: Issuer, desk: Path, store: TrustStore) -> None:
    with (desk / "trust" / "trust.cose").open("r+b") as file:
        file.truncate(1 << 40)  # sparse: takes no space, and could not be read into memory
    assert store.load().bundle is None
    assert store.offer_trust(issuer.current_trust())
