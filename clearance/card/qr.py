"""The QR symbol of a card: alphanumeric mode, a mask fixed in advance, drawn as one filled path.

It decides which modules are dark and how they are drawn. What the text says is the business of `clearance.credential`,
where the symbol stands that of `layout`. The mask is fixed because the automatic choice takes three quarters of the
`qrcode` library's time, and Base45 text looks alike under all eight (docs/adr/0011).
"""

import re
from collections.abc import Iterator
from enum import Enum

import qrcode
from qrcode.util import BIT_LIMIT_TABLE, MODE_ALPHA_NUM, QRData, length_in_bits

MODE_BITS = 4

QUIET_ZONE = 4
"""Modules of white on each side (ISO/IEC 18004, 5.3.8)."""

MASKS = (3, 0, 6)
"""Mask patterns in the order of trying; the next one is used only when a finished page cannot be read back."""

_DARK_RUN = re.compile("1+")


class Level(Enum):
    """Error correction. Pixels a module decide, so paper and phone have M; plastic gets scratched in pockets."""

    M = qrcode.ERROR_CORRECT_M
    Q = qrcode.ERROR_CORRECT_Q


Matrix = tuple[tuple[bool, ...], ...]
"""Rows of modules from the top, without quiet zone; True is dark."""


def matrix(text: str, *, mask: int = MASKS[0], level: Level = Level.M) -> Matrix:
    """The smallest symbol that holds `text`.

    Raises ValueError for a character outside the QR alphanumeric set and for more than version 40 holds.
    """
    code = qrcode.QRCode(_version(len(text), level), error_correction=level.value, border=0, mask_pattern=mask)
    code.add_data(QRData(text.encode(), mode=MODE_ALPHA_NUM))
    code.make(fit=False)
    return tuple(tuple(row) for row in code.get_matrix())


def matrix_of_any(text: str) -> Matrix:
    """The smallest symbol that holds any text, such as an address; the library chooses mode and mask."""
    code = qrcode.QRCode(error_correction=Level.M.value, border=0)
    code.add_data(text)
    code.make()
    return tuple(tuple(row) for row in code.get_matrix())


def _version(length: int, level: Level) -> int:
    """Smallest version for so many alphanumeric characters; `qrcode` would encode the text twice to find it."""
    data_bits = 11 * (length // 2) + 6 * (length % 2)
    for version in range(1, 41):
        if MODE_BITS + length_in_bits(MODE_ALPHA_NUM, version) + data_bits <= BIT_LIMIT_TABLE[level.value][version]:
            return version
    raise ValueError(f"no QR code holds {length} characters")


def path(modules: Matrix) -> bytes:
    """PDF operators that fill all dark modules at once; the unit is one module, the origin the quiet zone's corner.

    One path with one fill, because separate fills leave hairlines between modules where a renderer smooths edges.
    """
    top = len(modules) + QUIET_ZONE
    rectangles = (
        f"{column + QUIET_ZONE} {top - row - height} {width} {height} re"
        for column, row, width, height in _dark_rectangles(modules)
    )
    return "\n".join([*rectangles, "f"]).encode("ascii")


def svg_path(modules: Matrix) -> str:
    """The same as the data of an SVG path; y grows downwards there."""
    return "".join(
        f"M{column + QUIET_ZONE} {row + QUIET_ZONE}h{width}v{height}h-{width}z"
        for column, row, width, height in _dark_rectangles(modules)
    )


def side(modules: Matrix) -> int:
    """Width of the symbol with its quiet zone, in modules."""
    return len(modules) + 2 * QUIET_ZONE


def side_of(text: str, level: Level) -> int:
    """The same, known before anything is encoded. Raises ValueError for more than version 40 holds."""
    return 17 + 4 * _version(len(text), level) + 2 * QUIET_ZONE


def _dark_rectangles(modules: Matrix) -> Iterator[tuple[int, int, int, int]]:
    """Column, row, width and height of rectangles that cover each dark module once: equal runs of rows in a pile."""
    started: dict[tuple[int, int], int] = {}
    for row, cells in enumerate((*modules, ())):
        text = "".join("1" if dark else " " for dark in cells)
        runs = dict.fromkeys(match.span() for match in _DARK_RUN.finditer(text))
        for run in [run for run in started if run not in runs]:
            first = started.pop(run)
            yield run[0], first, run[1] - run[0], row - first
        for run in runs:
            started.setdefault(run, row)
