"""Where vectors written by others lie: beside the project, never in it. Without them their tests are skipped."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2].parent / "shared" / "vectors"

needs_vectors = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no vectors of others at {FOLDER}")


def read(path: str) -> Any:
    """One JSON file below the folder."""
    return json.loads((FOLDER / path).read_text(encoding="utf-8"))


def names(pattern: str) -> list[str]:
    """The files that match, relative to the folder; none where there is no folder."""
    return sorted(str(path.relative_to(FOLDER)) for path in FOLDER.glob(pattern))
