"""The claims of a clearance card: one frozen value, and its one form as a CWT payload.

It decides what a card of profile 1 says and within which limits (docs/CARD-FORMAT.md section 5), for the issuer and the
reader alike. Whether the card is genuine, in force and held by the right person is left to `gate`.

The rule of the wire, never edited, only added to: keys 1-63 of the clearance map are such that a reader which does not
know one must refuse the card; keys from 64 on may be ignored. A key once used is never given another meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import IntEnum
from typing import Any, Final, cast

from clearance.credential import cbor
from clearance.credential.cbor import Key, Value
from clearance.credential.errors import MalformedClaims, NewerVersion, NotStrictCbor
from clearance.credential.fields import (
    Field,
    below,
    birth_day,
    byte_string,
    calendar_day,
    checked,
    exactly,
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

_TOP: Final[Mapping[int, Field]] = {
    _ISS: Field(name="issuer", rule=text(blank=False), required=True),
    _EXP: Field(name="expires_at", rule=uint, required=True),
    _NBF: Field(name="not_before", rule=uint),
    _IAT: Field(name="issued_at", rule=uint, required=True),
}
_IDENTITY_FIELDS: Final[Mapping[int, Field]] = {
    1: Field(name="registration_no", rule=text(24)),
    4: Field(name="full_name", rule=text(80, blank=False), required=True),
    8: Field(name="birth_date", rule=birth_day, required=True),
    9: Field(name="gender", rule=one_of(Gender), required=True),
    16: Field(name="photo_webp", rule=byte_string(600)),
    19: Field(name="name_bn", rule=text(200)),
}
# Keys whose value the format fixes. They are read and left behind.
_IDENTITY_CONSTANTS: Final[Mapping[int, Field]] = {
    3: Field(name="language", rule=exactly("eng")),
    13: Field(name="nationality", rule=exactly("BGD"), required=True),
    17: Field(name="photo_format", rule=exactly(4)),
    20: Field(name="name_bn_language", rule=exactly("ben")),
    23: Field(name="country_of_issuance", rule=exactly("BGD")),
}
_CLEARANCE_FIELDS: Final[Mapping[int, Field]] = {
    2: Field(name="passport_no", rule=matching(PASSPORT_NO), required=True),
    3: Field(name="clearance_no", rule=text(24, blank=False), required=True),
    4: Field(name="destination", rule=matching(ALPHA3), required=True),
    5: Field(name="visa_no", rule=text(20)),
    6: Field(name="visa_type", rule=one_of(VisaType)),
    7: Field(name="employer", rule=text(60)),
    8: Field(name="licence_no", rule=text(12)),
    9: Field(name="passport_expiry", rule=calendar_day),
    10: Field(name="office", rule=text(12)),
    11: Field(name="card_class", rule=one_of(CardClass)),
    12: Field(name="occupation", rule=uint),
    13: Field(name="previous_passport_no", rule=matching(PASSPORT_NO)),
}
_STATUS_URI = Field(name="status.uri", rule=text(64, blank=False))
_STATUS_IDX = Field(name="status.idx", rule=below(MAX_STATUS_IDX))


def encode_claims(claims: ClearanceClaims) -> bytes:
    """Write the CWT payload of a card, refusing whatever `parse_claims` would refuse. Raises MalformedClaims."""
    identity = _written(claims, _IDENTITY_FIELDS) | {3: "eng", 13: "BGD", 23: "BGD"}
    if claims.photo_webp is not None:
        identity[17] = 4
    if claims.name_bn is not None:
        identity[20] = "ben"
    payload = _written(claims, _TOP) | {
        _IDENTITY: identity,
        _CLEARANCE: {1: PROFILE} | _written(claims, _CLEARANCE_FIELDS),
        _STATUS: {
            "status_list": {
                "idx": checked(_STATUS_IDX, claims.status.idx),
                "uri": _plain("status.uri", checked(_STATUS_URI, claims.status.uri)),
            }
        },
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
    top = read_fields(claims, _TOP, map_name="claim")
    if top["issuer"] != issuer:
        raise MalformedClaims("issuer", "not the issuer of the trust bundle")
    clearance = _map(claims, _CLEARANCE, "clearance")
    _require_known_shape(clearance)
    identity = _map(claims, _IDENTITY, "identity")
    read_fields(identity, _IDENTITY_CONSTANTS, map_name="identity")
    for key, companion in ((19, 20), (16, 17)):
        if key in identity and companion not in identity:
            raise MalformedClaims(_IDENTITY_CONSTANTS[companion].name, f"missing (identity {companion})")
    attributes = (
        top
        | read_fields(identity, _IDENTITY_FIELDS, map_name="identity")
        | read_fields(clearance, _CLEARANCE_FIELDS, map_name="clearance")
    )
    read = ClearanceClaims(status=_read_status(claims), **cast(dict[str, Any], attributes))
    _check_times(read)
    return read


def _written(claims: ClearanceClaims, fields: Mapping[int, Field]) -> dict[int | str, object]:
    """The known keys of one map, from the attributes that are not None."""
    written: dict[int | str, object] = {}
    for key, field in fields.items():
        value = getattr(claims, field.name)
        value = int(value) if isinstance(value, IntEnum) else value
        if value is not None or field.required:
            written[key] = _plain(field.name, checked(field, value))
    return written


def _plain(name: str, value: object) -> object:
    if isinstance(value, str) and not is_plain(value):
        raise MalformedClaims(name, "not NFC, or invisible or control characters")
    if isinstance(value, str) and not value.strip():
        raise MalformedClaims(name, "blank; leave it out")
    return value


def _map(claims: dict[Key, Value], key: int, name: str) -> dict[Key, Value]:
    value = claims.get(key)
    if not isinstance(value, dict):
        raise MalformedClaims(name, f"missing, or not a map (claim {key})")
    return value


def _require_known_shape(clearance: dict[Key, Value]) -> None:
    """Tell a newer card from a broken one before looking at fields that a newer card may have changed."""
    profile = checked(Field(name="profile", rule=uint), clearance.get(1))
    if profile != PROFILE:
        raise NewerVersion(f"profile {profile}")
    for key in clearance:
        if not isinstance(key, int) or key < 1:
            raise MalformedClaims("clearance", f"the key {key!r}")
    unknown = [key for key in clearance if key not in _CLEARANCE_FIELDS and key != 1]
    if any(cast(int, key) <= LAST_CRITICAL_KEY for key in unknown):
        raise NewerVersion(f"the field {unknown[0]}")


def _read_status(claims: dict[Key, Value]) -> StatusRef:
    match claims.get(_STATUS):
        case {"status_list": {"idx": idx, "uri": uri, **more}, **others} if not more and not others:
            return StatusRef(
                uri=cast(str, checked(_STATUS_URI, uri)),
                idx=cast(int, checked(_STATUS_IDX, idx)),
            )
    raise MalformedClaims("status", "not a reference to one status list")


def _check_times(claims: ClearanceClaims) -> None:
    """nbf is given only where it is later than iat, and never after exp."""
    if claims.not_before is not None and not claims.issued_at < claims.not_before <= claims.expires_at:
        raise MalformedClaims("not_before", "not between issued_at and expires_at")
