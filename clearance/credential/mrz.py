"""The two lines at the foot of a passport's data page: ICAO Doc 9303 part 4, the TD3 machine readable zone.

Decides whether a text is such a zone and whether its check digits hold; nothing is repaired or guessed. Shared by the
desk, which compares a passport with a card, and by the office, which fills in a form from one (docs/adr/0026).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

LINE = 44
FIRST_LINE = re.compile(r"P[A-Z<][A-Z<]{3}[A-Z<]{39}", re.ASCII)  # document code, issuing state, names: no digits
SECOND_LINE = re.compile(
    r"[A-Z0-9<]{9}[0-9][A-Z<]{3}[0-9<]{6}[0-9][MFX<][0-9<]{6}[0-9][A-Z0-9<]{14}[0-9<][0-9]", re.ASCII
)
ZONE = re.compile(r"[A-Z0-9<]{30,90}", re.ASCII)  # what any travel document's lines look like once joined
MAX_INPUT = 200
WEIGHTS = (7, 3, 1)
FILLER = "<"


class MrzFault(StrEnum):
    """Why a machine readable zone says nothing that may be relied on."""

    INCOMPLETE = "mrz_incomplete"
    """One line came where there are two."""
    MISREAD = "mrz_misread"
    """A character or a check digit is wrong."""
    NOT_A_PASSPORT = "mrz_not_a_passport"
    """A visa or an identity card."""


@dataclass(frozen=True, kw_only=True)
class Td3:
    """What a passport's zone says, fillers removed. Dates are YYMMDD as written, `<` where a part is unknown."""

    passport_no: str
    issuing_state: str
    birth_date: str
    expiry_date: str
    sex: str
    """`M`, `F`, or `<` where the passport does not say."""
    surname: str
    given_names: str
    """Spaces between the parts; cut off where the name is longer than the line. No check digit covers the names."""


def read_mrz(text: str) -> Td3 | MrzFault | None:
    """Read the two lines, with or without a line end between them; None where the text is no machine readable zone.

    Scanners differ in case and framing, so case is folded and white space dropped; a `<` must be there, which is what
    tells a zone from a card's text.
    """
    zone = "".join(text[:MAX_INPUT].split()).upper()
    if FILLER not in zone or not ZONE.fullmatch(zone):
        return None
    if len(zone) == LINE and (FIRST_LINE.fullmatch(zone) or SECOND_LINE.fullmatch(zone)):
        return MrzFault.INCOMPLETE
    if not zone.startswith("P") or len(zone) in (72, 90):  # TD2 and TD1; a visa's zone begins with V
        return MrzFault.NOT_A_PASSPORT
    return _td3(zone[:LINE], zone[LINE:])


def is_first_line(text: str) -> bool:
    """Whether a passport reader has sent the first of its two lines, so that another one follows."""
    return FIRST_LINE.fullmatch(text.strip().upper()) is not None


def check_digit(field: str) -> int:
    """Doc 9303-3 section 4.9: digits are their value, A-Z 10 to 35, the filler 0; weights 7, 3, 1; modulo 10."""
    values = (0 if char == FILLER else int(char, 36) for char in field)
    return sum(value * WEIGHTS[place % 3] for place, value in enumerate(values)) % 10


def _td3(first: str, second: str) -> Td3 | MrzFault:
    if not (FIRST_LINE.fullmatch(first) and SECOND_LINE.fullmatch(second)):
        return MrzFault.MISREAD
    number, birth, expiry, optional = second[:9], second[13:19], second[21:27], second[28:42]
    composite = second[:10] + second[13:20] + second[21:43]
    proofs = [(number, second[9]), (birth, second[19]), (expiry, second[27]), (composite, second[43])]
    if optional.strip(FILLER) or second[42] != FILLER:  # an empty optional field may have a filler for its digit
        proofs.append((optional, second[42]))
    if any(str(check_digit(field)) != digit for field, digit in proofs):
        return MrzFault.MISREAD
    surname, _, given_names = first[5:].rstrip(FILLER).partition(FILLER * 2)
    return Td3(
        passport_no=number.rstrip(FILLER),
        issuing_state=first[2:5].rstrip(FILLER),
        birth_date=birth,
        expiry_date=expiry,
        sex=second[20],
        surname=surname.replace(FILLER, " ").strip(),
        given_names=" ".join(given_names.replace(FILLER, " ").split()),
    )
