"""Smaller answers for slow lines, where nothing secret is in them.

An answer that holds a sealed question beside what a stranger may have typed is never compressed: its length would tell
of its content (BREACH). A proxy in front must follow the same rule.
"""

import gzip
from dataclasses import dataclass
from typing import Self

from flask import Response, request

LEVEL = 6
WORTH_IT = 800
"""Bytes from which compression saves a packet."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An answer that is the same for everybody, made once: as it is, and compressed."""

    plain: bytes
    packed: bytes

    @classmethod
    def of(cls, content: str) -> Self:
        plain = content.encode()
        # Without a time in its head the same page always has the same bytes, and so the same ETag.
        return cls(plain=plain, packed=gzip.compress(plain, LEVEL, mtime=0))

    def response(self, mimetype: str = "text/html") -> Response:
        """The answer as the browser takes it. Caches are told that both kinds exist."""
        packed = len(self.plain) >= WORTH_IT and request.accept_encodings["gzip"] > 0
        response = Response(self.packed if packed else self.plain, mimetype=mimetype)
        response.vary.add("Accept-Encoding")
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        return response

    def conditional(self, mimetype: str = "text/html") -> Response:
        """The same for what may be kept: nothing is sent to who has it already."""
        response = self.response(mimetype)
        response.add_etag()
        response.make_conditional(request)
        return response
