"""Names under which tries are counted: they tell one number from another and keep neither."""

import hmac


def counted_as(secret_key: bytes, text: str) -> str:
    """The same name for the same text; without the installation's secret nobody can find the text again."""
    return hmac.digest(secret_key, b"tries:" + text.encode(errors="replace"), "sha256").hex()
