"""Every case of the corpus: one receipt, the state and the code that the rules name, no harm."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from mdmr.exchange.files.codes import INTAKE_CODES
from mdmr.exchange.files.frame import UNREAD
from mdmr.exchange.files.layouts.records import printable
from mdmr.exchange.files.names import FileName
from mdmr.exchange.ledger.events import FILE_REJECTED, FILE_WAITS
from mdmr.processes.register import REGISTER

from tests.corpus.outcome import MOST_GROWTH, Outcome, run, undisturbed
from tests.support.corpus import CANARY, CLASSES, Case, every_case

CASES = every_case()
LEAST_CASES, LEAST_PER_CODE = 120, 2


class TestTheCorpus:
    def test_has_cases_in_every_class_and_no_other(self) -> None:
        assert {case.folder.parent.name for case in CASES} == set(CLASSES)

    def test_has_enough_cases(self) -> None:
        assert len(CASES) >= LEAST_CASES

    @pytest.mark.parametrize("code", INTAKE_CODES)
    def test_has_cases_of_every_code(self, code: str) -> None:
        assert Counter(case.code for case in CASES)[code] >= LEAST_PER_CODE

    @pytest.mark.parametrize("status", ["00", "01", "02", "03"])
    def test_has_answers_of_every_status(self, status: str) -> None:
        assert any(line.endswith(f"|{status}") for case in CASES for line in case.answers)

    @pytest.mark.parametrize("state", ["HELD", "REJECTED", "ACCEPTED", "DONE"])
    def test_has_cases_of_every_state_that_an_upload_can_stay_in(self, state: str) -> None:
        assert any(case.state == state for case in CASES)

    def test_holds_no_two_cases_that_are_the_same(self) -> None:
        told = [(case.key, case.content, case.at, str(case.before), case.events) for case in CASES]
        assert not [each for each, times in Counter(map(str, told)).items() if times > 1]

    def test_plants_its_canary_in_contents_names_and_prefixes(self) -> None:
        assert sum(CANARY.encode() in case.content for case in CASES) >= LEAST_CASES // 2
        assert sum(CANARY in case.name for case in CASES) >= 10
        assert sum(CANARY in case.key.partition("/")[0] for case in CASES) >= 2


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_case_ends_as_the_rules_say(case: Case) -> None:
    """It is run once, and all that holds of every case is asked of what came of it."""
    outcome = run(case)
    ends_in_the_state_that_the_rules_name(case, outcome)
    is_told_to_its_sender_and_nobody_else(case, outcome)
    is_told_of_by_one_event_for_its_sender(case, outcome)
    breaks_nothing(case, outcome)
    takes_no_more_memory_than_is_allowed(case, outcome)
    leaves_other_organizations_alone(case, outcome)
    is_not_quoted_in_any_log(case, outcome)
    if case.state == "DONE" and ".1000." in case.key:
        is_answered_record_by_record(case, outcome)
        is_summed_up_in_the_report_of_the_day(case, outcome)


def ends_in_the_state_that_the_rules_name(case: Case, outcome: Outcome) -> None:
    (receipt,) = outcome.receipts
    assert (receipt.state.value, receipt.code) == (case.state, case.code)
    assert case.slot in (None, receipt.work_id)
    assert bool(outcome.answers) is (case.state == "DONE" and ".1000." in case.key)


def is_told_to_its_sender_and_nobody_else(case: Case, outcome: Outcome) -> None:
    digest = UNREAD if case.unread else hashlib.sha256(case.content).hexdigest()
    refusals = {
        key: body for key, body in outcome.new_of("FR01").items() if digest.encode() in body
    }
    if case.state != "REJECTED" or case.told is None:
        assert not refusals
        return
    ((key, body),) = refusals.items()
    assert key.partition("/")[0] == case.told
    *_, detail, end = body.decode("ascii").splitlines()
    fields = detail.split("|")
    assert end == "EOF|1"
    assert fields[2] == (printable(case.name, 255) or "?")
    assert fields[3] == case.told
    assert fields[6:8] == [str(len(case.content)), digest]
    assert fields[8:] == [case.code, INTAKE_CODES[case.code].text]


def is_told_of_by_one_event_for_its_sender(case: Case, outcome: Outcome) -> None:
    kinds = {"REJECTED": [FILE_REJECTED]}.get(case.state, waiting(case))
    assert outcome.events == [(kind, case.key.partition("/")[0]) for kind in kinds]
    assert outcome.incidents == (1 if case.code == "F099" else 0)


def breaks_nothing(case: Case, outcome: Outcome) -> None:
    assert not outcome.escaped
    assert not outcome.failed_runs
    assert outcome.dead == 0
    failures = [line for line in outcome.logged if '"failed"' in line]
    assert bool(failures) is (case.code == "F099")


def takes_no_more_memory_than_is_allowed(case: Case, outcome: Outcome) -> None:
    assert outcome.peak <= MOST_GROWTH, case.id


def leaves_other_organizations_alone(case: Case, outcome: Outcome) -> None:
    assert outcome.bystander == undisturbed(case)
    senders = {case.key.partition("/")[0]}
    senders |= {str(s["upload"]).partition("/")[0] for s in case.before if "upload" in s}
    assert {key.partition("/")[0] for key in outcome.new} <= senders


def is_not_quoted_in_any_log(case: Case, outcome: Outcome) -> None:
    assert outcome.logged
    assert not [line for line in outcome.logged if CANARY.casefold() in line.casefold()]
    assert case.why


def is_answered_record_by_record(case: Case, outcome: Outcome) -> None:
    assert len(outcome.answers) == case.parts
    lines = [line for body in outcome.answers for line in _details(body)]
    assert [_masked(line) for line in lines] == [f"DTL|{each}" for each in case.answers]
    given = [line.split("|")[2:4] for line in lines if line[-2:] in {"00", "01"}]
    assert len(dict(given)) == len({tuple(pair) for pair in given}) == len({n for _, n in given})


def is_summed_up_in_the_report_of_the_day(case: Case, outcome: Outcome) -> None:
    rows = [line for body in outcome.new_of("IR01").values() for line in _details(body)]
    own = {row.split("|", 5)[5] for row in rows if row.split("|")[3] == case.name}
    assert own == {"|".join(map(str, case.counts))}


def _details(body: bytes) -> list[str]:
    """Return the details of a report, whose counts must add up."""
    lines = body.decode("ascii").splitlines()
    details = [line for line in lines if line.startswith("DTL|")]
    header, end = (next(x for x in lines if x.startswith(kind)) for kind in ("FHR|", "EOF|"))
    assert header.split("|")[6] == end.split("|")[1] == str(len(details))
    return details


def _masked(line: str) -> str:
    *before, number, status = line.split("|")
    return "|".join((*before, "#" if number.isdigit() and len(number) == 8 else number, status))


def waiting(case: Case) -> list[str]:
    """Return the events about an accepted file: one where no process works its type yet."""
    name = FileName.parse(case.key.rpartition("/")[2])
    works = name and REGISTER.find(name.file_id, name.version)
    return [] if works or case.state != "ACCEPTED" else [FILE_WAITS]
