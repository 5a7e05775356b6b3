"""Every step of the ceremony, killed at every call that changes the disk, and taken again.

The step runs in a process of its own that ends without any clean-up, as after `kill -9` or a power cut.
"""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from clearance.signing import keystore
from clearance.signing.authority import Role
from clearance.signing.doctor import examine
from clearance.signing.errors import SigningFault
from clearance.signing.findings import Gravity
from tests.unit.signing.ceremonies import NO_SECRETS, Ceremony, Desks

CHANGES = ["open", "mkdir", "replace", "rename", "unlink"]
KILLED, REFUSED = 9, 3

ALL_KNOW = Desks(enrolled=12)


def before_first_bundle(ceremony: Ceremony) -> None:
    ceremony.create_root()
    for role in Role:
        ceremony.add(role)


def before_rotation(ceremony: Ceremony) -> None:
    before_first_bundle(ceremony)
    ceremony.publish()
    ceremony.add(Role.CARD)
    ceremony.publish()


def before_retirement(ceremony: Ceremony) -> None:
    before_rotation(ceremony)
    ceremony.rotate("card-2", ALL_KNOW)


def before_seal_retirement(ceremony: Ceremony) -> None:
    before_first_bundle(ceremony)
    ceremony.publish()
    ceremony.add(Role.SEAL)
    ceremony.rotate("seal-2")


def before_certifying(ceremony: Ceremony) -> None:
    ceremony.create_root()
    ceremony.request(Role.CARD)


def before_installing(ceremony: Ceremony) -> None:
    before_certifying(ceremony)
    ceremony.certify("card")


def before_second_bundle(ceremony: Ceremony) -> None:
    before_first_bundle(ceremony)
    ceremony.publish()
    ceremony.add(Role.CARD)
    ceremony.add(Role.STATUS)


STEPS: dict[str, tuple[Callable[[Ceremony], object], Callable[[Ceremony], object]]] = {
    "root create": (lambda ceremony: None, lambda ceremony: ceremony.create_root()),
    "signer request": (lambda ceremony: ceremony.create_root(), lambda ceremony: ceremony.request(Role.CARD)),
    "signer certify": (before_certifying, lambda ceremony: ceremony.certify("card")),
    "signer install": (before_installing, lambda ceremony: ceremony.install("card")),
    "first bundle publish": (before_first_bundle, lambda ceremony: ceremony.publish()),
    "bundle publish": (before_second_bundle, lambda ceremony: ceremony.publish()),
    "rotate": (before_rotation, lambda ceremony: ceremony.rotate("card-2", ALL_KNOW)),
    "retire": (before_retirement, lambda ceremony: ceremony.retire("card", destroy_key=True)),
    "retire a seal": (before_seal_retirement, lambda ceremony: ceremony.retire("seal", destroy_key=True)),
    "distrust": (before_rotation, lambda ceremony: ceremony.distrust("card-2")),
}


def run_and_die(step: Callable[[], object], *, at_change: int) -> int:
    """Run a step in a process that dies just before its n-th change to the disk; its exit status."""
    child = os.fork()
    if child == 0:
        left = [at_change]
        for name in CHANGES:
            setattr(os, name, dying(getattr(os, name), left))
        try:
            step()
        except SigningFault:
            os._exit(REFUSED)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def dying(real: Callable[..., object], left: list[int]) -> Callable[..., object]:
    def call(*arguments: object, **options: object) -> object:
        left[0] -= 1
        if left[0] < 0:
            os._exit(KILLED)
        return real(*arguments, **options)

    return call


@pytest.mark.parametrize("name", STEPS)
def test_a_step_killed_anywhere_is_finished_by_taking_it_again(tmp_path: Path, name: str) -> None:
    prepare, take = STEPS[name]
    base = Ceremony(home=tmp_path / "base")
    base.home.mkdir()
    prepare(base)
    usable = (base.keys / "public" / "trust.cose").exists()
    whole = Ceremony(home=tmp_path / "whole").later(minutes=1)
    shutil.copytree(base.home, whole.home)
    take(whole)
    kills = 0
    while True:
        ceremony = Ceremony(home=tmp_path / f"killed-{kills}").later(minutes=1)
        shutil.copytree(base.home, ceremony.home)
        status = run_and_die(lambda: take(ceremony), at_change=kills)  # noqa: B023 - it runs at once
        if status == 0:
            break
        assert status == KILLED, f"at change {kills}"
        if usable:
            keystore.load(ceremony.keys)
        take(ceremony)
        assert state_of(ceremony) == state_of(whole), f"at change {kills}"
        kills += 1
    assert kills > 5


def state_of(ceremony: Ceremony) -> object:
    """What people and programs see of a ceremony, without what is different each time."""
    folders = [ceremony.root, ceremony.keys]
    records = [
        re.sub(r"^[0-9TZ]+-|-[0-9a-f]{10,16}(?=\.md)", "", path.name) for path in ceremony.home.glob("*/ceremony/[!.]*")
    ]
    files = {str(path.relative_to(ceremony.home)) for folder in folders for path in folder.rglob("[!.]*")}
    lasting = {name for name in files if "/ceremony/" not in name and "/issued/" not in name}
    pinned = (ceremony.keys / "private" / "root.crt").exists()
    found = examine(ceremony.keys, demo=True, issuer=None, on=ceremony.on, secrets=NO_SECRETS) if pinned else []
    faults = [each.code for each in found if each.gravity is Gravity.FAULT]
    return sorted(lasting), sorted(records), ceremony.standings() if pinned else {}, faults
