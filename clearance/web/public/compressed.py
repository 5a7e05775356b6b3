"""Smaller answers for slow lines, where nothing secret is in them.

An answer that holds a sealed question beside what a stranger may have typed is never compressed: its length would tell
of its content (BREACH). A proxy in front must follow the same rule.
"""

import gzip

from flask import Response, request

LEVEL = 6
WORTH_IT = 800
"""Bytes from which compression saves a packet."""


def compressed(response: Response) -> Response:
    """The answer as the browser takes it. Caches are told that both kinds exist."""
    response.vary.add("Accept-Encoding")
    content = response.get_data()
    if request.accept_encodings["gzip"] > 0 and len(content) >= WORTH_IT:
        # Without a time in its head the same page always has the same bytes, and so the same ETag.
        response.set_data(gzip.compress(content, LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
