"""A computer whose clock was set back, as the officer sees it."""

from tests.integration.desk.counter import Counter
from tests.unit.desk.bureau import NOW, Bureau


def test_with_its_clock_set_back_the_desk_clears_nobody_and_says_why(counter: Counter, bureau: Bureau) -> None:
    assert counter.scan(bureau.card(clearance_no="BMET-26-1"))["reason"] == "valid"
    counter.clock.now = NOW - 3600
    answer = counter.scan(bureau.card(clearance_no="BMET-26-2"))
    assert (answer["reason"], answer["look"]) == ("clock_wrong", "check")
    assert "কম্পিউটারের সময় ভুল" in answer["screen"]
    assert len(counter.rows()) == 2
    counter.clock.now = NOW
    assert counter.scan(bureau.card(clearance_no="BMET-26-2"))["reason"] == "valid"
