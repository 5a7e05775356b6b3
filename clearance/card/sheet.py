"""One page as PDF operators: grounds, pictures, text, the DEMO marking, and the marks that say what each is.

It decides the order of ink (watermark, grounds, pictures, text, folds) and the operators. Where things stand came from
`layout`, what is read in one go from `marks`; the tree over the marks is built by `structure`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from reportlab.pdfbase.pdfdoc import PDFDocument

from clearance.card import colours, watermark
from clearance.card.colours import MUTED, RULE, WHITE
from clearance.card.compose import PlacedPage
from clearance.card.fitting import MM_PER_POINT
from clearance.card.layout import Picture, Rect, Role
from clearance.card.marks import Mark, Part, Piece, pieces
from clearance.card.reportlab_font import reportlab_font

PHOTO, QR_CODE, WATERMARK = "Photo", "Code", "Demo"
"""Names of the pictures in the resources of every page; `document` defines them."""


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """Sizes of the drawn pictures: the side of the QR code with its quiet zone in modules, the length of DEMO.

    `watermark` is in font units, and None on a card that is no demo.
    """

    qr_side: int
    watermark: int | None


@dataclass(frozen=True, kw_only=True)
class DrawnPage:
    """Operators, size in points, and the marks in reading order; the marked content is numbered through them."""

    content: bytes
    width: float
    height: float
    marks: tuple[Mark, ...]


def draw(placed: PlacedPage, pictures: Pictures, doc: PDFDocument) -> DrawnPage:
    """Draw everything on one page of `doc`."""
    sheet = _Sheet(placed, doc)
    figures: list[str] = []
    texts: list[str] = []
    marks: list[Mark] = []
    mcid = 0
    for piece in pieces(placed.boxes):
        match piece.kind:
            case Picture():
                figures.append(f"/Figure<</MCID {mcid}>>BDC {sheet.picture(piece.kind, piece.rect, pictures)} EMC")
            case Role():
                texts += sheet.text(piece, mcid)
        marks.append(piece.mark)
        mcid += piece.mark.sequences
    operators = [
        *("/Artifact BMC", *sheet.watermark(pictures.watermark), *sheet.grounds(), "EMC"),
        *figures,
        *("BT", *texts, "ET"),
        *("/Artifact BMC", *sheet.fold(), "EMC"),
    ]
    return DrawnPage(
        content="\n".join(operators).encode("latin-1"),
        width=_points(placed.width),
        height=_points(placed.height),
        marks=tuple(marks),
    )


class _Sheet:
    """Operators of one page: millimetres from the top left become points from the bottom left."""

    def __init__(self, placed: PlacedPage, doc: PDFDocument) -> None:
        self._placed, self._doc = placed, doc
        self._pen, self._x, self._y = "", 0.0, 0.0  # font and colour as last named, where the last line began

    def watermark(self, length: int | None) -> Iterator[str]:
        """Below everything: it can neither hide a fact nor stand behind the QR code."""
        if length is None:
            return
        placed = self._placed
        yield _fill(colours.WATERMARK)
        size = (_points(placed.width), _points(placed.height))
        yield from watermark.rows(*size, placed.watermark, length, word=WATERMARK)

    def grounds(self) -> Iterator[str]:
        """Coloured grounds, hairlines, and white below the pictures."""
        for box in self._placed.boxes:
            if fill := (WHITE if box.picture else box.fill):
                yield f"{_fill(fill)} {self._rectangle(box.rect)} f"

    def picture(self, picture: Picture, rect: Rect, pictures: Pictures) -> str:
        """Photo or code, stretched over its box; the photo has a thin frame."""
        match picture:
            case Picture.PHOTO:
                frame = f"{_components(RULE)} RG 0.5 w {self._rectangle(rect)} S"
                return f"{self._stretched(PHOTO, rect, 1)} {frame}"
            case Picture.QR:
                return self._stretched(QR_CODE, rect, pictures.qr_side)

    def text(self, piece: Piece, mcid: int) -> Iterator[str]:
        """The lines of a piece, marked anew where the language changes; its first mark is `mcid`."""
        for number, (english, parts) in enumerate(piece.sequences, start=mcid):
            yield f"/Span<</MCID {number}/Lang(en)>>BDC" if english else f"/{piece.kind}<</MCID {number}>>BDC"
            for part in parts:
                yield from self._part(part)
            yield "EMC"

    def fold(self) -> Iterator[str]:
        """Where the paper is folded."""
        placed = self._placed
        if placed.fold is not None:
            width, y = (_number(_points(length)) for length in (placed.width, placed.height - placed.fold))
            yield f"{_components(MUTED)} RG 0.6 w [4 3] 0 d 0 {y} m {width} {y} l S"

    def _part(self, part: Part) -> Iterator[str]:
        """Each line is placed from the last one; font and colour are named where they change."""
        line = part.line
        font = reportlab_font(line.style.weight)
        pen = f"{font.resource(self._doc)} {line.size:g} Tf {_fill(line.style.colour)}"
        if pen != self._pen:
            yield pen
            self._pen = pen
        if part.begins:
            x, y = _points(line.x), _points(self._placed.height - line.baseline)
            yield f"{_number(x - self._x)} {_number(y - self._y)} Td"
            self._x, self._y = x, y
        yield font.show(part.text, self._doc)

    def _stretched(self, picture: str, rect: Rect, units: int) -> str:
        """A picture of so many units a side, over `rect`."""
        across, up = (f"{_points(length) / units:.6g}" for length in (rect.width, rect.height))
        x, y = self._corner(rect)
        return f"q {across} 0 0 {up} {_number(x)} {_number(y)} cm /{picture} Do Q"

    def _rectangle(self, rect: Rect) -> str:
        sides = (*self._corner(rect), _points(rect.width), _points(rect.height))
        return " ".join([*map(_number, sides), "re"])

    def _corner(self, rect: Rect) -> tuple[float, float]:
        return _points(rect.x), _points(self._placed.height - rect.bottom)


def _points(millimetres: float) -> float:
    """Hundredths of a point are finer than any printer."""
    return round(millimetres / MM_PER_POINT, 2)


def _number(value: float) -> str:
    return f"{round(value, 2):g}"


def _fill(colour: str) -> str:
    """The operator that fills in an `#rrggbb` colour."""
    return f"{_components(colour)} rg"


def _components(colour: str) -> str:
    return " ".join(f"{int(colour[at : at + 2], 16) / 255:.3g}" for at in (1, 3, 5))
