"""Which looks at a card make which grade."""

import itertools

import pytest

from clearance.domain.readability import COARSE, FINE, HARD, Grade, Treatment, grade


def graded(*lost: tuple[int, Treatment]) -> Grade:
    return grade(lambda dpi, treatment: (dpi, treatment) not in lost)


def test_a_card_that_reads_under_everything_is_an_a() -> None:
    assert graded() is Grade.A


@pytest.mark.parametrize("treatment", HARD)
def test_one_treatment_lost_at_the_lower_resolution_makes_a_b(treatment: Treatment) -> None:
    assert graded((COARSE, treatment)) is Grade.B


@pytest.mark.parametrize("treatment", HARD)
def test_one_treatment_lost_at_both_makes_a_c(treatment: Treatment) -> None:
    assert graded((COARSE, treatment), (FINE, treatment)) is Grade.C


def test_what_reads_at_the_lower_resolution_is_not_tried_at_the_higher() -> None:
    tried: list[tuple[int, Treatment]] = []

    def reads(dpi: int, treatment: Treatment) -> bool:
        tried.append((dpi, treatment))
        return treatment is not Treatment.SOFT or dpi == FINE

    assert grade(reads) is Grade.B
    assert tried == [*itertools.product((COARSE,), HARD), (FINE, Treatment.SOFT)]
