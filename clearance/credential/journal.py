"""The rows of a desk's journal as they travel to the office, and the chain that binds each to the one before it.

Shared, because the office recomputes what the desk computed. A row is a flat object of texts, whole numbers and nulls;
its `hash` covers every other column, `previous` among them. Which columns there are is the desk's business
(docs/adr/0110).
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import TypeAlias

Cell: TypeAlias = int | str | None
Row: TypeAlias = Mapping[str, Cell]

FIRST = "0" * 64
"""What the first row names as the row before it."""


def row_hash(row: Mapping[str, object]) -> str:
    """SHA-256 (hex) over all other columns as JSON with sorted names."""
    content = {name: value for name, value in row.items() if name != "hash"}
    return sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
