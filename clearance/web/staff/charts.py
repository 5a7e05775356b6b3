"""Charts as inline SVG under a strict content policy: pygal draws, the stylesheet colours.

pygal writes a style element, inline styles and a script of its own; none of them may run here, and none is needed.
"""

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, fromstring, register_namespace, tostring

import pygal  # type: ignore[import-untyped]
from markupsafe import Markup

register_namespace("", "http://www.w3.org/2000/svg")
SVG = "{http://www.w3.org/2000/svg}"
DROPPED = frozenset({f"{SVG}style", f"{SVG}script", "style", "script", f"{SVG}title", "title", f"{SVG}desc", "desc"})
WIDTH, HEIGHT = 1000, 220
MOST_BARS = 31


def bars(values: Mapping[str, int], *, say: Mapping[str, str], number: Mapping[int, str]) -> Markup:
    """Upright bars, one for each value; `say` gives their labels, `number` the digits of the axis.

    It is an ornament beside the table that says the same: hidden from screen readers, without anything to press.
    """
    chart = pygal.Bar(
        width=WIDTH,
        height=HEIGHT,
        js=[],
        css=[],
        show_legend=False,
        print_values=False,
        no_prefix=True,
        disable_xml_declaration=True,
        explicit_size=False,
        show_minor_x_labels=True,
        x_label_rotation=0 if len(values) <= 12 else 45,
        margin=8,
        value_formatter=lambda value: number.get(round(value), str(round(value))),
        y_labels=_axis(max(values.values(), default=0)),
    )
    chart.x_labels = [say[name] for name in values]
    chart.add("", list(values.values()))
    tree = fromstring(chart.render())  # noqa: S314 - what we drew ourselves
    _strip(tree)
    tree.set("aria-hidden", "true")
    tree.set("focusable", "false")
    tree.set("class", "chart")
    return Markup(tostring(tree, encoding="unicode"))  # noqa: S704 - escaped by whoever wrote it


def _axis(most: int) -> Sequence[int]:
    """Whole numbers from 0 up, five at most, and no two alike."""
    step = max(1, -(-most // 4))
    return [step * number for number in range(5) if step * (number - 1) < max(most, 1)]


def _strip(element: Element) -> None:
    for child in list(element):
        if not isinstance(child.tag, str) or child.tag in DROPPED:
            element.remove(child)
        else:
            _strip(child)
    for attribute in ("style", "onload", "id"):
        element.attrib.pop(attribute, None)
