"""The claims of a clearance card: one frozen value, and its one form as a CWT payload.

It decides what a card of profile 1 says and within which limits (docs/CARD-FORMAT.md section 5), for the issuer and the
reader alike. Whether the card is genuine, in force and held by the right person is left to `gate`.

The rule of the wire, never edited, only added to: keys 1-63 of the clearance map are such that a reader which does not
know one must refuse the card; keys from 64 on may be ignored. A key once used is never given another meaning.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import IntEnum
from typing import Any, Final

from clearance.credential import cbor
from clearance.credential.cbor import Key, Value
from clearance.credential.errors import MalformedClaims, NewerVersion, NotStrictCbor
from clearance.credential.fields import (
    BadValue,
    Field,
    below,
    birth_day,
    byte_string,
    calendar_day,
    matching,
    one_of,
    read_fields,
    text,
    uint,
)
from clearance.credential.identifiers import ALPHA3, PASSPORT_NO
from clearance.credential.plaintext import is_plain

DHAKA: Final = timezone(timedelta(hours=6), "Asia/Dhaka")
"""UTC+6 without daylight saving since 2010; the format fixes it, so that no tz database is needed."""

MAX_DEPTH = 5
MAX_ITEMS = 128
MAX_STATUS_IDX = 1 << 24
PROFILE = 1
LAST_CRITICAL_KEY = 63


class Gender(IntEnum):
    """As the passport says it (claim 169, key 9)."""

    MALE = 1
    FEMALE = 2
    OTHER = 3


class VisaType(IntEnum):
    SINGLE = 1
    GROUP = 2
    ATTESTED_SINGLE = 3
    ATTESTED_GROUP = 4


class CardClass(IntEnum):
    """Which way the clearance was given."""

    INDIVIDUAL = 1
    GROUP = 2
    DEMO_SINGLE = 3
    REISSUE = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusRef:
    """Where the card's revocation status stands: entry `idx` (below 2**24) of the status list named `uri`."""

    uri: str
    idx: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ClearanceClaims:
    """What the issuer says about one clearance. Times are seconds since 1970 UTC; texts are NFC.

    `birth_date` is YYYYMMDD with 00 for unknown parts; `passport_expiry` the integer YYYYMMDD; `destination` is
    ISO 3166 alpha-3; `occupation` an ISCO-08 code. Nationality and country of issuance are always Bangladesh.
    """

    issuer: str
    issued_at: int
    not_before: int | None = None
    expires_at: int
    status: StatusRef
    full_name: str
    name_bn: str | None = None
    birth_date: str
    gender: Gender
    registration_no: str | None = None
    photo_webp: bytes | None = None
    passport_no: str
    clearance_no: str
    destination: str
    visa_no: str | None = None
    visa_type: VisaType | None = None
    employer: str | None = None
    licence_no: str | None = None
    passport_expiry: int | None = None
    office: str | None = None
    card_class: CardClass | None = None
    occupation: int | None = None
    previous_passport_no: str | None = None

    @property
    def valid_until(self) -> date:
        """The last valid day in Bangladesh; for a time beyond the calendar, the calendar's last day."""
        try:
            return datetime.fromtimestamp(self.expires_at, DHAKA).date()
        except (OverflowError, ValueError, OSError):
            return date.max


def end_of_day_dhaka(day: date) -> int:
    """The `expires_at` of a card whose last valid day is `day`: 23:59:59 in Bangladesh."""
    return int(datetime.combine(day, time(23, 59, 59), DHAKA).astimezone(UTC).timestamp())


# CWT (RFC 8392), MOSIP claim 169 and our private claim.
_ISS, _EXP, _NBF, _IAT, _IDENTITY, _STATUS, _CLEARANCE = 1, 4, 5, 6, 169, 65535, -880001

_TOP: Final = (
    Field(_ISS, "issuer", text(blank=False), required=True),
    Field(_EXP, "expires_at", uint, required=True),
    Field(_NBF, "not_before", uint),
    Field(_IAT, "issued_at", uint, required=True),
)
_IDENTITY_FIELDS: Final = (
    Field(1, "registration_no", text(24)),
    Field(4, "full_name", text(80, blank=False), required=True),
    Field(8, "birth_date", birth_day, required=True),
    Field(9, "gender", one_of(Gender), required=True),
    Field(16, "photo_webp", byte_string(600)),
    Field(19, "name_bn", text(200)),
)
_WEBP = 4
_PROFILE_KEY = 1
_CLEARANCE_FIELDS: Final = (
    Field(2, "passport_no", matching(PASSPORT_NO), required=True),
    Field(3, "clearance_no", text(24, blank=False), required=True),
    Field(4, "destination", matching(ALPHA3), required=True),
    Field(5, "visa_no", text(20)),
    Field(6, "visa_type", one_of(VisaType)),
    Field(7, "employer", text(60)),
    Field(8, "licence_no", text(12)),
    Field(9, "passport_expiry", calendar_day),
    Field(10, "office", text(12)),
    Field(11, "card_class", one_of(CardClass)),
    Field(12, "occupation", uint),
    Field(13, "previous_passport_no", matching(PASSPORT_NO)),
)
_KNOWN_CLEARANCE_KEYS: Final = frozenset({_PROFILE_KEY, *(field.key for field in _CLEARANCE_FIELDS)})
_STATUS_FIELDS: Final = (
    Field("uri", "uri", text(64, blank=False), required=True),
    Field("idx", "idx", below(MAX_STATUS_IDX), required=True),
)


