"""Whatever a card can say, it says back; whatever is not the one encoding is refused."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from clearance.credential import base45, cbor
from clearance.credential.claims import ClearanceClaims, encode_claims, parse_claims
from clearance.credential.cose import parse_sign1, sign1
from clearance.credential.deflate import deflate_for_all_readers, inflate
from clearance.credential.errors import NotStrictCbor, UnreadableText
from clearance.credential.floor import Floor
from clearance.credential.qrtext import pack, unpack
from clearance.credential.status import Status
from tests.property.credential_strategies import claims, spoiled, subset_values
from tests.vectors.desk import ISSUER, LIST_SIZE, URI, country, desk_with_lists, status_token

bounded = settings(max_examples=80, deadline=None)


@bounded
@given(claims, st.booleans())
def test_claims_survive_the_whole_way_to_text_and_back(said: ClearanceClaims, eddsa: bool) -> None:
    signer = country().card_eddsa if eddsa else country().card
    text = pack(sign1(encode_claims(said), signer=signer))
    assert parse_claims(parse_sign1(unpack(text)).payload, issuer=ISSUER) == said
    assert set(text) <= set(base45.ALPHABET.decode())
    assert text.startswith("NCF")


@bounded
@given(st.binary(max_size=300))
def test_base45_is_a_bijection(data: bytes) -> None:
    assert base45.decode(base45.encode(data).encode()) == data


@bounded
@given(st.binary(max_size=60))
def test_a_text_that_base45_reads_is_the_one_it_writes(text: bytes) -> None:
    try:
        data = base45.decode(text)
    except UnreadableText:
        return
    assert base45.encode(data).encode() == text


@bounded
@given(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", max_size=60))
def test_a_text_of_the_alphabet_that_base45_reads_is_the_one_it_writes(text: str) -> None:
    try:
        data = base45.decode(text.encode())
    except UnreadableText:
        return
    assert base45.encode(data) == text


@bounded
@given(st.binary(max_size=4096))
def test_packed_bytes_read_back_and_are_never_stored(data: bytes) -> None:
    packed = deflate_for_all_readers(data)
    assert inflate(packed, limit=4096) == data
    assert packed[2] >> 1 & 3 in (1, 2)


@bounded
@given(subset_values)
def test_cbor_reads_back_what_it_writes(value: Any) -> None:
    encoded = cbor.encode(value)
    assert cbor.decode(encoded, max_depth=50, max_items=1000) == value


@bounded
@given(st.data())
def test_bytes_that_cbor_reads_are_the_ones_it_writes(data: st.DataObject) -> None:
    """Strictness itself: decoding and encoding again gives the same bytes, or decoding refuses."""
    encoded = data.draw(subset_values.map(cbor.encode).flatmap(spoiled) | st.binary(max_size=40))
    try:
        value = cbor.decode(encoded, max_depth=50, max_items=1000)
    except NotStrictCbor:
        return
    assert cbor.encode(value) == encoded


@bounded
@given(st.dictionaries(st.integers(0, LIST_SIZE - 1), st.sampled_from(Status), max_size=40))
def test_a_status_list_says_of_every_index_what_was_published(values: dict[int, Status]) -> None:
    held = desk_with_lists(status_token(values)).hold()
    status_list = held.lists[URI].newest
    around = {near for idx in values for near in (idx - 1, idx, idx + 1) if 0 <= near < LIST_SIZE}
    assert {idx: status_list.value(idx) for idx in around} == {idx: values.get(idx, Status.VALID) for idx in around}
    assert {idx for idx in around if held.floor.was_invalid(URI, idx)} == {
        idx for idx, status in values.items() if status is Status.INVALID
    }
    assert Floor.from_json(held.floor.to_json()) == held.floor
