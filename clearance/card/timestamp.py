"""Time stamps of an authority over HTTP (RFC 3161), for seals of level PAdES B-T.

It decides how the authority is asked and what of its answer is believed: a stamp of our signature, of bounded size and
in bounded time. Whether the authority can be trusted is decided by whoever names it, and later by who validates.
"""

from asyncio import to_thread
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from asn1crypto import cms, tsp
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

REQUEST, REPLY = "application/timestamp-query", "application/timestamp-reply"
TIMEOUT_S = 5.0
MAX_REPLY = 1 << 15
"""Bytes; a token with its certificates takes 2 to 6 kB."""


class TimestampAuthority(TimeStamper):
    """pyHanko's view of an authority at an http or https address."""

    def __init__(self, url: str, *, timeout_s: float = TIMEOUT_S) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._url, self._timeout_s = url, timeout_s

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """The answer as it came. Raises TimestampRequestError."""
        return await to_thread(self._ask, req.dump())

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A token for this digest and no other. Raises TimestampRequestError."""
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            imprint = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]
            stamped = imprint["hashed_message"].native
        except (ValueError, TypeError, KeyError, AttributeError) as error:  # asn1crypto's answers to a damaged token
            raise TimestampRequestError("the time stamp cannot be read") from error
        if stamped != message_digest:
            raise TimestampRequestError("the time stamp is of something else")
        return token

    def _ask(self, query: bytes) -> tsp.TimeStampResp:
        try:
            # The address is configured, and the settings take http and https only.
            request = Request(self._url, data=query, headers={"Content-Type": REQUEST, "Accept": REPLY})  # noqa: S310
            with urlopen(request, timeout=self._timeout_s) as answer:  # noqa: S310
                reply = answer.read(MAX_REPLY + 1)
        except HTTPError as error:
            error.close()
            raise TimestampRequestError(f"the answer is {error.code}") from error
        except (OSError, HTTPException, ValueError) as error:
            raise TimestampRequestError(f"no answer: {error}") from error
        if len(reply) > MAX_REPLY:
            raise TimestampRequestError("the answer is too long")
        return tsp.TimeStampResp.load(reply)
