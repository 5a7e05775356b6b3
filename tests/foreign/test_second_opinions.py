"""Base45 and CBOR against the RFCs' own examples and against libraries we did not write."""

from typing import Any

import base45 as pypi_base45
import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearance.credential import base45, cbor
from clearance.credential.cose import parse_sign1
from clearance.credential.errors import NotStrictCbor, UnreadableText
from tests.property.credential_strategies import any_values, subset_values
from tests.vectors.desk import FULL_CLAIMS, country
from tests.vectors.model import card

bounded = settings(max_examples=100, deadline=None)


@pytest.mark.parametrize(
    ("data", "text"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0")]
)
def test_the_examples_of_rfc_9285(data: bytes, text: str) -> None:
    assert base45.encode(data) == text
    assert base45.decode(text.encode()) == data


def test_the_example_of_rfc_9285_that_must_be_refused() -> None:
    assert base45.decode(b"FGW") == b"\xff\xff"
    with pytest.raises(UnreadableText):
        base45.decode(b"GGW")


@bounded
@given(st.binary(max_size=200))
def test_pypi_base45_writes_the_same(data: bytes) -> None:
    assert base45.encode(data) == pypi_base45.b45encode(data).decode()


@bounded
@given(st.text(alphabet=base45.ALPHABET.decode(), max_size=60))
def test_pypi_base45_reads_the_same(text: str) -> None:
    try:
        expected = pypi_base45.b45decode(text)
    except ValueError:
        expected = None
    try:
        ours = base45.decode(text.encode())
    except UnreadableText:
        ours = None
    assert ours == expected


# RFC 8949 appendix A, the examples that our subset has.
RFC_8949 = [
    ("00", 0),
    ("1903e8", 1000),
    ("1b000000e8d4a51000", 1000000000000),
    ("3863", -100),
    ("3903e7", -1000),
    ("f4", False),
    ("f6", None),
    ("4401020304", b"\x01\x02\x03\x04"),
    ("6449455446", "IETF"),
    ("62225c", '"\\'),
    ("62c3bc", "ü"),
    ("64f0908591", "\U00010151"),
    ("8301820203820405", [1, [2, 3], [4, 5]]),
    ("a201020304", {1: 2, 3: 4}),
    ("a26161016162820203", {"a": 1, "b": [2, 3]}),
]


@pytest.mark.parametrize(("data", "value"), RFC_8949)
def test_the_examples_of_rfc_8949(data: str, value: Any) -> None:
    assert cbor.decode(bytes.fromhex(data), max_depth=5, max_items=128) == value
    assert cbor.encode(value) == bytes.fromhex(data)


@pytest.mark.parametrize(
    "data", ["f90000", "fb3ff199999999999a", "c11a514b67b0", "c249010000000000000000", "f7", "f0", "5f42010243030405ff"]
)
def test_the_examples_of_rfc_8949_outside_our_subset(data: str) -> None:
    cbor2.loads(bytes.fromhex(data))
    with pytest.raises(NotStrictCbor):
        cbor.decode(bytes.fromhex(data), max_depth=5, max_items=128)


@bounded
@given(subset_values)
def test_cbor2_reads_what_we_write(value: Any) -> None:
    assert cbor2.loads(cbor.encode(value)) == value


@bounded
@given(any_values)
def test_what_we_read_of_cbor2_is_what_cbor2_reads(value: Any) -> None:
    encoded = cbor2.dumps(value)
    try:
        ours = cbor.decode(encoded, max_depth=50, max_items=1000)
    except NotStrictCbor:
        return
    assert ours == cbor2.loads(encoded)
    assert cbor.encode(ours) == encoded


def test_cbor2_finds_the_same_parts_in_a_card() -> None:
    cose = card(FULL_CLAIMS, signer=country().card_eddsa).cose
    assert cose is not None
    tagged = cbor2.loads(cose)
    message = parse_sign1(cose)
    assert tagged.tag == 18
    assert list(tagged.value[1:]) == [{}, message.payload, message.signature]
    assert cbor2.loads(tagged.value[0]) == {1: -8, 4: message.kid}
    assert cbor2.dumps(["Signature1", tagged.value[0], b"", message.payload]) == message.to_be_signed
