"""The passport in the officer's hand, as the desk hears of it, and whether it is the one on a card.

It comes from a passport reader (both lines of the machine readable zone), as a number typed whole, or as the last four
digits typed. Decides what counts as a number and what counts as the same passport. What a difference means for the
person is decided in `clearance.credential.gate`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from clearance.credential.claims import ClearanceClaims
from clearance.credential.identifiers import PASSPORT_NO, normalise_passport_no
from clearance.credential.mrz import MrzFault, Td3, read_mrz

MAX_INPUT = 120  # two lines of 44 with their line ends, and more than any number
LAST_FOUR = re.compile(r"[0-9]{4}", re.ASCII)


class ReadBy(StrEnum):
    """How the desk knows the number."""

    MRZ = "mrz"
    TYPED = "typed"
    LAST_FOUR = "last_four"


class PassportFault(StrEnum):
    """Why what was typed is no passport number."""

    ODD = "passport_odd"


@dataclass(frozen=True, kw_only=True)
class PassportInHand:
    """`number` is as a card carries it; only its last four digits where `read_by` says so."""

    number: str
    read_by: ReadBy

    def is_on(self, claims: ClearanceClaims) -> bool:
        """Whether the card names this passport, as the present one or as the one it replaced."""
        return self.as_on(claims) in (claims.passport_no, claims.previous_passport_no)

    def as_on(self, claims: ClearanceClaims) -> str:
        """The whole number, where four digits are those of a passport that the card names."""
        if self.read_by is not ReadBy.LAST_FOUR:
            return self.number
        on_card = (claims.passport_no, claims.previous_passport_no)
        return next((number for number in on_card if number and number.endswith(self.number)), self.number)


def passport_in_hand(heard: str) -> PassportInHand | PassportFault | MrzFault:
    """Understand what a reader sent or an officer typed: a machine readable zone, a number, or its last four digits."""
    if len(heard) > MAX_INPUT:
        return PassportFault.ODD
    match read_mrz(heard):
        case Td3(passport_no=number):
            return PassportInHand(number=number, read_by=ReadBy.MRZ)
        case MrzFault() as fault:
            return fault
        case None:
            return _typed(normalise_passport_no(heard))


def _typed(number: str) -> PassportInHand | PassportFault:
    if LAST_FOUR.fullmatch(number):
        return PassportInHand(number=number, read_by=ReadBy.LAST_FOUR)
    if PASSPORT_NO.fullmatch(number):
        return PassportInHand(number=number, read_by=ReadBy.TYPED)
    return PassportFault.ODD
