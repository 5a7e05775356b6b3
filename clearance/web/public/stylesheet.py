"""The worker pages' style sheet: tokens and public.css as one file, because a slow phone pays for every request."""

import re
from importlib.resources import files

from flask import Blueprint, Response

from clearance.web.public.compressed import Prepared

FRESH_S = 86_400
PARTS = ("tokens.css", "public.css")
_COMMENT = re.compile(r"/\*.*?\*/\n?", re.DOTALL)


def install(routes: Blueprint) -> None:
    """Answer /static/public.css before the folder of static files does."""
    folder = files("clearance_templates") / "static"
    sheet = Prepared.of("".join(_COMMENT.sub("", (folder / part).read_text("utf-8")) for part in PARTS))

    @routes.get("/static/public.css")
    def stylesheet() -> Response:
        response = sheet.conditional("text/css")
        response.headers["Cache-Control"] = f"public, max-age={FRESH_S}"
        return response
