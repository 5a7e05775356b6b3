"""The QR symbol of a card: level M, alphanumeric mode, a mask fixed in advance, drawn as one filled path.

It decides which modules are dark and how they are drawn. What the text says is the business of `clearance.credential`,
where the symbol stands that of `layout`. The mask is fixed because the automatic choice takes three quarters of the
`qrcode` library's time, and Base45 text looks alike under all eight (docs/adr/0011).
"""

from collections.abc import Iterator
from itertools import groupby

import qrcode
from qrcode.util import MODE_ALPHA_NUM, QRData

QUIET_ZONE = 4
"""Modules of white on each side (ISO/IEC 18004, 5.3.8)."""

MASKS = (3, 0, 6)
"""Mask patterns in the order of trying; the next one is used only when a finished page cannot be read back."""

Matrix = tuple[tuple[bool, ...], ...]
"""Rows of modules from the top, without quiet zone; True is dark."""


def matrix(text: str, *, mask: int = MASKS[0]) -> Matrix:
    """The smallest symbol that holds `text` (QR alphanumeric characters only).

    Raises ValueError for another character and qrcode.exceptions.DataOverflowError beyond version 40.
    """
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=0, mask_pattern=mask)
    code.add_data(QRData(text.encode(), mode=MODE_ALPHA_NUM))
    code.make(fit=True)
    return tuple(tuple(row) for row in code.get_matrix())


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


def side(modules: Matrix) -> int:
    """Width of the symbol with its quiet zone, in modules."""
    return len(modules) + 2 * QUIET_ZONE


def _dark_rectangles(modules: Matrix) -> Iterator[tuple[int, int, int, int]]:
    """Column, row, width and height of rectangles that cover each dark module once: equal runs of rows in a pile."""
    started: dict[tuple[int, int], int] = {}
    for row, cells in enumerate((*modules, ())):
        runs = set(_dark_runs(cells))
        for column, width in [run for run in started if run not in runs]:
            first = started.pop((column, width))
            yield column, first, width, row - first
        for run in sorted(runs):
            started.setdefault(run, row)


def _dark_runs(cells: tuple[bool, ...]) -> Iterator[tuple[int, int]]:
    """First column and width of each run of dark modules."""
    column = 0
    for dark, run in groupby(cells):
        width = len(list(run))
        if dark:
            yield column, width
        column += width
