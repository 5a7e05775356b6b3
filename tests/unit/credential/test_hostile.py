"""Hostile vectors by layer: how many there are, that no two are the same, and what the worst of them costs."""

import json
import time
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from clearance.credential.gate import verdict_for
from clearance.credential.held import HeldTrust
from clearance.credential.reasons import Outcome
from tests.unit.credential.test_vectors import held
from tests.vectors.desk import DeskFiles
from tests.vectors.layers import LAYERS, layer_of

HOSTILE = {
    path.stem: json.loads(path.read_text(encoding="ascii"))
    for path in sorted((Path(__file__).parents[2] / "vectors" / "invalid").glob("*.json"))
}
SECONDS, BYTES = 0.25, 32 << 20
"""What a verdict may take of one slow core (docs/CARD-FORMAT.md section 8)."""


def test_every_layer_has_its_hostile_vectors() -> None:
    count = Counter(layer_of(vector) for vector in HOSTILE.values())
    assert count.keys() == set(LAYERS)
    assert count.total() >= 450
    assert {layer: number for layer, number in count.items() if number < 20} == {"bearer": 5}


def test_no_hostile_vector_asks_what_another_asks() -> None:
    questions = Counter(
        json.dumps([vector["layers"]["text"], *(vector[key] for key in ("desk", "at", "passport_no", "used_before"))])
        for vector in HOSTILE.values()
    )
    assert set(questions.values()) == {1}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_card_is_never_passed_and_costs_little(name: str) -> None:
    vector, trust = HOSTILE[name], held(HOSTILE[name])
    start = time.thread_time()
    outcome = judge(vector, trust)
    assert time.thread_time() - start < SECONDS
    assert outcome is not Outcome.PASS
    assert outcome == vector["expect"]["outcome"]
    tracemalloc.start()
    try:
        judge(vector, trust)
        assert tracemalloc.get_traced_memory()[1] < BYTES
    finally:
        tracemalloc.stop()


def judge(vector: dict[str, Any], trust: HeldTrust) -> Outcome:
    passport_no, used_before = vector["passport_no"], vector["used_before"]
    text, at = vector["layers"]["text"], vector["at"]
    return verdict_for(text, held=trust, at=at, passport_no=passport_no, used_before=used_before).outcome


def test_the_worst_of_every_desk_with_one_text_is_bounded_too() -> None:
    """A card whose every limit is exhausted, against a desk that is as usual."""
    trust = DeskFiles().hold()
    for text in ("NCF" + "%" * 2397, ":" * 2400, "6BF" + "0" * 2397, "\t" * 100_000 + "A" * 2400, "0" * 2400):
        start = time.thread_time()
        assert verdict_for(text, held=trust, at=0).outcome is Outcome.REFUSE
        assert time.thread_time() - start < SECONDS
