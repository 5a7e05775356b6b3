"""What a test vector holds: a card at every layer, the desk and the clock it meets, and the verdict."""

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any, Literal

from clearance.credential import base45
from clearance.credential.claims import ClearanceClaims, encode_claims
from clearance.credential.cose import sign1
from clearance.credential.deflate import deflate_for_all_readers
from clearance.credential.gate import Note
from clearance.credential.held import Floor
from clearance.credential.reasons import Reason
from tests.vectors.desk import NOW, SHORT_CLAIMS, DeskFiles, country
from tests.vectors.pki import SeededSigner

Folder = Literal["valid", "invalid", "edge"]


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card at every layer. None: a strict reader does not get this far, or what lies here cannot be told."""

    text: str
    compressed: bytes | None = None
    cose: bytes | None = None
    payload: bytes | None = None
    claims: ClearanceClaims | None = None


def card(claims: ClearanceClaims = SHORT_CLAIMS, *, signer: SeededSigner | None = None) -> Card:
    """A card as the issuer makes it."""
    return dataclasses.replace(card_of_payload(encode_claims(claims), signer=signer), claims=claims)


def card_of_payload(payload: bytes, *, signer: SeededSigner | None = None) -> Card:
    """A payload, spoiled or not, properly signed and packed."""
    return dataclasses.replace(card_of_cose(sign1(payload, signer=signer or country().card)), payload=payload)


def card_of_cose(cose: bytes) -> Card:
    return dataclasses.replace(card_of_compressed(deflate_for_all_readers(cose)), cose=cose)


def card_of_compressed(compressed: bytes) -> Card:
    return Card(text=base45.encode(compressed), compressed=compressed)


@dataclass(frozen=True, kw_only=True)
class Vector:
    """One question to the gate and its answer. `name` tells the fault; `rule` says which sentence it tests."""

    folder: Folder
    name: str
    rule: str
    card: Card
    reason: Reason
    desk: DeskFiles = field(default_factory=DeskFiles)
    floor: Floor | None = None
    at: int = NOW
    passport_no: str | None = None
    used_before: bool = False
    note: Note | None = None

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}.json"

    def to_json(self) -> str:
        content = {
            "name": self.name,
            "rule": self.rule,
            "layers": {
                "claims": None if self.card.claims is None else claims_to_json(self.card.claims),
                "payload": _hex(self.card.payload),
                "cose": _hex(self.card.cose),
                "compressed": _hex(self.card.compressed),
                "text": self.card.text,
            },
            "desk": {
                "root.pem": self.desk.root_pem.decode("ascii"),
                "trust.cose": _hex(self.desk.trust),
                "status": {name: token.hex() for name, token in self.desk.status.items()},
                "floor": None if self.floor is None else json.loads(self.floor.to_json()),
            },
            "at": self.at,
            "passport_no": self.passport_no,
            "used_before": self.used_before,
            "expect": {"outcome": self.reason.outcome, "reason": self.reason, "note": self.note},
        }
        return json.dumps(content, indent=1) + "\n"  # ASCII: what is invisible or no character stays visible


def claims_to_json(claims: ClearanceClaims) -> dict[str, Any]:
    """The claims with absent ones left out and bytes as hex."""
    return {
        name: value.hex() if isinstance(value, bytes) else value
        for name, value in dataclasses.asdict(claims).items()
        if value is not None
    }


def _hex(data: bytes | None) -> str | None:
    return None if data is None else data.hex()
