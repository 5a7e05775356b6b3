"""A checkpoint is taken for a checkpoint and for nothing else, and two that cannot both be true are told apart."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearance.credential import cbor
from clearance.credential.checkpoint import (
    CHECKPOINT_CONTENT_TYPE,
    Checkpoint,
    Contradiction,
    contradiction,
    read_checkpoint,
    sign_checkpoint,
)
from clearance.credential.cose import Signer, sign1
from clearance.credential.errors import CredentialError, UnusableCheckpoint
from clearance.credential.gate import verdict_for
from clearance.credential.held import HeldTrust, hold
from clearance.credential.qrtext import pack
from clearance.credential.reasons import Reason
from clearance.credential.signers import SignersByKid
from clearance.credential.status import STATUS_CONTENT_TYPE
from clearance.credential.trust import TRUST_CONTENT_TYPE, Purpose, SignerState
from tests.vectors.desk import ISSUER, NOW, bundle, country, listed, status_token, trust_token

CHECKPOINT = Checkpoint(issuer=ISSUER, number=41, digest=bytes(range(32)), issued_at=NOW)
PAYLOAD = {1: 1, 2: 41, 3: bytes(range(32)), 4: NOW, 5: ISSUER}


def held(**changes: object) -> HeldTrust:
    token = trust_token(bundle(**changes))
    return hold(root_pem=country().root.pem, trust_token=token, status_tokens=[status_token({})])


def signers(**changes: object) -> SignersByKid:
    return held(**changes).signers


def signed(
    payload: object, *, signer: Signer | None = None, content_type: str | None = CHECKPOINT_CONTENT_TYPE
) -> bytes:
    return sign1(cbor.encode(payload), signer=signer or country().status, content_type=content_type)


def test_what_was_signed_is_read_back() -> None:
    token = sign_checkpoint(CHECKPOINT, signer=country().status)
    assert read_checkpoint(token, signers=signers()) == CHECKPOINT
    assert len(token) < 200


def test_the_last_checkpoints_of_a_retired_key_still_count_and_later_ones_do_not() -> None:
    retired = listed(country().status, Purpose.STATUS, state=SignerState.RETIRED, retired_at=NOW)
    token = sign_checkpoint(CHECKPOINT, signer=country().status)
    late = sign_checkpoint(replace(CHECKPOINT, issued_at=NOW + 1), signer=country().status)
    assert read_checkpoint(token, signers=signers(signers=(retired,))) == CHECKPOINT
    with pytest.raises(UnusableCheckpoint):
        read_checkpoint(late, signers=signers(signers=(retired,)))


@pytest.mark.parametrize(
    "token",
    [
        signed(PAYLOAD, signer=country().card),
        signed(PAYLOAD, signer=country().trust),
        signed(PAYLOAD, signer=country("another").status),
        signed(PAYLOAD, content_type=None),
        signed(PAYLOAD, content_type=STATUS_CONTENT_TYPE),
        signed(PAYLOAD, content_type=TRUST_CONTENT_TYPE),
        signed(PAYLOAD | {1: 2}),
        signed(PAYLOAD | {2: -1}),
        signed(PAYLOAD | {3: bytes(31)}),
        signed(PAYLOAD | {6: "a key nobody knows"}),
        signed({key: value for key, value in PAYLOAD.items() if key != 5}),
        signed([]),
        b"",
        b"\xd2\x84",
        b"\xd2" * 600,
    ],
)
def test_anything_else_is_no_checkpoint(token: bytes) -> None:
    with pytest.raises(UnusableCheckpoint):
        read_checkpoint(token, signers=signers())


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_one_flipped_bit_makes_it_worthless(position: int, bit: int) -> None:
    token = bytearray(sign_checkpoint(CHECKPOINT, signer=country().status))
    token[position % len(token)] ^= 1 << bit
    with pytest.raises(UnusableCheckpoint):
        read_checkpoint(bytes(token), signers=signers())


def test_no_other_reader_takes_a_checkpoint_for_theirs_nor_this_one_theirs() -> None:
    token = sign_checkpoint(CHECKPOINT, signer=country().status)
    root = country().root.pem
    as_trust = hold(root_pem=root, trust_token=token)
    assert as_trust.bundle is None
    as_list = hold(root_pem=root, trust_token=trust_token(), status_tokens=[token])
    assert (as_list.lists, len(as_list.faults)) == ({}, 1)
    verdict = verdict_for(pack(token), held=held(), at=NOW)
    assert verdict.reason is Reason.UNREADABLE
    for other in (trust_token(), status_token({})):
        with pytest.raises(UnusableCheckpoint):
            read_checkpoint(other, signers=signers())


def test_nothing_is_signed_that_no_reader_would_take() -> None:
    with pytest.raises(CredentialError):
        sign_checkpoint(replace(CHECKPOINT, digest=b"short"), signer=country().status)


def at(number: int, second: int, digest: int = 0) -> Checkpoint:
    return replace(CHECKPOINT, number=number, issued_at=NOW + second, digest=bytes([digest]) * 32)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (at(5, 0), at(5, 0), None),
        (at(5, 0), at(5, 300), None),
        (at(5, 0), at(9, 300), None),
        (at(5, 0), at(9, 0), None),
        (at(5, 0), at(5, 300, digest=1), Contradiction.FORKED),
        (at(9, 0), at(5, 300), Contradiction.ROLLED_BACK),
    ],
)
def test_two_that_cannot_both_be_true_are_told_apart(
    one: Checkpoint, other: Checkpoint, expected: Contradiction | None
) -> None:
    assert contradiction(one, other) is contradiction(other, one) is expected
