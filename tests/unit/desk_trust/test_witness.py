"""A desk remembers every checkpoint of the office's record that it saw, and tells when two cannot both be true."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from clearance.credential.checkpoint import Checkpoint, Contradiction, sign_checkpoint
from clearance.credential.signers import SignersByKid
from tests.unit.desk_trust.conftest import AT, Issuer
from tests.vectors.desk import ISSUER, country
from verifier import witness as module
from verifier.__main__ import verifier
from verifier.truststore import TrustStore
from verifier.witness import Witness


def token(number: int, *, at: int = 0, record: int = 1) -> bytes:
    digest = bytes([record]) + number.to_bytes(31, "big")
    checkpoint = Checkpoint(issuer=ISSUER, number=number, digest=digest, issued_at=AT + at)
    return sign_checkpoint(checkpoint, signer=country().status)


@pytest.fixture
def signers(issuer: Issuer, desk: Path) -> SignersByKid:
    return TrustStore(desk / "trust", desk / "state").load().signers


@pytest.fixture
def witness(desk: Path) -> Witness:
    return Witness(desk / "state" / "checkpoints.db")


def kinds(witness: Witness) -> list[Contradiction]:
    return [conflict.kind for conflict in witness.conflicts()]


def test_what_was_seen_is_kept_once_and_survives_the_program(
    witness: Witness, signers: SignersByKid, desk: Path
) -> None:
    for number in (3, 5, 5, 9):
        assert witness.offer(token(number, at=number), signers=signers)
    again = Witness(desk / "state" / "checkpoints.db")
    assert [kept.checkpoint.number for kept in again.kept()] == [3, 5, 9]
    newest = again.newest()
    assert newest is not None
    assert (newest.checkpoint.number, kinds(again)) == (9, [])


def test_a_record_at_rest_is_vouched_for_anew_without_filling_the_memory(
    witness: Witness, signers: SignersByKid
) -> None:
    for at in (0, 240, 480):
        witness.offer(token(7, at=at), signers=signers)
    (kept,) = witness.kept()
    assert (kept.checkpoint.issued_at, kept.last.issued_at) == (AT, AT + 480)
    assert kept.last_token == token(7, at=480)


def test_a_stranger_or_garbage_is_not_kept(witness: Witness, signers: SignersByKid) -> None:
    foreign = Checkpoint(issuer=ISSUER, number=1, digest=bytes(32), issued_at=AT)
    for offered in (b"", b"garbage", sign_checkpoint(foreign, signer=country("another").status)):
        assert not witness.offer(offered, signers=signers)
    assert (witness.kept(), witness.newest()) == ([], None)


def test_an_old_checkpoint_from_a_slow_cache_is_no_contradiction(witness: Witness, signers: SignersByKid) -> None:
    for number in (9, 5, 7):
        witness.offer(token(number, at=number), signers=signers)
    assert kinds(witness) == []
    newest = witness.newest()
    assert newest is not None
    assert newest.checkpoint.number == 9


def test_two_records_of_one_length_are_a_fork_and_both_tokens_stay_as_evidence(
    witness: Witness, signers: SignersByKid
) -> None:
    witness.offer(token(5), signers=signers)
    witness.offer(token(5, at=240, record=2), signers=signers)
    (conflict,) = witness.conflicts()
    assert conflict.kind is Contradiction.FORKED
    assert set(conflict.tokens) == {token(5), token(5, at=240, record=2)}


def test_a_record_that_became_shorter_is_rolled_back(witness: Witness, signers: SignersByKid) -> None:
    witness.offer(token(9), signers=signers)
    witness.offer(token(4, at=240), signers=signers)
    assert kinds(witness) == [Contradiction.ROLLED_BACK]


def test_a_record_vouched_for_after_it_is_said_to_have_grown_is_proved_by_its_later_token(
    witness: Witness, signers: SignersByKid
) -> None:
    witness.offer(token(4), signers=signers)
    witness.offer(token(4, at=480), signers=signers)
    witness.offer(token(9, at=240), signers=signers)
    (conflict,) = witness.conflicts()
    assert set(conflict.tokens) == {token(4, at=480), token(9, at=240)}


def test_the_memory_is_bounded_and_never_loses_the_evidence(
    witness: Witness, signers: SignersByKid, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_KEPT", 20)
    for number in range(1, 6):
        witness.offer(token(number, at=number), signers=signers)
    witness.offer(token(2, at=6, record=2), signers=signers)
    for number in range(6, 60):
        witness.offer(token(number, at=number + 10), signers=signers)
    numbers = [kept.checkpoint.number for kept in witness.kept()]
    assert len(numbers) <= 20
    assert numbers.count(2) == 2
    assert numbers[-1] == 59
    assert len(witness.conflicts()) == 1


def test_two_desks_that_were_shown_two_records_find_out_by_comparing(
    issuer: Issuer, desk: Path, witness: Witness, signers: SignersByKid, tmp_path: Path
) -> None:
    elsewhere = Witness(tmp_path / "other" / "state" / "checkpoints.db")
    for number in (3, 6, 8):
        witness.offer(token(number, at=number), signers=signers)
        elsewhere.offer(token(number, at=number, record=1 if number == 3 else 2), signers=signers)
    assert kinds(witness) == kinds(elsewhere) == []
    runner, export = CliRunner(), str(tmp_path / "other.jsonl")
    there = runner.invoke(verifier, ["checkpoints", "--home", str(tmp_path / "other"), "--export", export])
    assert there.exit_code == 0, there.output
    here = runner.invoke(verifier, ["checkpoints", "--home", str(desk), "--compare", export])
    assert here.exit_code == 1
    assert here.output.count("forked") == 2


def test_an_export_that_somebody_touched_is_not_compared(
    desk: Path, witness: Witness, signers: SignersByKid, tmp_path: Path
) -> None:
    witness.offer(token(3), signers=signers)
    forged = tmp_path / "forged.jsonl"
    forged.write_text('{"number": 3, "digest": "00", "token": "0oRA"}\n')
    result = CliRunner().invoke(verifier, ["checkpoints", "--home", str(desk), "--compare", str(forged)])
    assert result.exit_code == 2
    assert "checkpoint" in result.output
