"""What others look for at fixed places: public keys and where to report a weakness."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from clearance.credential.cose import Algorithm
from clearance.credential.trust import Purpose, SignerState, TrustBundle
from clearance.issuing.lookup import SecondFactor
from clearance.signing import keystore
from clearance.signing.authority import DEMO
from clearance.signing.keystore import KeyStore
from clearance.web.app import create_app
from clearance.web.options import WebOptions
from tests.fakes.office import open_office
from tests.integration.worker_pages import Phone

AT = 1_795_327_200
OPTIONS = WebOptions(secret_key=b"k" * 32, second_factor=SecondFactor.BIRTH_DATE, trust_directory=Path())


@pytest.fixture(params=[Algorithm.ES256, Algorithm.EDDSA], ids=lambda each: each.name)
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> KeyStore:
    keystore.init(tmp_path / "keys", algorithm=request.param, subject=DEMO, at=AT)
    return keystore.load(tmp_path / "keys")


@pytest.fixture
def visitor(keys: KeyStore) -> Phone:
    office = open_office()
    app = create_app(office.service, replace(OPTIONS, trust_directory=keys.public))
    return Phone(office=office, client=app.test_client(use_cookies=False))


def published_keys(visitor: Phone) -> dict[str, Mapping[str, Any]]:
    answer = visitor.get("/.well-known/jwks.json")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/jwk-set+json"
    return {key["kid"]: key for key in json.loads(answer.data)["keys"]}


def number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def in_state(keys: KeyStore, state: SignerState, *, at: int) -> None:
    """Put the card signer into a state, as a ceremony does."""

    def change(bundle: TrustBundle) -> TrustBundle:
        signers = (replace(s, state=state) if s.purpose is Purpose.CARD else s for s in bundle.signers)
        return replace(bundle, signers=tuple(signers))

    keys.publisher().amend_trust(change, at=at)


def test_the_keys_of_cards_and_lists_are_there_and_no_others(visitor: Phone, keys: KeyStore) -> None:
    assert published_keys(visitor).keys() == {keys.card.kid.hex(), keys.status.kid.hex()}


def test_a_published_key_is_that_of_its_certificate(visitor: Phone, keys: KeyStore) -> None:
    key = published_keys(visitor)[keys.card.kid.hex()]
    certificate = x509.load_der_x509_certificate(keys.card.certificate_der)
    match certificate.public_key():
        case ec.EllipticCurvePublicKey() as public:
            assert (key["kty"], key["crv"], key["alg"]) == ("EC", "P-256", "ES256")
            numbers = ec.EllipticCurvePublicNumbers(number(key["x"]), number(key["y"]), ec.SECP256R1())
            assert numbers == public.public_numbers()
        case ed25519.Ed25519PublicKey() as public:
            assert (key["kty"], key["crv"], key["alg"]) == ("OKP", "Ed25519", "EdDSA")
            assert number(key["x"]).to_bytes(32, "big") == public.public_bytes_raw()
    assert key["use"] == "sig"
    root = keys.root_certificate.public_bytes(Encoding.DER)
    assert [base64.b64decode(each) for each in key["x5c"]] == [keys.card.certificate_der, root]
    assert number(key["x5t#S256"]).to_bytes(32, "big") == hashlib.sha256(keys.card.certificate_der).digest()


def test_nothing_private_is_in_a_published_key(visitor: Phone) -> None:
    for key in published_keys(visitor).values():
        assert key.keys() <= {"kty", "crv", "x", "y", "alg", "use", "kid", "x5c", "x5t#S256"}


def test_a_retired_key_stays_and_a_distrusted_one_goes(visitor: Phone, keys: KeyStore) -> None:
    in_state(keys, SignerState.RETIRED, at=AT + 60)
    assert keys.card.kid.hex() in published_keys(visitor)
    in_state(keys, SignerState.DISTRUSTED, at=AT + 120)
    assert published_keys(visitor).keys() == {keys.status.kid.hex()}


def test_who_has_the_keys_is_told_so(visitor: Phone) -> None:
    first = visitor.get("/.well-known/jwks.json")
    again = visitor.get("/.well-known/jwks.json", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert first.cache_control.max_age == 300
    assert first.headers["Access-Control-Allow-Origin"] == "*"


def test_without_published_files_there_are_no_keys(tmp_path: Path) -> None:
    office = open_office()
    app = create_app(office.service, replace(OPTIONS, trust_directory=tmp_path))
    assert app.test_client().get("/.well-known/jwks.json").status_code == 404


def fields(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.splitlines())


def test_security_txt_says_whom_to_tell_for_less_than_a_year(visitor: Phone) -> None:
    answer = visitor.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    said = fields(answer.text)
    assert said.keys() == {"Contact", "Expires", "Preferred-Languages", "Canonical"}
    assert said["Contact"] == "mailto:security@bmet.gov.bd"
    assert said["Preferred-Languages"] == "bn, en"
    assert said["Canonical"] == "https://clearance.bmet.gov.bd/.well-known/security.txt"
    expires = datetime.strptime(said["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(days=150) < expires - visitor.office.clock.at < timedelta(days=365)


def test_security_txt_stays_the_same_all_day_and_never_runs_out(visitor: Phone) -> None:
    first = visitor.get("/.well-known/security.txt")
    visitor.office.clock.advance(hours=3)
    assert visitor.get("/.well-known/security.txt", If_None_Match=first.headers["ETag"]).status_code == 304
    visitor.office.clock.advance(days=400)
    expires = fields(visitor.get("/.well-known/security.txt").text)["Expires"]
    assert expires > visitor.office.clock.at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_an_office_names_its_own_contact_and_address(keys: KeyStore) -> None:
    options = replace(
        OPTIONS,
        trust_directory=keys.public,
        public_url="https://ec.example/",
        security_contact="https://ec.example/report",
    )
    said = fields(create_app(open_office().service, options).test_client().get("/.well-known/security.txt").text)
    assert said["Contact"] == "https://ec.example/report"
    assert said["Canonical"] == "https://ec.example/.well-known/security.txt"
