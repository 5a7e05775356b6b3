"""How often one visitor may try: counted by Flask-Limiter, in memory or in a shared store."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address


def install(app: Flask, *, storage: str) -> Limiter:
    """A limiter that limits nothing by itself; routes say what they bear.

    Should a shared store be out of reach, each process counts for itself: a brake that is too strict beats none.
    """
    return Limiter(
        get_remote_address,
        app=app,
        storage_uri=storage,
        strategy="moving-window",
        headers_enabled=True,
        in_memory_fallback_enabled=True,
    )
