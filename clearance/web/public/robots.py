"""What search engines may read: the first page and the help pages, nothing that could ever be about a person."""

from datetime import date

from flask import Blueprint, Response, render_template, request, url_for

from clearance.web.help_pages import HelpPages
from clearance.web.options import WebOptions
from clearance_templates.i18n import LANGUAGES, Language

OPEN = frozenset({"public.form", "public.help_index", "public.help_page", "public.help_image", "public.stylesheet"})
"""The endpoints that may be found by searching."""
CLOSED_PATHS = ("/card", "/request", "/clear", "/ended", "/staff", "/api", "/check")
FRESH_S = 3_600


def install(routes: Blueprint, options: WebOptions, pages: HelpPages) -> None:
    """Add robots.txt and the sitemap, and mark every other page of these routes as not to be found."""
    site = options.public_url.rstrip("/")

    @routes.after_request
    def not_to_be_found(response: Response) -> Response:
        if request.endpoint not in OPEN or request.method != "GET":
            response.headers.setdefault("X-Robots-Tag", "noindex")
        return response

    @routes.get("/robots.txt")
    def robots_txt() -> Response:
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED_PATHS), f"Sitemap: {site}/sitemap.xml"]
        return _kept("".join(f"{line}\n" for line in lines), "text/plain")

    @routes.get("/sitemap.xml")
    def sitemap() -> Response:
        index = {tongue: site + url_for("public.help_index", spoken=tongue) for tongue in LANGUAGES}
        groups: list[tuple[dict[Language, str], date | None]] = [
            ({tongue: f"{site}/?lang={tongue}" for tongue in LANGUAGES}, None),
            (index, None),
        ]
        for page in pages.index(LANGUAGES[0]):
            places = {tongue: site + url_for("public.help_page", spoken=tongue, name=page.name) for tongue in LANGUAGES}
            groups.append((places, page.reviewed))
        return _kept(render_template("public/sitemap.xml", groups=groups), "application/xml")


def _kept(content: str, mimetype: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Cache-Control"] = f"public, max-age={FRESH_S}"
    return response
