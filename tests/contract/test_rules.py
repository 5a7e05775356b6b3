"""What every database promises about rules: a version is settled once, and the book is read as it was."""

from dataclasses import replace

import pytest

from clearance.domain.first_rules import first_rules
from clearance.domain.person import Sex
from clearance.domain.proposal import ProposalState
from clearance.domain.rules import Channel, RuleKey, VisaKind
from clearance.issuing.ports import Conflict, Database, UnitOfWork
from tests.contract.proposals import proposed_rule, settled
from tests.contract.steps import write

FIRST = first_rules()


class TestRules:
    def test_a_new_installation_has_the_first_rules(self, database: Database) -> None:
        with database.read() as work:
            assert tuple(work.rules.all()) == FIRST
            assert work.rules.book().versions == FIRST

    def test_a_proposal_comes_back_as_it_was_and_does_not_govern(self, database: Database) -> None:
        full = proposed_rule(
            key=RuleKey(destination="SAU", sex=Sex.OTHER, channel=Channel.MISSION, visa=VisaKind.GROUP)
        )
        write(database, lambda work: work.rules.propose(full))
        with database.read() as work:
            assert work.rules.get(46) == full
            assert work.rules.next_number() == 47
            assert work.rules.book().versions == FIRST

    @pytest.mark.parametrize("outcome", [s for s in ProposalState if s is not ProposalState.PROPOSED])
    def test_a_settled_proposal_stays_on_record_and_governs_only_with_consent(
        self, database: Database, outcome: ProposalState
    ) -> None:
        write(database, lambda work: work.rules.propose(proposed_rule()))
        write(database, lambda work: work.rules.settle(settled(proposed_rule(), outcome)))
        with database.read() as work:
            assert work.rules.get(46) == settled(proposed_rule(), outcome)
            governs = work.rules.book().get(46) is not None
            assert governs == (outcome is ProposalState.CONSENTED)

    def test_a_proposal_is_settled_once(self, database: Database) -> None:
        write(database, lambda work: work.rules.propose(proposed_rule()))
        write(database, lambda work: work.rules.settle(settled(proposed_rule())))
        for again in ProposalState:
            with pytest.raises(Conflict):
                write(database, lambda work: work.rules.settle(settled(proposed_rule(), again)))  # noqa: B023

    def test_a_version_has_one_successor(self, database: Database) -> None:
        for number in (46, 47):
            write(database, lambda work: work.rules.propose(proposed_rule(number)))  # noqa: B023
        write(database, lambda work: work.rules.settle(settled(proposed_rule(46))))
        with pytest.raises(Conflict):
            write(database, lambda work: work.rules.settle(settled(proposed_rule(47))))

    def test_the_book_of_a_destination_holds_what_may_be_for_it(self, database: Database) -> None:
        everywhere = settled(proposed_rule(key=RuleKey(sex=Sex.FEMALE), replaces=None))

        def add(work: UnitOfWork) -> None:
            work.rules.propose(replace(everywhere, state=ProposalState.PROPOSED, settled=None))
            work.rules.settle(everywhere)

        write(database, add)
        with database.read() as work:
            assert {v.key.destination for v in work.rules.book(destination="QAT").versions} == {"QAT", None}
            assert [v.key.destination for v in work.rules.book(destination="USA").versions] == [None]
