"""What `mdmr check` says of files is what the hub does with them, as far as a desk can know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mdmr.calendar.instants import EST
from mdmr.exchange.files.codes import INTAKE_CODES
from mdmr.exchange.files.names import FileName
from mdmr.exchange.inbound.checking import LocalFile, check, limits_by_default
from mdmr.exchange.inbound.checks import Limits
from mdmr.identifiers.checking import RequestRules

from tests.desk.agreeing import (
    UNKNOWN_OF_FILES,
    UNKNOWN_OF_SETS,
    assert_one_verdict,
    assert_same_refusal,
)
from tests.support.corpus import NOBODY, Case, every_case
from tests.support.staging_cases import CASES
from tests.support.staging_cases import Case as OfStaging
from tests.support.staging_sets import OTHER, SDP, SINCE, FileSetOfLines, a_set

SCENARIOS = Path(__file__).parents[1] / "scenarios"
NOW = datetime(2025, 9, 2, 10, 4, tzinfo=EST)
CORPUS = every_case()
STATELESS = [code for code in INTAKE_CODES if code not in UNKNOWN_OF_FILES and code != "F014"]


class TestTheCorpus:
    @pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.id)
    def test_has_one_verdict_of_desk_and_hub(self, case: Case) -> None:
        sender, _, name = case.key.partition("/")
        file = LocalFile(name, lambda: [case.content], sender or NOBODY)
        found = list(check(file, case.at, _limits(case), {"1000": RequestRules()}))
        codes = [each.code for each in found if each.code in INTAKE_CODES]
        desk = codes[0] if codes else ""
        if case.code == "F008":
            assert desk == "F008"
        elif case.code == "F014" or case.state == "HELD":
            assert desk == "" or desk > case.code
        else:
            assert_same_refusal(case.code, desk)
        if case.answers and case.parts == 1:
            assert {(each.line, each.code) for each in found} == {
                (line, answer[-2:])
                for line, answer in enumerate(case.answers, start=3)
                if answer[-2:] in ("02", "03")
            }

    def test_has_cases_of_each_code_that_a_desk_knows(self) -> None:
        assert {case.code for case in CORPUS} >= set(STATELESS)


def _limits(case: Case) -> Limits:
    """Return the limits of intake that hold in a case."""
    told = {str(step.get("parameter")): step.get("value") for step in case.before}
    usual = limits_by_default()
    ahead = told.get("intake.name_ahead_h")
    return Limits(
        int(str(told.get("intake.max_mb", usual.max_mb))),
        usual.name_ahead if ahead is None else timedelta(hours=int(str(ahead))),
    )


def _sent() -> dict[str, dict[str, Path]]:
    """Return the inbound files of all scenarios: those of a set together, others by themselves."""
    found: dict[str, dict[str, Path]] = defaultdict(dict)
    for path in sorted(SCENARIOS.glob("*/inbound/*/*")):
        name, place = FileName.parse(path.name), f"{path.parts[-4]}/{path.parts[-2]}"
        tx_id = f"{name.org_1}-{name.file_id}-{name.part.tx_id}" if name and name.part else ""
        found[f"{place}/{tx_id or path.name}"][path.name] = path
    return found


SENT = _sent()


class TestTheScenarios:
    @pytest.mark.parametrize("each", SENT)
    def test_have_one_verdict_of_desk_and_hub(self, each: str, tmp_path: Path) -> None:
        files = {name: path.read_bytes() for name, path in SENT[each].items()}
        times = [name.time for name in map(FileName.parse, files) if name and name.time]
        at = max(times, default=NOW) + timedelta(minutes=5)

        assert_one_verdict(tmp_path, files, at)


Spoil = Callable[[dict[str, bytes]], object]


def _names(files: dict[str, bytes], number: str) -> list[str]:
    return [name for name in files if f".tx0001.{number}." in name]


def _drop(number: str) -> Spoil:
    return lambda files: [files.pop(name) for name in _names(files, number)]


def _replace(number: str, old: bytes, new: bytes) -> Spoil:
    def spoil(files: dict[str, bytes]) -> None:
        for name in _names(files, number):
            files[name] = files[name].replace(old, new)

    return spoil


def _rename(number: str, old: str, new: str) -> Spoil:
    def spoil(files: dict[str, bytes]) -> None:
        for name in _names(files, number):
            files[name.replace(old, new)] = files.pop(name)

    return spoil


def _append(number: str, *lines: str) -> Spoil:
    def spoil(files: dict[str, bytes]) -> None:
        for name in _names(files, number):
            files[name] += "".join(f"{line}\n" for line in lines).encode("latin-1")

    return spoil


def _copy(number: str, old: str, new: str) -> Spoil:
    def spoil(files: dict[str, bytes]) -> None:
        for name in _names(files, number):
            files[name.replace(old, new)] = files[name].replace(old.encode(), new.encode())

    return spoil


FILES = ("00", "01", "02", "03", "04", "05", "07")
SPOILS: Sequence[Spoil] = (
    *(_drop(number) for number in FILES),
    *(_replace(number, b"FNR|", b"\xef\xbb\xbfFNR|") for number in FILES),
    *(_replace(number, b"\n", b"\r\n") for number in ("00", "01")),
    *(_replace(number, b"|ON|", b"|\xff|") for number in ("02",)),
    *(_append(number, "") for number in ("00", "03", "05")),
    *(_append(number, "EOF|0") for number in FILES),
    *(_append(number, "XYZ|1|2", "SDP") for number in FILES),
    *(_replace("00", f"|I|1|{was}".encode(), b"|I|1|9") for was in (5, 6)),
    _replace("00", b"|I|1|", b"|I|0|"),
    _replace("00", b"|I|1|", b"|I|99999|"),
    _replace("00", b"|I|1|", b"|P|1|"),
    _replace("00", b"MAN|05|01|", b"MAN|05|02|"),
    _replace("00", b"MAN|04|01|", b"MAN|03|01|"),
    _replace("00", b"MAN|04|01|", b"MAN|4|01|"),
    _replace("00", b"20250902093000", b"20250905093000"),
    _replace("02", b"20250902093000", b"20250902093001"),
    _rename("01", "202509021000", "202509021001"),
    _rename("02", ".4000.00.", ".4000.01."),
    _rename("03", "202509021000", "202509311000"),
    _rename("04", ".DAT", ".dat"),
    _rename("05", ".01.DAT", ".00.DAT"),
    _rename("07", ".07.", ".06."),
    _copy("05", ".05.01.", ".07.01."),
    _copy("01", ".01.01.DAT", ".01.02.DAT"),
    _copy("02", "202509021000", "202509021001"),
    _append("01", f"SDP|{SDP}|SP-1|P|E|AC|{SINCE}|", "MTR|m-1|A|B|S|00000100|N|20250901|"),
    _append("01", f"SDP|{OTHER}|sp-2|V|E|AC|{SINCE}|", f"COM|A-9|EL||{SINCE}|20250801000000"),
    _append("02", f"PRM|{SDP}|PR-1|Oakville|QC|L6H 0A1|20260901|"),
    _append("04", f"PAR|S|{SDP}|BCID|bc01|{SINCE}|20251001", f"PAR|S|{SDP}|BCID|X|20250915|"),
    _append("04", f"PAR|M|M-1|DIAL|06|{SINCE}|", f"PAR|M|M-7|CH01|KWH|{SINCE}|"),
    _append("05", f"REL|SM|{SDP}|M-8|{SINCE}|", f"REL|ZZ|{SDP}|M-8|{SINCE}|"),
    _append("05", f"REL|SM|{OTHER}|M-1|20250930|20250901", f"REL|SB|1|ORG1|{SINCE}|"),
)


def _files(made: FileSetOfLines) -> dict[str, bytes]:
    return {
        made.name(*place): "".join(f"{line}\n" for line in lines).encode()
        for place, lines in sorted(made.lines.items())
    }


class TestRandomSets:
    @settings(
        max_examples=150,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        spoils=st.lists(st.sampled_from(SPOILS), max_size=4),
        periodic=st.booleans(),
        order=st.randoms(use_true_random=False),
    )
    def test_have_one_verdict_of_desk_and_hub(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        spoils: Sequence[Spoil],
        order: Random,
        *,
        periodic: bool,
    ) -> None:
        files = _files(a_set(periodic=periodic))
        for spoil in spoils:
            spoil(files)
        names = sorted(files)
        order.shuffle(names)

        folder = tmp_path_factory.mktemp("set")
        assert_one_verdict(folder, {name: files[name] for name in names}, NOW)

    @pytest.mark.parametrize("spoil", SPOILS)
    def test_have_one_verdict_with_each_fault_alone(self, spoil: Spoil, tmp_path: Path) -> None:
        files = _files(a_set())
        spoil(files)

        assert_one_verdict(tmp_path, files, NOW)

    @pytest.mark.parametrize("case", CASES, ids=lambda each: each.code)
    def test_have_one_verdict_in_each_case_of_staging(
        self, case: OfStaging, tmp_path: Path
    ) -> None:
        made = a_set(case.records, periodic=case.periodic)
        case.spoil(made)

        assert_one_verdict(tmp_path, _files(made), NOW)


def test_what_a_desk_cannot_know_stands_on_the_page() -> None:
    page = (SCENARIOS.parents[1] / "docs" / "ldc" / "send.md").read_text(encoding="utf-8")
    section = page.partition("## What only the hub can check")[2].partition("\n## ")[0]

    assert [code for code in (*UNKNOWN_OF_FILES, *UNKNOWN_OF_SETS) if code not in section] == []