def encode_claims(claims: ClearanceClaims) -> bytes:
    """Write the CWT payload of a card, refusing whatever `parse_claims` would refuse. Raises MalformedClaims."""
    # Language (3) and country of issuance (23) are left out: they say nothing new, and their 16 characters push one
    # card in ten beyond the QR symbol of 600.
    identity = _written(claims, _IDENTITY_FIELDS) | {13: "BGD"}
    if claims.photo_webp is not None:
        identity[17] = _WEBP
    if claims.name_bn is not None:
        identity[20] = "ben"
    payload = _written(claims, _TOP) | {
        _IDENTITY: identity,
        _CLEARANCE: {_PROFILE_KEY: PROFILE} | _written(claims, _CLEARANCE_FIELDS),
        _STATUS: {"status_list": _written(claims.status, _STATUS_FIELDS)},
    }
    _check_times(claims)
    if claims.expires_at <= claims.issued_at:
        raise MalformedClaims("expires_at", "not later than issued_at")
    return cbor.encode(payload)


def parse_claims(payload: bytes, *, issuer: str) -> ClearanceClaims:
    """Read the CWT payload of a card, whose `iss` must be `issuer`. Raises MalformedClaims or NewerVersion."""
    try:
        claims = cbor.decode(payload, max_depth=MAX_DEPTH, max_items=MAX_ITEMS)
    except NotStrictCbor as fault:
        raise MalformedClaims("payload", str(fault)) from None
    if not isinstance(claims, dict):
        raise MalformedClaims("payload", "not a map")
    read = read_fields(claims, _TOP)
    if read["issuer"] != issuer:
        raise MalformedClaims("issuer", "not the issuer of the trust bundle")
    clearance = _map(claims, _CLEARANCE, "clearance")
    _require_known_shape(clearance)
    read |= _read_identity(_map(claims, _IDENTITY, "identity"))
    read |= read_fields(clearance, _CLEARANCE_FIELDS)
    parsed = ClearanceClaims(status=_read_status(_map(claims, _STATUS, "status")), **read)
    _check_times(parsed)
    return parsed


def _map(claims: dict[Key, Value], key: int, name: str) -> dict[Key, Value]:
    value = claims.get(key)
    if not isinstance(value, dict):
        raise MalformedClaims(name, f"missing, or not a map (claim {key})")
    return value


def _require_known_shape(clearance: dict[Key, Value]) -> None:
    """Tell a newer card from a broken one before looking at fields that a newer card may have changed."""
    profile = clearance.get(_PROFILE_KEY)
    if type(profile) is not int or profile < 0:
        raise MalformedClaims("profile", "missing, or not an unsigned integer")
    if profile != PROFILE:
        raise NewerVersion(f"profile {profile}")
    if clearance.keys() <= _KNOWN_CLEARANCE_KEYS:
        return
    unknown = clearance.keys() - _KNOWN_CLEARANCE_KEYS
    if any(type(key) is not int or key < 1 for key in unknown):
        raise MalformedClaims("clearance", "a key that is not an integer from 1")
    if any(type(key) is int and key <= LAST_CRITICAL_KEY for key in unknown):
        raise NewerVersion(f"fields {sorted(map(str, unknown))}")


def _read_identity(identity: dict[Key, Value]) -> dict[str, Any]:
    if identity.get(13) != "BGD" or identity.get(23, "BGD") != "BGD" or identity.get(3, "eng") != "eng":
        raise MalformedClaims("nationality", "not BGD, or with another country of issuance or language")
    if identity.get(20, "ben") != "ben" or (19 in identity and 20 not in identity):
        raise MalformedClaims("name_bn", "not said to be Bengali")
    if identity.get(17, _WEBP) != _WEBP or (16 in identity and 17 not in identity):
        raise MalformedClaims("photo_webp", "not said to be WebP")
    return read_fields(identity, _IDENTITY_FIELDS)


def _read_status(status: dict[Key, Value]) -> StatusRef:
    """The reference to one status list; another mechanism, or more about the list, is not of this profile."""
    reference = status.get("status_list")
    if len(status) != 1 or not isinstance(reference, dict) or len(reference) != len(_STATUS_FIELDS):
        raise MalformedClaims("status", "not a reference to one status list")
    return StatusRef(**read_fields(reference, _STATUS_FIELDS))


def _check_times(claims: ClearanceClaims) -> None:
    """nbf is given only where it is later than iat, and never after exp."""
    if claims.not_before is not None and not claims.issued_at < claims.not_before <= claims.expires_at:
        raise MalformedClaims("not_before", "not between issued_at and expires_at")


def _written(value: object, fields: Sequence[Field]) -> dict[Key, object]:
    """The known keys of one map, from the attributes that are not None."""
    written: dict[Key, object] = {}
    for key, name, rule, required in fields:
        attribute = getattr(value, name)
        if attribute is None and not required:
            continue
        try:
            rule(int(attribute) if isinstance(attribute, IntEnum) else attribute)
        except BadValue as fault:
            raise MalformedClaims(name, str(fault)) from None
        if isinstance(attribute, str) and not (is_plain(attribute) and attribute.strip()):
            raise MalformedClaims(name, "blank, not NFC, or with invisible characters")
        written[key] = attribute
    return written
