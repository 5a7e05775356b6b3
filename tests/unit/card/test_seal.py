from datetime import timedelta

import pytest

from clearance.card.printer import SealingPrinter
from clearance.card.seal import Seal, UnusableSealingKeyError
from tests.unit.card.samples import NOW, SoftwareKey, sample_card, sealing_key


def test_a_key_that_is_not_the_one_of_its_certificate_is_not_used() -> None:
    key, root = sealing_key()
    other, _ = sealing_key()
    mixed = SoftwareKey(private=other.private, certificate_der=key.certificate_der, chain_der=key.chain_der)
    with pytest.raises(UnusableSealingKeyError, match="not the one of its certificate"):
        Seal(mixed, [root])


def test_a_certificate_under_another_root_is_not_used() -> None:
    key, _ = sealing_key()
    _, root = sealing_key()
    with pytest.raises(UnusableSealingKeyError, match="trusted root"):
        Seal(key, [root])


def test_a_chain_that_does_not_hold_together_is_not_used() -> None:
    key, _ = sealing_key()
    _, root = sealing_key()
    torn = SoftwareKey(private=key.private, certificate_der=key.certificate_der, chain_der=(root,))
    with pytest.raises(UnusableSealingKeyError, match="chain"):
        Seal(torn, [root])


@pytest.mark.parametrize("late", [timedelta(days=-2), timedelta(days=31)])
def test_nothing_is_sealed_outside_the_validity_of_the_certificate(late: timedelta) -> None:
    key, root = sealing_key(days=30)
    printer = SealingPrinter(key, [root])
    pdf = printer.render(sample_card())
    with pytest.raises(UnusableSealingKeyError, match="time of sealing"):
        printer.seal(pdf, at=NOW + late)
