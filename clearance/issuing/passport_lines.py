"""Filling in the passport part of a form from the two lines at the foot of the passport.

It decides what the lines say in the words of the put-up sheet. Only lines whose check digits hold are used; the name,
which no check digit covers, is for the officer to compare.
"""

from datetime import date

from clearance.credential.mrz import MrzFault, Td3, read_mrz

SEXES = {"M": "male", "F": "female", "<": "other"}


def fields_of_passport(text: str, *, on: date) -> dict[str, str] | MrzFault | None:
    """Columns and what belongs into them, or why the lines say nothing; None for what are no such lines at all."""
    read = read_mrz(text)
    if not isinstance(read, Td3):
        return read
    found = {
        "name_en": " ".join(part for part in (read.given_names, read.surname) if part),
        "passport_no": read.passport_no,
        "birth_date": _birth_date(read.birth_date, on),
        "passport_expires_on": _day(f"20{read.expiry_date}"),
        "sex": SEXES[read.sex],
    }
    return {name: value for name, value in found.items() if value}


def _birth_date(written: str, on: date) -> str:
    this_century = _day(f"{on.year // 100}{written}")
    if this_century and this_century <= on.isoformat():
        return this_century
    return _day(f"{on.year // 100 - 1}{written}")


def _day(digits: str) -> str:
    """The day as YYYY-MM-DD; nothing where the passport leaves parts unknown, or there is no such day."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).isoformat()
    except ValueError:
        return ""
