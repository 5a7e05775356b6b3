"""What desks fetch: root, trust bundle and status lists, as files, with what lets them ask whether anything is new."""

import re
from pathlib import Path

from flask import Blueprint, Response, abort, send_file

CBOR = "application/cose"
STATUS_LIST = "application/statuslist+cwt"
PEM = "application/x-pem-file"
NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,62}")
FRESH_S = 30
"""How long a cache may answer without asking us: a revocation must reach desks within minutes."""


def blueprint(directory: Path) -> Blueprint:
    """Routes over one published directory."""
    routes = Blueprint("trust", __name__, url_prefix="/trust")

    @routes.get("/trust.cose")
    def bundle() -> Response:
        return _file(directory / "trust.cose", CBOR)

    @routes.get("/root.pem")
    def root() -> Response:
        return _file(directory / "root.pem", PEM)

    @routes.get("/status/<name>.cwt")
    def status(name: str) -> Response:
        if not NAME.fullmatch(name):
            abort(404)
        return _file(directory / "status" / f"{name}.cwt", STATUS_LIST)

    return routes


def _file(path: Path, content_type: str) -> Response:
    """The file as it lies there; 304 where the asker has it. Files are replaced whole, never changed in place."""
    if not path.is_file():
        abort(404)
    response = send_file(path, mimetype=content_type, conditional=True, etag=True, max_age=FRESH_S)
    response.headers["Access-Control-Allow-Origin"] = "*"  # public by nature, signed, and of no use to steal
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
