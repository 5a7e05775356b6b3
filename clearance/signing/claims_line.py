"""One line of a claims file -> the payload of a card (card-format section 9).

It decides how the words of a line map to claims and says what is wrong with a line in those words. What a card may hold
is decided by `clearance.credential.claims`.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from enum import IntEnum
from typing import Any, TypeVar

from clearance.credential.claims import (
    CardClass,
    ClearanceClaims,
    Gender,
    StatusRef,
    VisaType,
    encode_claims,
    end_of_day_dhaka,
)
from clearance.credential.errors import MalformedClaims
from clearance.credential.plaintext import normalise

NumberedT = TypeVar("NumberedT", bound=IntEnum)

GENDERS = {"male": Gender.MALE, "female": Gender.FEMALE, "other": Gender.OTHER}

REQUIRED: Mapping[str, type] = {
    "name": str, "birth_date": str, "gender": str, "passport_no": str, "clearance_no": str, "destination": str,
    "issued_at": int, "valid_until": str, "status_idx": int,
}  # fmt: skip
OPTIONAL: Mapping[str, type] = {
    "name_bn": str, "passport_expiry": str, "registration_no": str, "visa_no": str, "visa_type": int, "employer": str,
    "licence_no": str, "office": str, "class": int, "occupation": int, "previous_passport_no": str, "status_uri": str,
}  # fmt: skip
WORDS_OF_THE_LINE = {
    "full_name": "name",
    "expires_at": "valid_until",
    "card_class": "class",
    "idx": "status_idx",
    "uri": "status_uri",
}
TYPE_NAMES = {str: "a text", int: "a whole number"}


class LineWrong(Exception):
    """The line is not a claims line; the message says why, for whoever wrote it."""


def payload_of_line(line: str, *, issuer: str, status_uri: str) -> bytes:
    """The CWT payload that the line describes. `status_uri` serves where the line names none. Raises LineWrong."""
    try:
        return encode_claims(parse_claims_line(line, issuer=issuer, status_uri=status_uri))
    except MalformedClaims as error:
        raise LineWrong(f"{WORDS_OF_THE_LINE.get(error.field, error.field)!r} is {error.fault}.") from error


def parse_claims_line(line: str, *, issuer: str, status_uri: str) -> ClearanceClaims:
    """The claims as the line words them; whether a card may hold them is not looked at. Raises LineWrong."""
    fields = _fields(line)
    expiry = fields.get("passport_expiry")
    return ClearanceClaims(
        issuer=issuer,
        issued_at=fields["issued_at"],
        expires_at=end_of_day_dhaka(_date("valid_until", fields["valid_until"])),
        status=StatusRef(uri=fields.get("status_uri", status_uri), idx=fields["status_idx"]),
        full_name=fields["name"],
        name_bn=fields.get("name_bn"),
        birth_date=_birth_date(fields["birth_date"]),
        gender=_gender(fields["gender"]),
        registration_no=fields.get("registration_no"),
        passport_no=fields["passport_no"],
        clearance_no=fields["clearance_no"],
        destination=fields["destination"],
        visa_no=fields.get("visa_no"),
        visa_type=_numbered(VisaType, "visa_type", fields),
        employer=fields.get("employer"),
        licence_no=fields.get("licence_no"),
        passport_expiry=None if expiry is None else int(f"{_date('passport_expiry', expiry):%Y%m%d}"),
        office=fields.get("office"),
        card_class=_numbered(CardClass, "class", fields),
        occupation=fields.get("occupation"),
        previous_passport_no=fields.get("previous_passport_no"),
    )


def _fields(line: str) -> dict[str, Any]:
    """The known fields with the right JSON types and texts in NFC; a null counts as left out."""
    try:
        read = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LineWrong("not a JSON object.") from error
    if not isinstance(read, dict):
        raise LineWrong("not a JSON object.")
    fields = {name: value for name, value in read.items() if value is not None}
    if unknown := sorted(fields.keys() - REQUIRED.keys() - OPTIONAL.keys()):
        raise LineWrong(f"unknown field {unknown[0]!r}.")
    if missing := [name for name in REQUIRED if name not in fields]:
        raise LineWrong(f"{missing[0]!r} is missing.")
    for name, value in fields.items():
        expected = REQUIRED.get(name) or OPTIONAL[name]
        if type(value) is not expected:  # True is an int to isinstance
            raise LineWrong(f"{name!r} must be {TYPE_NAMES[expected]}.")
    return {name: normalise(value) if isinstance(value, str) else value for name, value in fields.items()}


def _date(name: str, text: str) -> date:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise LineWrong(f"{name!r} must be a calendar date as YYYY-MM-DD.")


def _birth_date(text: str) -> str:
    """YYYYMMDD; unknown parts stay 00, which no calendar date can hold."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise LineWrong("'birth_date' must be YYYY-MM-DD, with 00 for unknown parts.")
    return text.replace("-", "")


def _numbered(kind: type[NumberedT], name: str, fields: Mapping[str, Any]) -> NumberedT | None:
    value = fields.get(name)
    if value is not None and value not in list(kind):
        raise LineWrong(f"{name!r} must be one of {', '.join(str(int(member)) for member in kind)}.")
    return None if value is None else kind(value)


def _gender(text: str) -> Gender:
    if text not in GENDERS:
        raise LineWrong(f"'gender' must be one of {', '.join(GENDERS)}.")
    return GENDERS[text]
