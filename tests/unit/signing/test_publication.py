"""Publication: what may follow what, and that nothing half-done or taken back is ever published."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from clearance.credential.held import HeldTrust
from clearance.credential.status import Status
from clearance.signing import files, keystore
from clearance.signing.authority import DEMO
from clearance.signing.errors import PublicationRefused
from clearance.signing.keystore import KeyStore
from clearance.signing.publication import STATUS_LIST_SIZE, published, published_trust
from tests.unit.signing.cards import AT

LATER = AT + 3600


def held(keys: KeyStore) -> HeldTrust:
    return published(keys.public, root=keys.root_certificate)


def values(keys: KeyStore, *indices: int) -> list[int | None]:
    newest = held(keys).lists[keys.status_uri].newest
    return [newest.value(idx) for idx in indices]


def tree(directory: Path) -> Mapping[str, bytes]:
    return {str(path): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_every_status_is_published_at_its_index(keys: KeyStore) -> None:
    last = STATUS_LIST_SIZE - 1
    statuses = {0: Status.INVALID, 1: Status.SUSPENDED, 2: Status.SUPERSEDED, last: Status.SUSPENDED}
    keys.publisher().publish(statuses, uri=keys.status_uri, at=LATER)
    assert values(keys, 0, 1, 2, 3, last, last + 1) == [1, 2, 3, 0, 2, None]


def test_a_list_is_dated_and_lasts_longer_than_any_desk_may_wait(keys: KeyStore) -> None:
    keys.publisher().publish({}, uri=keys.status_uri, at=LATER)
    newest = held(keys).lists[keys.status_uri].newest
    assert newest.issued_at == LATER
    assert newest.ttl == 3600
    assert newest.expires_at >= LATER + newest.ttl + 7 * 86_400


def test_a_suspension_and_a_replacement_can_be_lifted(keys: KeyStore) -> None:
    keys.publisher().publish({5: Status.SUSPENDED, 6: Status.SUPERSEDED}, uri=keys.status_uri, at=LATER)
    keys.publisher().publish({6: Status.SUSPENDED}, uri=keys.status_uri, at=LATER + 1)
    assert values(keys, 5, 6) == [Status.VALID, Status.SUSPENDED]


@pytest.mark.parametrize("afterwards", [{}, {77: Status.VALID}, {77: Status.SUSPENDED}, {77: Status.SUPERSEDED}])
def test_a_revocation_is_never_taken_back(keys: KeyStore, afterwards: dict[int, Status]) -> None:
    keys.publisher().publish({77: Status.INVALID, 3: Status.INVALID}, uri=keys.status_uri, at=LATER)
    keys.publisher().publish(afterwards, uri=keys.status_uri, at=LATER + 1)
    assert values(keys, 3, 77, 78) == [Status.INVALID, Status.INVALID, Status.VALID]


def test_two_lists_of_one_second_get_different_times(keys: KeyStore) -> None:
    times = []
    for _ in range(5):
        keys.publisher().publish({}, uri=keys.status_uri, at=LATER)
        times.append(held(keys).lists[keys.status_uri].newest.issued_at)
    assert times == [LATER, LATER + 1, LATER + 2, LATER + 3, LATER + 4]


def test_a_burst_stays_within_what_desks_bear(keys: KeyStore) -> None:
    for idx in range(60):
        keys.publisher().publish({idx: Status.INVALID}, uri=keys.status_uri, at=LATER)
    keys.publisher().publish({60: Status.INVALID}, uri=keys.status_uri, at=LATER)
    with pytest.raises(PublicationRefused, match="publish again"):
        keys.publisher().publish({61: Status.INVALID}, uri=keys.status_uri, at=LATER)
    assert held(keys).lists[keys.status_uri].newest.issued_at == LATER + 60
    assert values(keys, 60, 61) == [Status.INVALID, Status.VALID]


def test_a_clock_far_behind_the_last_list_is_refused_and_the_list_stays(keys: KeyStore) -> None:
    keys.publisher().publish({1: Status.INVALID}, uri=keys.status_uri, at=LATER)
    before = tree(keys.public)
    with pytest.raises(PublicationRefused, match="clock"):
        keys.publisher().publish({2: Status.INVALID}, uri=keys.status_uri, at=LATER - 3600)
    with pytest.raises(PublicationRefused, match="clock"):
        keys.publisher().republish_trust(AT - 3600)
    assert tree(keys.public) == before


def test_an_index_outside_the_list_is_refused_and_the_list_stays(keys: KeyStore) -> None:
    before = tree(keys.public)
    with pytest.raises(PublicationRefused, match="index"):
        keys.publisher().publish({STATUS_LIST_SIZE: Status.INVALID}, uri=keys.status_uri, at=LATER)
    assert tree(keys.public) == before


def test_a_damaged_list_is_healed_by_the_next(keys: KeyStore) -> None:
    path = keys.public / "status" / "26a.cwt"
    path.write_bytes(path.read_bytes()[:-1])
    keys.publisher().publish({9: Status.INVALID}, uri=keys.status_uri, at=LATER)
    assert values(keys, 9) == [Status.INVALID]


def test_a_list_of_a_signer_that_desks_do_not_know_is_refused(keys: KeyStore, tmp_path: Path) -> None:
    keystore.init(tmp_path / "other", algorithm=keys.status.algorithm, subject=DEMO, at=AT)
    stranger = keystore.load(tmp_path / "other").status
    before = tree(keys.public)
    for signer in (stranger, keys.card):
        with pytest.raises(PublicationRefused, match="No desk would accept this status list"):
            replace(keys.publisher(), status_signer=signer).publish({}, uri=keys.status_uri, at=LATER)
    assert tree(keys.public) == before


def test_a_list_that_the_bundle_does_not_name_is_refused(keys: KeyStore) -> None:
    with pytest.raises(PublicationRefused, match="not in the trust bundle"):
        keys.publisher().publish({}, uri="https://s.bmet.gov.bd/27a", at=LATER)
    assert not (keys.public / "status" / "27a.cwt").exists()


def test_a_renewed_bundle_has_the_next_sequence_and_a_new_term(keys: KeyStore) -> None:
    first = published_trust(keys.public, root=keys.root_certificate)
    keys.publisher().republish_trust(LATER)
    second = published_trust(keys.public, root=keys.root_certificate)
    assert second.next_update - second.issued_at >= 7 * 86_400
    assert second == replace(first, sequence=2, issued_at=LATER, next_update=second.next_update)


def test_a_bundle_with_an_older_or_the_same_sequence_is_refused(keys: KeyStore) -> None:
    keys.publisher().republish_trust(LATER)
    current = published_trust(keys.public, root=keys.root_certificate)
    before = tree(keys.public)
    for sequence in (current.sequence, current.sequence - 1):
        with pytest.raises(PublicationRefused, match="No desk would accept"):
            keys.publisher().publish_trust(replace(current, sequence=sequence, issuer="elsewhere"))
    assert tree(keys.public) == before


def test_a_bundle_signed_by_another_key_than_it_names_is_refused(keys: KeyStore) -> None:
    current = published_trust(keys.public, root=keys.root_certificate)
    with pytest.raises(PublicationRefused, match="No desk would accept"):
        replace(keys.publisher(), trust_signer=keys.card).publish_trust(replace(current, sequence=9))


def test_without_a_usable_bundle_nothing_is_renewed(keys: KeyStore) -> None:
    (keys.public / "trust.cose").write_bytes(b"garbage")
    with pytest.raises(PublicationRefused, match="every desk"):
        keys.publisher().republish_trust(LATER)
    with pytest.raises(PublicationRefused, match="No desk would accept"):
        keys.publisher().publish({}, uri=keys.status_uri, at=LATER)
    assert (keys.public / "trust.cose").read_bytes() == b"garbage"


def test_a_full_disk_leaves_what_was_published(keys: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(keys.public)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keys.publisher().publish({1: Status.INVALID}, uri=keys.status_uri, at=LATER)
    assert tree(keys.public) == before


def test_publishers_at_the_same_moment_lose_no_revocation(keys: KeyStore) -> None:
    def revoke(first: int) -> None:
        for idx in range(first, first + 5):
            keystore.load(keys.public.parent).publisher().publish({idx: Status.INVALID}, uri=keys.status_uri, at=LATER)

    threads = [threading.Thread(target=revoke, args=(first,)) for first in (0, 100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    revoked = [idx for first in (0, 100, 200, 300) for idx in range(first, first + 5)]
    assert values(keys, *revoked) == [Status.INVALID] * 20
    assert held(keys).lists[keys.status_uri].newest.issued_at == LATER + 19


SECOND, THIRD = "https://s.bmet.gov.bd/26b", "https://s.bmet.gov.bd/27a"


def all_valid(_uri: str) -> Mapping[int, Status]:
    return {}


def editions(keys: KeyStore) -> dict[str, int]:
    return {uri: each.newest.issued_at for uri, each in held(keys).lists.items()}


class TestSeveralLists:
    @pytest.fixture(autouse=True)
    def _opened(self, keys: KeyStore) -> None:
        keys.publisher().name_lists((keys.status_uri, SECOND), at=AT + 60)

    def test_a_new_list_is_named_by_the_bundle_and_begins_valid(self, keys: KeyStore) -> None:
        seen = held(keys)
        assert seen.bundle is not None
        assert (seen.bundle.sequence, seen.bundle.status_uris) == (2, (keys.status_uri, SECOND))
        assert not any(seen.lists[SECOND].newest.entries)
        assert seen.faults == ()

    def test_only_the_list_that_changed_is_made_anew(self, keys: KeyStore) -> None:
        before = tree(keys.public)
        values = {keys.status_uri: {5: Status.INVALID}, SECOND: {}}
        keys.publisher().publish_lists(values.__getitem__, at=AT + 120)
        changed = {path for path, content in tree(keys.public).items() if before[path] != content}
        assert changed == {str(keys.public / "status" / "26a.cwt")}
        assert editions(keys) == {keys.status_uri: AT + 120, SECOND: AT + 60}

    def test_nothing_is_written_where_nothing_changed(self, keys: KeyStore) -> None:
        keys.publisher().publish_lists(all_valid, at=AT + 120)
        before = tree(keys.public)
        keys.publisher().publish_lists(all_valid, at=AT + 600)
        assert tree(keys.public) == before

    def test_every_list_is_made_anew_before_its_ttl_ends(self, keys: KeyStore) -> None:
        for at in range(AT + 600, AT + 40_000, 600):  # a round every ten minutes
            keys.publisher().publish_lists(all_valid, at=at)
            for each in held(keys).lists.values():
                assert at + 600 - each.newest.issued_at <= each.newest.ttl

    def test_a_lifted_suspension_is_a_change(self, keys: KeyStore) -> None:
        keys.publisher().publish_lists(lambda uri: {7: Status.SUSPENDED} if uri == SECOND else {}, at=AT + 120)
        assert held(keys).lists[SECOND].newest.value(7) == Status.SUSPENDED
        keys.publisher().publish_lists(all_valid, at=AT + 121)
        assert held(keys).lists[SECOND].newest.value(7) == Status.VALID

    def test_no_list_forgets_a_revocation_that_an_older_database_does_not_know(self, keys: KeyStore) -> None:
        keys.publisher().publish_lists(lambda _uri: {7: Status.INVALID}, at=AT + 120)
        keys.publisher().publish_lists(all_valid, at=AT + 180)
        keys.publisher().publish_lists(all_valid, at=AT + 9_000)
        assert [each.newest.value(7) for each in held(keys).lists.values()] == [Status.INVALID] * 2

    @pytest.mark.parametrize("damage", [b"", b"half of a li", None], ids=["empty", "half", "missing"])
    def test_a_list_that_is_not_whole_is_made_anew_and_the_others_stay(
        self, keys: KeyStore, damage: bytes | None
    ) -> None:
        path = keys.public / "status" / "26b.cwt"
        if damage is None:
            path.unlink()
        else:
            path.write_bytes(damage)
        before = tree(keys.public)
        keys.publisher().publish_lists(lambda _uri: {}, at=AT + 120)
        assert held(keys).lists.keys() == {keys.status_uri, SECOND}
        assert held(keys).faults == ()
        first = str(keys.public / "status" / "26a.cwt")
        assert tree(keys.public)[first] == before[first]

    def test_a_crash_between_bundle_and_list_is_healed_by_the_next_round(
        self, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write = files.write_atomically

        def cut_off(path: Path, content: bytes) -> None:
            if path.name == "27a.cwt":
                raise OSError(5, "Input/output error")
            write(path, content)

        with monkeypatch.context() as patched:
            patched.setattr(files, "write_atomically", cut_off)
            with pytest.raises(OSError, match="Input/output"):
                keys.publisher().name_lists((THIRD, keys.status_uri, SECOND), at=AT + 120)
        bundle = held(keys).bundle
        assert bundle is not None
        assert THIRD in bundle.status_uris
        keys.publisher().publish_lists(all_valid, at=AT + 180)
        assert held(keys).lists.keys() == {THIRD, keys.status_uri, SECOND}

    def test_a_list_that_is_named_no_more_is_taken_away_after_its_name(self, keys: KeyStore) -> None:
        keys.publisher().name_lists((SECOND,), at=AT + 120)
        assert not (keys.public / "status" / "26a.cwt").exists()
        assert held(keys).lists.keys() == {SECOND}

    def test_the_list_of_new_cards_changes_without_touching_a_list(self, keys: KeyStore) -> None:
        before = editions(keys)
        keys.publisher().name_lists((SECOND, keys.status_uri), at=AT + 120)
        bundle = held(keys).bundle
        assert bundle is not None
        assert bundle.status_uris == (SECOND, keys.status_uri)
        assert editions(keys) == before

    def test_a_round_without_a_usable_bundle_is_refused(self, keys: KeyStore) -> None:
        (keys.public / "trust.cose").write_bytes(b"garbage")
        before = tree(keys.public)
        with pytest.raises(PublicationRefused, match="every desk"):
            keys.publisher().publish_lists(all_valid, at=AT + 120)
        assert tree(keys.public) == before

    def test_the_database_is_asked_while_no_other_publisher_works(self, keys: KeyStore) -> None:
        """Otherwise a slower process could publish the older answer last, and lift a suspension."""
        inside, order = threading.Event(), []

        def slow(_uri: str) -> Mapping[int, Status]:
            inside.set()
            order.append("slow")
            return {}

        def quick(_uri: str) -> Mapping[int, Status]:
            order.append("quick")
            return {}

        first = threading.Thread(target=keys.publisher().publish_lists, args=(slow,), kwargs={"at": AT + 120})
        first.start()
        inside.wait(10)
        keys.publisher().publish_lists(quick, at=AT + 121)
        first.join()
        assert order == ["slow", "slow", "quick", "quick"]
