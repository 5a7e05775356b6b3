"""Addresses in templates. Most hold nothing but a language or a file's name, and a page has a dozen: they are built
once.

An address with anything else in it, which may be about a person, is built anew and kept nowhere.
"""

from functools import lru_cache
from typing import Any

from flask import Flask, request

SAME_FOR_ALL = frozenset({"lang", "spoken", "filename"})
KEPT = 512


def install(app: Flask) -> None:
    """Let the templates of an application have its addresses from `url_for`, as ever."""

    @lru_cache(KEPT)
    def built(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return app.url_for(endpoint, **dict(values))

    def address(endpoint: str, **values: Any) -> str:
        if values.keys() <= SAME_FOR_ALL and not endpoint.startswith("."):  # a dot means: of this request's part
            return built(request.script_root, endpoint, tuple(values.items()))
        return app.url_for(endpoint, **values)

    app.jinja_env.globals["url_for"] = address
