"""What desks fetch: root, trust bundle, status lists, checkpoint, and what lets them ask whether anything is new."""

from flask import Blueprint, Response, abort, request

from clearance.web.published import Published, PublishedFiles

CBOR = "application/cose"
STATUS_LIST = "application/statuslist+cwt"
PEM = "application/x-pem-file"
FRESH_S = 30
"""How long a cache may answer without asking us: a revocation must reach desks within minutes."""


def blueprint(published: PublishedFiles) -> Blueprint:
    """Routes over one published directory."""
    routes = Blueprint("trust", __name__, url_prefix="/trust")

    @routes.get("/trust.cose")
    def bundle() -> Response:
        return _answer(published.trust(), CBOR)

    @routes.get("/root.pem")
    def root() -> Response:
        return _answer(published.root(), PEM)

    @routes.get("/checkpoint.cose")
    def checkpoint() -> Response:
        return _answer(published.checkpoint(), CBOR)

    @routes.get("/status/<name>.cwt")
    def status(name: str) -> Response:
        return _answer(published.status(name), STATUS_LIST)

    return routes


def public_answer(content: bytes, content_type: str, *, etag: str, fresh_s: int) -> Response:
    """Bytes that everybody may have and keep for a while; 304 where the asker has them. Never compressed on the way:
    what is verified byte for byte must arrive byte for byte."""
    response = Response(content, content_type=content_type)
    response.set_etag(etag)
    response.cache_control.public = True
    response.cache_control.no_transform = True
    response.cache_control.max_age = fresh_s
    response.headers["Access-Control-Allow-Origin"] = "*"  # public by nature, signed, and of no use to steal
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _answer(file: Published | None, content_type: str) -> Response:
    if file is None:
        abort(404)
    response = public_answer(file.content, content_type, etag=file.etag, fresh_s=FRESH_S)
    response.last_modified = file.modified
    response.make_conditional(request)
    return response
