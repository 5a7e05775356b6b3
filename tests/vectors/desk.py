"""The files of a test desk and the cards it is shown: one country, with every part replaceable."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any

from clearance.credential import cbor
from clearance.credential.claims import (
    CardClass,
    ClearanceClaims,
    Gender,
    StatusRef,
    VisaType,
    encode_claims,
    end_of_day_dhaka,
)
from clearance.credential.cose import Signer, sign1
from clearance.credential.held import Floor, HeldTrust, hold
from clearance.credential.status import STATUS_CONTENT_TYPE, Status, encode_status_list
from clearance.credential.trust import (
    PURPOSE_EKU,
    TRUST_CONTENT_TYPE,
    Purpose,
    TrustBundle,
    TrustedSigner,
    encode_trust_bundle,
)
from tests.vectors.pki import Root, SeededSigner, make_root, make_signer, seconds

ISSUER = "bmet.gov.bd"
URI = "https://s.bmet.gov.bd/26a"
LIST_SIZE = 4096
IDX = 1234

TRUST_ISSUED = seconds("2026-11-01T00:00:00")
CARD_ISSUED = seconds("2026-11-20T05:30:00")
LIST_ISSUED = seconds("2026-11-21T18:00:00")
NOW = seconds("2026-11-22T06:00:00")
TRUST_NEXT_UPDATE = seconds("2027-02-01T00:00:00")
LIST_EXPIRES = seconds("2026-12-21T18:00:00")

SHORT_CLAIMS = ClearanceClaims(
    issuer=ISSUER,
    issued_at=CARD_ISSUED,
    expires_at=end_of_day_dhaka(date(2027, 11, 19)),
    status=StatusRef(uri=URI, idx=IDX),
    full_name="RAHIMA KHATUN",
    birth_date="19940317",
    gender=Gender.FEMALE,
    passport_no="A01234567",
    clearance_no="26-DHK-0001234",
    destination="SAU",
)
FULL_CLAIMS = replace(
    SHORT_CLAIMS,
    full_name="MD. RAFIQUL ISLAM",
    name_bn="মো. রফিকুল ইসলাম",
    birth_date="19880105",
    gender=Gender.MALE,
    registration_no="2026-0123456789",
    visa_no="6112345678",
    visa_type=VisaType.ATTESTED_GROUP,
    employer="AL NOOR CONTRACTING EST.",
    licence_no="RL-1234",
    passport_expiry=20330704,
    office="DEMO-CTG",
    card_class=CardClass.INDIVIDUAL,
    occupation=7126,
    previous_passport_no="BX0123456",
)


@dataclass(frozen=True, kw_only=True)
class Country:
    """A root and one signer of each kind under it."""

    root: Root
    card: SeededSigner
    card_eddsa: SeededSigner
    status: SeededSigner
    trust: SeededSigner


@cache
def country(label: str = "root") -> Country:
    root = make_root(label)
    return Country(
        root=root,
        card=make_signer(root, f"{label} card"),
        card_eddsa=make_signer(root, f"{label} card EdDSA", eddsa=True),
        status=make_signer(root, f"{label} status", ekus=[PURPOSE_EKU[Purpose.STATUS]]),
        trust=make_signer(root, f"{label} trust", ekus=[PURPOSE_EKU[Purpose.TRUST]]),
    )


def listed(signer: SeededSigner, purpose: Purpose = Purpose.CARD, **changes: Any) -> TrustedSigner:
    return TrustedSigner(certificate_der=signer.certificate_der, purpose=purpose, **changes)


def bundle(**changes: Any) -> TrustBundle:
    """The usual trust bundle; `changes` are fields of TrustBundle."""
    usual = TrustBundle(
        sequence=7,
        issued_at=TRUST_ISSUED,
        next_update=TRUST_NEXT_UPDATE,
        issuer=ISSUER,
        signers=(
            listed(country().card),
            listed(country().card_eddsa),
            listed(country().status, Purpose.STATUS),
        ),
        status_uris=(URI,),
        trust_certificate_der=country().trust.certificate_der,
    )
    return replace(usual, **changes)


def trust_token(content: TrustBundle | None = None, *, signer: Signer | None = None) -> bytes:
    payload = encode_trust_bundle(content or bundle())
    return sign1(payload, signer=signer or country().trust, content_type=TRUST_CONTENT_TYPE)


def status_token(
    values: Mapping[int, Status] | None = None, *, signer: SeededSigner | None = None, **changes: Any
) -> bytes:
    """The usual status list with `values`; `changes` are arguments of `encode_status_list`."""
    usual: dict[str, Any] = {"uri": URI, "size": LIST_SIZE, "issued_at": LIST_ISSUED, "expires_at": LIST_EXPIRES}
    payload = encode_status_list(values or {}, **(usual | changes))
    return sign1(payload, signer=signer or country().status, content_type=STATUS_CONTENT_TYPE)


def raw_status_token(claims: Mapping[int, object], *, signer: SeededSigner | None = None) -> bytes:
    """A status token of these claims over the usual ones; a claim of None is left out."""
    usual: dict[int, object] = {2: URI, 4: LIST_EXPIRES, 6: LIST_ISSUED}
    content = {key: value for key, value in (usual | dict(claims)).items() if value is not None}
    return sign1(cbor.encode(content), signer=signer or country().status, content_type=STATUS_CONTENT_TYPE)


@dataclass(frozen=True, kw_only=True)
class DeskFiles:
    """What lies in the directory of a desk."""

    root_pem: bytes = field(default_factory=lambda: country().root.pem)
    trust: bytes | None = field(default_factory=trust_token)
    status: Mapping[str, bytes] = field(default_factory=lambda: {"26a.cwt": status_token()})

    def hold(self, floor: Floor | None = None) -> HeldTrust:
        return hold(root_pem=self.root_pem, trust_token=self.trust, status_tokens=self.status.values(), floor=floor)


def desk_trusting(*signers: TrustedSigner, **changes: Any) -> DeskFiles:
    """A desk whose bundle lists these signers and the usual status signer."""
    return DeskFiles(trust=trust_token(bundle(signers=(*signers, listed(country().status, Purpose.STATUS)), **changes)))


def desk_with_lists(*tokens: bytes) -> DeskFiles:
    return DeskFiles(status={f"{number}.cwt": token for number, token in enumerate(tokens)})


def payload_map(claims: ClearanceClaims = SHORT_CLAIMS) -> dict[Any, Any]:
    """A card's payload as a map to be spoiled."""
    decoded = cbor.decode(encode_claims(claims), max_depth=5, max_items=128)
    assert isinstance(decoded, dict)
    return decoded
