"""What is told before a file is sent is what the hub decides when it comes."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from mdmr.exchange.files.filetypes import INBOUND, Form
from mdmr.exchange.files.frame import scan
from mdmr.exchange.files.layouts import fast
from mdmr.exchange.files.layouts.identifiers import ASSIGNMENT_REQUEST
from mdmr.exchange.files.names import FileName
from mdmr.exchange.files.screening import screen
from mdmr.exchange.inbound.case import Case
from mdmr.exchange.inbound.checking import Finding, LocalFile, check, limits_by_default
from mdmr.exchange.inbound.checks import CHECKS, Facts
from mdmr.exchange.ledger.receipts import Arrival
from mdmr.identifiers.checking import RequestRules
from mdmr.identifiers.requests import read_request

from tests.properties import strategies as own
from tests.properties.layouts import lines
from tests.support.market import AGENT, LDC, NOON, framed

RULES = {"1000": RequestRules()}
REQUEST = f"{LDC}.{AGENT}.1000.00.20250820120000.DAT"
SETS = [each.file_id for each in INBOUND.values() if each.form is Form.SET]
TOLD = ("F001", "F002", "F003", "F004", "F005", "F008", "F010", "F013", "F015", "F016", "F017")


def findings(name: str, content: bytes) -> list[Finding]:
    file = LocalFile(name, lambda: [content[:7], content[7:]], AGENT)
    return list(check(file, NOON, limits_by_default(), RULES))


def first_of_the_hub(name: str, content: bytes) -> str | None:
    """Return the first code that intake hits on, of those that need no state."""
    elements = FileName.parse(name)
    file_type = INBOUND.get(elements.file_id) if elements else None
    found = scan([content], file_type.form if file_type else None)
    case = Case(Arrival(f"{AGENT}/{name}", "1", len(content), NOON), elements, file_type, found)
    facts = Facts(case, limits_by_default(), refused=False)
    return next((code for code, hits in CHECKS if code in TOLD and hits(facts)), None)


named_files = own.any_names.flatmap(lambda name: st.tuples(st.just(name), own.frames(name)))


@given(named_files)
def test_the_first_code_that_is_told_is_the_one_that_the_hub_refuses_with(
    file: tuple[str, bytes],
) -> None:
    name, content = file
    elements = FileName.parse(name)
    codes = [each.code for each in findings(name, content) if each.code in TOLD]
    hub = first_of_the_hub(name, content)

    if elements and elements.file_id in SETS:
        codes = [code for code in codes if code < "F015"]
    assert (codes[0] if codes else None) == hub


@given(st.lists(lines(ASSIGNMENT_REQUEST.details[0]), max_size=8))
def test_a_request_is_told_with_the_status_that_the_hub_answers(requests: Sequence[str]) -> None:
    kept = [each for each in requests if each.isascii() and each.isprintable()]
    told = {
        (each.line, each.code) for each in findings(REQUEST, framed(REQUEST, kept)) if each.line
    }

    answered = [read_request(at, line, LDC) for at, line in enumerate(kept, start=3)]
    assert told == {(each.line, each.refused.value) for each in answered if each.refused}


@given(
    lines(ASSIGNMENT_REQUEST.details[0]) | st.text(max_size=30), st.sampled_from([LDC, "ORG00000"])
)
def test_the_rules_of_requests_refuse_exactly_what_gets_no_number(line: str, ldc: str) -> None:
    name = FileName(ldc, AGENT, "1000", "00", "20250820120000")
    layout = RequestRules().layout(name)
    refused = list(fast.faulty(layout, [fast.Doubtful(3, line.encode("ascii", "replace"))]))
    text = line.encode("ascii", "replace").decode()
    assert bool(refused) == (read_request(3, text, ldc).refused is not None)


@given(own.frames(REQUEST), st.integers(1, 50))
def test_the_bytes_of_a_file_are_clean_when_those_of_each_line_are(
    content: bytes, size: int
) -> None:
    pieces = [content[at : at + size] for at in range(0, len(content), size)]

    assert all(not each.what for each in screen(pieces)) == scan([content], Form.FRAME).clean
