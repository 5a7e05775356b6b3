"""One placed page as PDF operators: grounds, pictures, text, the DEMO marking.

It decides the order of ink (watermark, grounds, pictures, text, rules) and the operators; where things stand came from
`layout`. Text is written here and not by reportlab's text object, which would spell each byte of a code as `\\000`.
"""

from dataclasses import dataclass

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from clearance.card import colours, watermark
from clearance.card.colours import ACCENT, MUTED, RULE, WHITE
from clearance.card.compose import PlacedPage
from clearance.card.fitting import MM_PER_POINT
from clearance.card.layout import Line, Picture, Rect
from clearance.card.reportlab_font import reportlab_font
from clearance.card.typeface import Weight

PHOTO, QR_CODE, WATERMARK = "photo", "qr", "demo"
"""Names of the pictures that both pages draw; `document` defines them."""


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """Sizes of the drawn pictures: the side of the QR code with its quiet zone in modules, the length of DEMO.

    `watermark` is in font units, and None on a card that is no demo.
    """

    qr_side: int
    watermark: int | None


class Sheet:
    """One page being drawn: millimetres from the top left become points from the bottom left."""

    def __init__(self, canvas: Canvas, placed: PlacedPage) -> None:
        self._canvas, self._placed = canvas, placed
        canvas.setPageSize((_points(placed.width), _points(placed.height)))

    def draw(self, pictures: Pictures) -> None:
        """Draw everything."""
        if pictures.watermark is not None:
            self._watermark(pictures.watermark)
        for box in self._placed.boxes:
            if fill := (WHITE if box.picture else box.fill):
                self._canvas.setFillColor(HexColor(fill))
                self._canvas.rect(*self._corner(box.rect), *_size(box.rect), stroke=0, fill=1)
        for box in self._placed.boxes:
            match box.picture:
                case Picture.PHOTO:
                    self._photo(box.rect)
                case Picture.QR:
                    self._place(QR_CODE, box.rect, pictures.qr_side)
        self._text([line for box in self._placed.boxes for line in box.lines])
        self._rules()

    def _watermark(self, length: int) -> None:
        """Below everything: it can neither hide a fact nor stand behind the QR code."""
        placed, canvas = self._placed, self._canvas
        canvas.setFillColor(HexColor(colours.WATERMARK))
        size = (_points(placed.width), _points(placed.height))
        for matrix in watermark.matrices(*size, placed.page.watermark, length):
            canvas.addLiteral(f"q {matrix} cm")
            canvas.doForm(WATERMARK)
            canvas.addLiteral("Q")

    def _photo(self, rect: Rect) -> None:
        canvas = self._canvas
        self._place(PHOTO, rect, 1)
        canvas.setStrokeColor(HexColor(RULE))
        canvas.setLineWidth(0.5)
        canvas.rect(*self._corner(rect), *_size(rect), stroke=1, fill=0)

    def _place(self, picture: str, rect: Rect, units: int) -> None:
        """Stretch a picture of so many units a side over `rect`."""
        canvas = self._canvas
        canvas.saveState()
        canvas.translate(*self._corner(rect))
        canvas.scale(*(length / units for length in _size(rect)))
        canvas.doForm(picture)
        canvas.restoreState()

    def _text(self, lines: list[Line]) -> None:
        """All lines in reading order, each placed from the last one; font and colour are named where they change."""
        operators, state, last_x, last_y = [], "", 0.0, 0.0
        for line in lines:
            wanted = f"{self._font(line.style.weight, line.size)} {_colour(line.style.colour)}"
            if wanted != state:
                operators.append(wanted)
                state = wanted
            x, y = _points(line.x), _points(self._placed.height - line.baseline)
            move = f"{round(x - last_x, 2):g} {round(y - last_y, 2):g} Td"
            operators.append(f"{move} {self._show(line.style.weight, line.text)}")
            last_x, last_y = x, y
        self._canvas.addLiteral(f"BT {' '.join(operators)} ET")

    def _rules(self) -> None:
        """The thin red rule under the title band, and the fold."""
        canvas, placed = self._canvas, self._placed
        band = placed.boxes[0].rect
        canvas.setFillColor(HexColor(ACCENT))
        canvas.rect(0, _points(placed.height - band.bottom), _points(placed.width), 1.4, stroke=0, fill=1)
        if placed.fold is not None:
            y = _points(placed.height - placed.fold)
            canvas.setStrokeColor(HexColor(MUTED))
            canvas.setLineWidth(0.6)
            canvas.setDash(4, 3)
            canvas.line(0, y, _points(placed.width), y)

    def _font(self, weight: Weight, size: float) -> str:
        return f"{reportlab_font(weight).resource(self._canvas._doc)} {size:g} Tf"

    def _show(self, weight: Weight, text: str) -> str:
        return reportlab_font(weight).show(text, self._canvas._doc)

    def _corner(self, rect: Rect) -> tuple[float, float]:
        return _points(rect.x), _points(self._placed.height - rect.bottom)


def _size(rect: Rect) -> tuple[float, float]:
    return _points(rect.width), _points(rect.height)


def _points(millimetres: float) -> float:
    """Hundredths of a point are finer than any printer."""
    return round(millimetres / MM_PER_POINT, 2)


def _colour(colour: str) -> str:
    """The operator that fills in an `#rrggbb` colour."""
    return " ".join(f"{int(colour[at : at + 2], 16) / 255:.3g}" for at in (1, 3, 5)) + " rg"
