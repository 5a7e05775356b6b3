"""Rebuild every vector: `python -m tests.vectors.build`. A rebuild gives no git diff; stale files are removed."""

from collections.abc import Iterator
from pathlib import Path

from tests.vectors import cases_claims, cases_cose, cases_gate, cases_text, cases_trust
from tests.vectors.model import Vector

HERE = Path(__file__).parent
FOLDERS = ("valid", "invalid", "edge")


def all_vectors() -> dict[str, Vector]:
    """Every vector by its path below this folder."""
    by_path: dict[str, Vector] = {}
    for vector in _each():
        if vector.path in by_path:
            raise ValueError(f"two vectors are called {vector.path}")
        by_path[vector.path] = vector
    return by_path


def _each() -> Iterator[Vector]:
    for cases in (cases_text, cases_cose, cases_claims, cases_trust, cases_gate):
        yield from cases.vectors()


def main() -> None:
    built = all_vectors()
    for folder in FOLDERS:
        (HERE / folder).mkdir(exist_ok=True)
        for old in (HERE / folder).glob("*.json"):
            if f"{folder}/{old.name}" not in built:
                old.unlink()
    for path, vector in built.items():
        (HERE / path).write_text(vector.to_json(), encoding="ascii", newline="\n")
    print(f"{len(built)} vectors")


if __name__ == "__main__":
    main()
