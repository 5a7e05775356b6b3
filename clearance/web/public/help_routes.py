"""The help pages over HTTP. Nothing in them is about a person: they may be kept by browsers and at the edge.

The language stands in the address, so that whoever keeps a page keeps the right one.
"""

from functools import lru_cache
from typing import cast

from flask import Blueprint, Response, abort, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clearance.web.help_pages import IMAGE_KINDS, HelpPages
from clearance.web.language import language
from clearance.web.options import WebOptions
from clearance.web.public.compressed import Prepared
from clearance_templates.i18n import Language

FRESH_S = 600
IMAGE_FRESH_S = 86_400
PAGES_PREPARED = 64


def install(routes: Blueprint, options: WebOptions) -> HelpPages:
    """Add the routes; the pages they show."""
    phones = {"helpline": options.helpline, "helpline_abroad": options.helpline_abroad}
    pages = HelpPages(options.help_directory, values=phones)

    @routes.get("/help/")
    def help_start() -> ResponseReturnValue:
        return redirect(url_for("public.help_index", spoken=language()))

    @routes.get("/help/<any(bn, en):spoken>/")
    def help_index(spoken: str) -> Response:
        _speak(spoken)
        return _kept(render_template("public/help_index.html", pages=pages.index(language())))

    @routes.get("/help/<any(bn, en):spoken>/<name>")
    def help_page(spoken: str, name: str) -> Response:
        _speak(spoken)
        page = pages.page(name, language()) or abort(404)
        return _kept(render_template("public/help_page.html", page=page, pages=pages.index(language())))

    @routes.get("/help/images/<name>")
    def help_image(name: str) -> Response:
        content = pages.image(name)
        if content is None:
            abort(404)
        response = Response(content, mimetype=IMAGE_KINDS[name.rpartition(".")[2]])
        response.headers["Cache-Control"] = f"public, max-age={IMAGE_FRESH_S}"
        return response

    return pages


def _speak(spoken: str) -> None:
    """The language of the address is the language of the page, whatever a cookie says."""
    g.language = cast(Language, spoken)


def _kept(page: str) -> Response:
    response = _prepared(page).conditional()
    response.headers["Cache-Control"] = f"public, max-age={FRESH_S}"
    return response


_prepared = lru_cache(PAGES_PREPARED)(Prepared.of)
