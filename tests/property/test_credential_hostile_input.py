"""No text, bytes or map makes the gate or a desk's loading raise, and nothing spoiled passes."""

from typing import Any

import cbor2
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clearance.credential import cbor
from clearance.credential.claims import encode_claims
from clearance.credential.cose import sign1
from clearance.credential.gate import Verdict, verdict_for
from clearance.credential.held import hold
from clearance.credential.reasons import Outcome, Reason
from clearance.credential.status import STATUS_CONTENT_TYPE
from clearance.credential.trust import TRUST_CONTENT_TYPE, encode_trust_bundle
from tests.property.credential_strategies import any_values, spoiled
from tests.vectors.desk import FULL_CLAIMS, NOW, DeskFiles, bundle, country, payload_map, status_token, trust_token
from tests.vectors.model import card, card_of_compressed, card_of_cose, card_of_payload

DESK = DeskFiles()
HELD = DESK.hold()
GOOD = card(FULL_CLAIMS)
COMPRESSED, COSE, PAYLOAD = GOOD.compressed or b"", GOOD.cose or b"", GOOD.payload or b""

bounded = settings(max_examples=120, deadline=None)


def judge(text: str) -> Verdict:
    return verdict_for(text, held=HELD, at=NOW, passport_no="A01234567")


@bounded
@given(st.text(max_size=200))
@example("\ud800")
@example("NCF\udcff")
@example("\x00")
def test_no_text_raises_or_passes(text: str) -> None:
    assert judge(text).reason in (Reason.UNREADABLE, Reason.NOT_OUR_CARD, Reason.WEB_LINK)


@bounded
@given(st.data())
def test_a_text_with_characters_changed_never_passes(data: st.DataObject) -> None:
    """Zlib's own leeway is none here: the checksum and the signature cover every byte that a change can reach."""
    text = data.draw(spoiled(GOOD.text.encode()).map(lambda text: text.decode("latin-1")))
    verdict = judge(text)
    if verdict.outcome is Outcome.PASS:
        assert text.strip("\r\n\t").upper() == GOOD.text


@bounded
@given(spoiled(COMPRESSED))
def test_a_spoiled_zlib_stream_never_says_anything_else(compressed: bytes) -> None:
    verdict = judge(card_of_compressed(compressed).text)
    assert verdict.claims in (None, FULL_CLAIMS)


@bounded
@given(spoiled(COSE))
def test_a_spoiled_envelope_never_passes(cose: bytes) -> None:
    if cose != COSE:
        assert judge(card_of_cose(cose).text).outcome is Outcome.REFUSE


@bounded
@given(spoiled(PAYLOAD))
def test_a_spoiled_payload_under_the_real_key_is_answered(payload: bytes) -> None:
    """Whoever holds the key may say anything; what he says must still be well-formed."""
    verdict = judge(card_of_payload(payload[:3000]).text)
    if verdict.claims is not None:
        assert encode_claims(verdict.claims)[:1]


@bounded
@given(any_values)
def test_any_cbor_under_the_real_key_is_answered(value: Any) -> None:
    payload = cbor2.dumps(value)
    if len(payload) < 1400:
        assert judge(card_of_payload(payload).text).outcome is Outcome.REFUSE


@bounded
@given(st.sampled_from([None, 169, 65535, -880001]), st.integers(-2, 70) | st.text(max_size=3), any_values)
def test_any_claim_replaced_by_anything_is_answered(section: int | None, key: int | str, value: Any) -> None:
    content = payload_map(FULL_CLAIMS)
    (content if section is None else content[section])[key] = value
    payload = cbor2.dumps(content, canonical=True)
    if len(payload) < 1400:
        verdict = judge(card_of_payload(payload).text)
        assert verdict.outcome in Outcome


@bounded
@given(st.binary(max_size=200) | spoiled(trust_token()))
def test_no_trust_bundle_makes_loading_raise(token: bytes) -> None:
    held = hold(root_pem=DESK.root_pem, trust_token=token, status_tokens=DESK.status.values())
    assert (held.bundle is None) == (token != DESK.trust)


@bounded
@given(spoiled(country().trust.certificate_der))
def test_no_certificate_makes_loading_raise(certificate_der: bytes) -> None:
    """The certificate inside a bundle is read before anything is proven."""
    payload = cbor.decode(encode_trust_bundle(bundle()), max_depth=5, max_items=4096)
    assert isinstance(payload, dict)
    content: dict[Any, Any] = payload | {8: certificate_der}
    trust = country().trust
    forged = type(trust)(private=trust.private, certificate_der=certificate_der, algorithm=trust.algorithm)
    token = sign1(cbor.encode(content), signer=forged, content_type=TRUST_CONTENT_TYPE)
    held = hold(root_pem=DESK.root_pem, trust_token=token)
    assert (held.bundle is None) == (certificate_der != trust.certificate_der)


@bounded
@given(st.binary(max_size=200) | spoiled(DESK.root_pem))
def test_no_root_makes_loading_raise(pem: bytes) -> None:
    held = hold(root_pem=pem, trust_token=DESK.trust)
    assert held.bundle is None or not held.faults


@bounded
@given(st.binary(max_size=200) | spoiled(status_token()))
def test_no_status_token_makes_loading_raise(token: bytes) -> None:
    held = hold(root_pem=DESK.root_pem, trust_token=DESK.trust, status_tokens=[token])
    assert bool(held.lists) == (token == status_token())


@bounded
@given(any_values)
def test_any_cbor_as_a_status_list_is_answered(value: Any) -> None:
    token = sign1(cbor2.dumps(value), signer=country().status, content_type=STATUS_CONTENT_TYPE)
    assert not hold(root_pem=DESK.root_pem, trust_token=DESK.trust, status_tokens=[token]).lists
