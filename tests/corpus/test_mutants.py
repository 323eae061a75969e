"""Valid cases spoiled in every way an upload can be: each mutant still ends as the rules say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mdmr.exchange.files.codes import INTAKE_CODES
from mdmr.exchange.ledger.receipts import FileState, Receipt, find
from mdmr.exchange.outbound import deliveries
from mdmr.identifiers import progress
from mdmr.stores.memory.hub import MemoryHub

from tests.corpus.mutations import Change, changes
from tests.corpus.outcome import QUARTER
from tests.support.corpus import CANARY, Case, every_case
from tests.support.handled import handled

VALID = [
    case
    for case in every_case()
    if case.state in {"ACCEPTED", "DONE"} and case.events == "once" and not case.before
    if len(case.content) < 2_000
]
SMALL = next(case for case in VALID if case.id == "requests-and-ids/every-status-in-one-file")
MUTANTS = settings(settings.get_profile("corpus"), max_examples=200)


def sent(case: Case, key: str, content: bytes) -> Receipt:
    """Send an upload to a hub of its own and return its receipt, once all is as it must be."""
    with handled(case.at) as platform:
        arrival = platform.upload(key, content)
        platform.tell(arrival)
        platform.tell(arrival)
        platform.settle()
        platform.pass_time(QUARTER)
    hub = platform.hub
    assert not platform.escaped
    assert not platform.dead
    assert not platform.failed_runs
    assert not [line for line in platform.logged if '"failed"' in line]
    assert not [line for line in platform.logged if CANARY.casefold() in line.casefold()]
    assert sum(row["sk"] == "RECEIPT" for row in hub.state.items()) == 1
    receipt = find(hub.state, arrival.id)
    assert receipt is not None
    check_what_is_told(hub, receipt, content)
    return receipt


def check_what_is_told(hub: MemoryHub, receipt: Receipt, content: bytes) -> None:
    """A refused file has one report with its code, an answered one an answer to each record."""
    sender, keys = receipt.arrival.organization, hub.outbound.keys()
    match receipt.state:
        case FileState.REJECTED:
            assert receipt.code in INTAKE_CODES
            assert receipt.code != "F099"
            (key,) = keys
            assert key.startswith(f"{sender}/")
            assert f"|{receipt.code}|" in hub.outbound.read(key).decode("ascii")
        case FileState.ACCEPTED:
            assert not keys
        case FileState.DONE if receipt.file_id == "1000":
            check_answers(hub, receipt, content)
        case FileState.DONE:
            assert any(".IR03." in key for key in keys)
        case _:
            pytest.fail(f"not final: {receipt.state}")


def check_answers(hub: MemoryHub, receipt: Receipt, content: bytes) -> None:
    """Each record has its answer; the counts of the 2000 and of the IR01 are those of the file."""
    (part,) = progress.parts(hub.state, receipt.id)
    keys = hub.outbound.keys()
    delivery = deliveries.find(hub.state, part.delivery)
    assert delivery is not None
    lines = hub.outbound.read(delivery.object_key).decode("ascii").splitlines()
    answers = [line for line in lines if line.startswith("DTL|")]
    asked = [line for line in content.split(b"\n") if line and line[:4] not in (b"EOF|", b"EOF")]
    assert len(answers) == receipt.details == len(asked) - 2
    assert lines[1].split("|")[6] == lines[-1].split("|")[1] == str(len(answers))
    (summary,) = (key for key in keys if ".IR01." in key)
    row = hub.outbound.read(summary).decode("ascii").splitlines()[-2].split("|")
    statuses = Counter(answer[-2:] for answer in answers)
    counts = [len(answers), *(statuses[each] for each in ("00", "01", "02", "03"))]
    assert [int(each) for each in row[5:]] == counts


def mutant(content: bytes, made: Sequence[Change]) -> bytes:
    """Return the content after all changes."""
    for change in made:
        content = change(content)
    return content


def test_a_file_cut_at_any_byte_is_refused_unless_its_count_of_records_is_still_right() -> None:
    """EOF is optional in a 1000: what is cut inside the last detail still counts them all."""
    whole = SMALL.content
    codes = [sent(SMALL, SMALL.key, whole[:length]).code for length in range(len(whole) + 1)]
    end = whole.index(b"EOF")
    last_detail = whole.rindex(b"DTL") + 1
    taken = {length for length, code in enumerate(codes) if not code}
    assert taken == {*range(last_detail, end + 1), len(whole) - 1, len(whole)}
    assert set(codes) - {""} == {"F010", "F015", "F016", "F017"}


def test_a_file_with_a_nul_at_any_byte_is_refused_for_its_bytes() -> None:
    for place in range(0, len(SMALL.content), 7):
        content = SMALL.content[:place] + b"\0" + SMALL.content[place:]
        assert sent(SMALL, SMALL.key, content).code == "F013", place


@MUTANTS
@given(case=st.sampled_from(VALID), made=st.lists(changes, min_size=1, max_size=3))
def test_any_mutant_of_a_valid_file_ends_as_the_rules_say(
    case: Case, made: Sequence[Change]
) -> None:
    sent(case, case.key, mutant(case.content, made))


@MUTANTS
@given(case=st.sampled_from(VALID), made=st.lists(changes, min_size=1, max_size=2))
def test_any_mutant_of_a_name_ends_as_the_rules_say(case: Case, made: Sequence[Change]) -> None:
    name = mutant(case.name.encode(), made)[:900].decode("utf-8", "replace")
    sender = case.key.partition("/")[0]
    sent(case, f"{sender}/{name}", case.content)
