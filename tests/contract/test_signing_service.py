"""What the signing component promises to web and command line, whether it is asked directly or over a line."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import pytest

from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground
from clearance.domain.staff import Scope
from clearance.issuing.component import SigningComponent
from clearance.issuing.ports import Conflict, KeysUnusable, NotOnRecord, NotSigned, SigningService, Trouble, Unavailable
from clearance.issuing.request import request_card
from tests.fakes.channels import answering, tls_ends, unix_address
from tests.fakes.office import (
    APPROVER,
    DEVICE,
    ISSUER,
    PERMIT,
    SECOND_ISSUER,
    OfficeAtWork,
    draft,
    expect,
    open_office,
)


@dataclass
class Asked:
    """An office, and the signing service that it asks."""

    office: OfficeAtWork
    signing: SigningService


@pytest.fixture(params=["direct", "unix", "tls"])
def asked(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Asked]:
    office = open_office(permits=(replace(PERMIT, places=2),))
    component = SigningComponent(office.room)
    with ExitStack() as stack:
        signing: SigningService = component
        match request.param:
            case "unix":
                signing = stack.enter_context(answering(unix_address(tmp_path), component))
            case "tls":
                server_end, client_end = tls_ends(tmp_path)
                signing = type(stack.enter_context(answering(server_end, component)))(client_end)
        office.service = replace(office.service, signing=signing)
        yield Asked(office, signing)


def breaking(error: Exception) -> object:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    return fail


def test_an_approved_case_is_issued_and_its_number_told(asked: Asked) -> None:
    reference = asked.office.approve().reference
    number = expect(asked.signing.issue(reference, officer_no=ISSUER.number, device=DEVICE))
    with asked.office.service.database.read() as work:
        clearance = work.clearances.for_application(reference)
    assert clearance is not None
    assert clearance.clearance_no == number


def test_the_same_officer_asking_again_is_given_the_same_clearance(asked: Asked) -> None:
    reference = asked.office.approve().reference
    first = expect(request_card(asked.office.service, reference, officer=ISSUER, device=DEVICE))
    asked.office.clock.advance(days=2)
    assert request_card(asked.office.service, reference, officer=ISSUER, device=DEVICE) == first
    assert isinstance(asked.signing.issue(reference, officer_no=SECOND_ISSUER.number, device=DEVICE), Refused)


def test_twenty_equal_requests_at_once_make_one_credential(asked: Asked) -> None:
    reference = asked.office.approve().reference
    with ThreadPoolExecutor(20) as pool:
        numbers = set(
            pool.map(lambda _: asked.signing.issue(reference, officer_no=ISSUER.number, device=DEVICE), range(20))
        )
    assert len(numbers) == 1
    with asked.office.service.database.read() as work:
        assert work.clearances.count(text="", scope=Scope()) == 1
        assert work.signing.lately(asked.office.clock.at).in_an_hour == 1
        permit = work.permits.get(PERMIT.number)
        assert permit is not None
        assert permit.used == 1


def test_a_refusal_comes_with_every_ground_and_detail(asked: Asked) -> None:
    expect(asked.signing.issue(asked.office.approve(draft(1)).reference, officer_no=ISSUER.number, device=DEVICE))
    third = asked.office.approve(draft(2)).reference, asked.office.approve(draft(3)).reference
    expect(asked.signing.issue(third[0], officer_no=ISSUER.number, device=DEVICE))
    asked.office.clock.advance(days=200)
    refused = asked.signing.issue(third[1], officer_no=APPROVER.number, device=DEVICE)
    assert isinstance(refused, Refused)
    found = {objection.ground: objection.details for objection in refused.objections}
    assert found[Ground.ROLE_MISSING] == {"role": "issuer"}
    assert found[Ground.VISA_EXPIRED] == {"date": draft().visa.expires_on}
    assert found[Ground.PERMIT_USED_UP] == {"permit": PERMIT.number, "used": 2, "places": 2}


def test_a_case_or_officer_that_is_not_on_record_is_said_so(asked: Asked) -> None:
    with pytest.raises(NotOnRecord):
        asked.signing.issue("APP-NOTTHERE", officer_no=ISSUER.number, device=DEVICE)
    with pytest.raises(NotOnRecord):
        asked.signing.issue(asked.office.approve().reference, officer_no="Z-9", device=DEVICE)


def test_a_conflict_is_a_conflict(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = asked.office.approve().reference
    monkeypatch.setattr(asked.office.printer, "seal", breaking(Conflict("faster")))
    with pytest.raises(Conflict):
        asked.signing.issue(reference, officer_no=ISSUER.number, device=DEVICE)


@pytest.mark.parametrize(
    ("part", "error", "trouble"),
    [
        ("printer.seal", KeysUnusable("The token was taken out."), Trouble.KEYS),
        ("documents.put", OSError(28, "No space left on device"), Trouble.STORAGE),
        ("printer.render", Unavailable("locked"), Trouble.DATABASE),
        ("documents.put", NotSigned(Trouble.NOT_ACCEPTED, about="clock_wrong"), Trouble.NOT_ACCEPTED),
    ],
)
def test_what_breaks_is_told_and_the_next_attempt_makes_the_planned_card(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, part: str, error: Exception, trouble: Trouble
) -> None:
    reference = asked.office.approve().reference
    port, _, method = part.partition(".")
    with monkeypatch.context() as patch:
        patch.setattr(getattr(asked.office, port), method, breaking(error))
        with pytest.raises(NotSigned) as stopped:
            asked.signing.issue(reference, officer_no=ISSUER.number, device=DEVICE)
    assert stopped.value.trouble is trouble
    with asked.office.service.database.read() as work:
        plan = work.intents.for_application(reference)
        assert work.clearances.for_application(reference) is None
    assert plan is not None
    assert asked.signing.issue(reference, officer_no=SECOND_ISSUER.number, device=DEVICE) == plan.clearance_no


def test_what_was_not_foreseen_ends_nothing_but_the_request(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    if isinstance(asked.signing, SigningComponent):
        pytest.skip("in one process the error itself comes through")
    reference = asked.office.approve().reference
    with monkeypatch.context() as patch:
        patch.setattr(asked.office.printer, "render", breaking(ZeroDivisionError()))
        with pytest.raises(NotSigned) as stopped:
            asked.signing.issue(reference, officer_no=ISSUER.number, device=DEVICE)
    assert stopped.value.trouble is Trouble.UNFORESEEN
    expect(asked.signing.issue(reference, officer_no=ISSUER.number, device=DEVICE))


def test_publication_is_done_or_said_to_have_failed(asked: Asked) -> None:
    asked.signing.publish_status()
    asked.office.publisher.broken = True
    with pytest.raises(NotSigned) as stopped:
        asked.signing.publish_status()
    assert stopped.value.trouble is Trouble.STORAGE


def test_it_names_its_key_and_says_whether_it_is_ready(asked: Asked) -> None:
    state = asked.signing.state()
    assert (state.kid, state.ready) == (asked.office.room.card_signer.kid, False)
