"""Whatever moment the power fails at, the desk starts with a good state and forgets no revocation."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from tests.unit.desk_trust.conftest import AT, IDX, Issuer, reason_of
from tests.unit.desk_trust.powercut import Recording
from verifier import truststore
from verifier.truststore import TrustStore

LATER, LATEST = AT + 3600, AT + 7200


Recorder = Callable[[Callable[[], object]], Recording]


@pytest.fixture
def recorded(desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    def record(act: Callable[[], object]) -> Recording:
        before = Path(shutil.copytree(desk, tmp_path / "before"))
        recording = Recording(base=desk, before=before)
        with monkeypatch.context() as patch:
            recording.install(patch)
            assert act()
        return recording

    return record


def test_a_new_bundle_survives_every_power_cut(issuer: Issuer, desk: Path, tmp_path: Path, recorded: Recorder) -> None:
    first = issuer.current_trust()
    store = TrustStore(desk / "trust", desk / "state")
    second = issuer.trust(at=LATER)
    store.load()
    recording = recorded(lambda: store.offer_trust(second))
    sequences = set()
    for home in recording.states(tmp_path / "after"):
        survivor = TrustStore(home / "trust", home / "state")
        held = survivor.load()
        assert held.bundle is not None
        assert reason_of(issuer.card(), held, LATER) is Reason.VALID
        assert survivor.offer_trust(second)
        assert not survivor.offer_trust(first)
        sequences.add(held.bundle.sequence)
    assert sequences == {1, 2}


def test_a_new_list_survives_every_power_cut(issuer: Issuer, desk: Path, tmp_path: Path, recorded: Recorder) -> None:
    store = TrustStore(desk / "trust", desk / "state")
    store.load()
    revoking = issuer.status({IDX: Status.INVALID}, at=LATER)
    clearing = issuer.status({}, at=LATEST)
    recording = recorded(lambda: store.offer_status("26a", revoking))
    reasons = set()
    for home in recording.states(tmp_path / "after"):
        survivor = TrustStore(home / "trust", home / "state")
        reason = reason_of(issuer.card(), survivor.load(), LATER)
        reasons.add(reason)
        assert survivor.offer_status("26a", clearing)
        after = reason_of(issuer.card(), survivor.load(), LATEST)
        assert after is reason, "what the desk once said stands: revoked stays revoked"
    assert reasons == {Reason.VALID, Reason.REVOKED}


def test_what_was_acknowledged_is_there_after_the_power_cut(
    issuer: Issuer, desk: Path, tmp_path: Path, recorded: Recorder
) -> None:
    store = TrustStore(desk / "trust", desk / "state")
    store.load()
    revoking = issuer.status({IDX: Status.INVALID}, at=LATER)
    recording = recorded(lambda: store.offer_status("26a", revoking))
    *_, last = recording.states(tmp_path / "after")
    assert reason_of(issuer.card(), TrustStore(last / "trust", last / "state").load(), LATER) is Reason.REVOKED


def test_the_very_first_start_survives_every_power_cut(
    issuer: Issuer, desk: Path, tmp_path: Path, recorded: Recorder
) -> None:
    store = TrustStore(desk / "trust", desk / "state")
    (desk / "state").mkdir()
    recording = recorded(lambda: store.load().bundle)
    states = 0
    for home in recording.states(tmp_path / "after"):
        held = TrustStore(home / "trust", home / "state").load()
        assert reason_of(issuer.card(), held, LATER) is Reason.VALID
        states += 1
    assert states >= 8


def test_the_model_notices_a_store_that_does_not_sync(
    issuer: Issuer, desk: Path, tmp_path: Path, recorded: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(path: Path, content: bytes) -> None:
        temporary = path.with_name(".careless")
        temporary.write_bytes(content)
        temporary.replace(path)

    monkeypatch.setattr(truststore, "write_atomically", careless)
    store = TrustStore(desk / "trust", desk / "state")
    store.load()
    second = issuer.trust(at=LATER)
    recording = recorded(lambda: store.offer_trust(second))
    usable = {
        TrustStore(home / "trust", home / "state").load().bundle is not None
        for home in recording.states(tmp_path / "after")
    }
    assert usable == {True, False}
