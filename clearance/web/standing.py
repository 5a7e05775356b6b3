"""Parts of pages that say the same to everybody: rendered once for each language, then kept.

`{% standing %} ... {% endstanding %}` in a template. Half of a page is its head, its foot and its advice, and putting
these together for each visitor would cost more than looking the visitor up. What is kept for one is shown to all, so
that such a part may name nothing but what is known to be the same for all: anything else is refused when the template
is compiled.
"""

from collections.abc import Callable
from itertools import count

from flask import Flask, request
from jinja2 import nodes
from jinja2.exceptions import TemplateAssertionError
from jinja2.ext import Extension
from jinja2.parser import Parser
from markupsafe import Markup

from clearance.web.language import language

SAME_FOR_ALL = frozenset(
    {"_", "url_for", "language", "other_language", "options", "demo", "icons", "phone", "code", "own_name"}
)
"""Words, addresses without a person in them, settings of the installation, and macros of the layout."""
REFUSED = (nodes.Block, nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
"""What would bring in names that are not seen here."""
_NUMBERS = count()
"""One for each part of each template that is compiled."""


def install(app: Flask) -> None:
    """Let the templates of an application have standing parts."""
    app.jinja_env.add_extension(Standing)


class Standing(Extension):
    """The tag. What it keeps is the environment's, and goes with it."""

    tags = frozenset({"standing"})  # type: ignore[assignment]  # Jinja never changes it

    def parse(self, parser: Parser) -> nodes.Node:
        """The part as a call that renders it at most once."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endstanding",), drop_needle=True)
        _require_same_for_all(body, parser)
        call = self.call_method("_kept", [nodes.Const(next(_NUMBERS))])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _kept(self, number: int, caller: Callable[[], str]) -> Markup:
        place = number, language(), request.script_root
        kept: dict[tuple[int, str, str], Markup] = self.environment.__dict__.setdefault("standing", {})
        if place not in kept:
            kept[place] = Markup(caller())  # noqa: S704 - a template rendered it, and escaped what is not its own
        return kept[place]


def _require_same_for_all(body: list[nodes.Node], parser: Parser) -> None:
    """Raises TemplateAssertionError for a part that may differ from visitor to visitor."""
    part = nodes.Scope(body)
    names = list(part.find_all(nodes.Name))
    known = SAME_FOR_ALL | {name.name for name in names if name.ctx != "load"}
    for name in names:
        if name.name not in known:
            raise TemplateAssertionError(f"{name.name} may be a visitor's own", name.lineno, parser.name)
    for refused in part.find_all(REFUSED):
        raise TemplateAssertionError("a standing part cannot bring in others", refused.lineno, parser.name)
