"""Searching for a part of a text."""


def containing(text: str) -> str:
    """The LIKE pattern (escape character: backslash) for rows that contain `text`; "" is contained in all."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
