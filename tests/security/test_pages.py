"""The two pages about security name what there is, and leave out nothing."""

from pathlib import Path

import pytest

from tests.security.pages import missing, places_in, proofs_in, rows

STANDINGS = {"test", "design", "n/a", "open"}


@pytest.mark.parametrize("page", ["THREATS.md", "ASVS.md"])
def test_every_test_and_module_that_a_page_names_is_there(page: str) -> None:
    assert missing(page) == []


def requirements() -> list[tuple[list[str], str, str]]:
    """Numbers, standing and proof of every row of requirements."""
    of_page = [cells for cells in rows("ASVS.md") if len(cells) == 4 and cells[0][:1].isdigit()]
    return [([number.strip() for number in cells[0].split(",")], cells[2], cells[3]) for cells in of_page]


def test_every_requirement_is_answered_once() -> None:
    wanted = (Path(__file__).parent / "asvs-5.0.0.txt").read_text("utf-8").splitlines()
    numbers = [line.split()[0] for line in wanted if not line.startswith("#")]
    assert len(numbers) == 268
    answered = [number for several, _, _ in requirements() for number in several]
    assert sorted(answered) == sorted(numbers)


def test_every_answer_has_its_proof() -> None:
    for numbers, standing, proof in requirements():
        assert standing in STANDINGS, numbers
        match standing:
            case "test":
                assert proofs_in(proof), numbers
            case "design":
                assert places_in(proof) or proofs_in(proof) or "above" in proof, numbers
            case _:
                assert proof, numbers


def test_every_threat_has_a_control_and_a_proof_or_is_said_to_be_open() -> None:
    threats = [cells for cells in rows("THREATS.md") if len(cells) == 4 and cells[0].startswith("T")]
    numbers = [cells[0] for cells in threats]
    assert len(set(numbers)) == len(numbers)
    assert {f"T{number}" for number in range(1, 39)} <= set(numbers)
    for number, threat, control, proof in threats:
        assert threat, number
        assert control, number
        assert proofs_in(proof) or places_in(proof) or proof.startswith("open"), number
