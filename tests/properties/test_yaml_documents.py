"""YAML documents: whatever a file holds, it is read as YAML means it, or it is one fault."""

from __future__ import annotations

from pathlib import Path
from string import printable

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from mdmr.operation import document
from mdmr_local.simulate.reading import FILE, ScenarioError, read_scenario
from mdmr_local.yaml_documents import MAX_DIGITS, YamlError, read_yaml

GOOD = """\
start: 2025-08-20T00:00:00-05:00
until: 2025-08-21T00:00:00-05:00
environment: TEST
organizations:
  - {org_id: ORG11111, name: Example Hydro, roles: [LDC], from: 2025-01-01, to: 9999-12-31}
  - {org_id: ORG22222, name: Billing, roles: [AGENT], contacts: {service desk: a@example.org}}
authorizations:
  - {ldc: ORG11111, organization: ORG22222, file_id: "1000", right: SUBMIT}
parameters:
  global: {usdp.run_min: 15, vee.zero_days: 3 / 3 / 1}
  ORG11111: {out.max_details: [100, {value: 50, from: 2030-03-01}]}
universal_sdp_ids:
  - {ldc: ORG11111, sdp_id: SP-1, universal_sdp_id: 48217730, issued: false}
cpp_events:
  - {date: 2025-08-20, start: 15:00, end: 24:00, zone: E}
steps:
  - {at: 2025-08-20T01:00:00-05:00, gateway: DRAIN, then: HOLD}
  - {at: 2025-08-20T02:00:00-05:00, sync: release, ldc: ORG11111, tx_id: T1}
"""
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10 ** (MAX_DIGITS - 1)), 10 ** (MAX_DIGITS - 1)),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.dates(),
    st.datetimes(),
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
# What a person or a machine does to a document: a piece cut out, doubled, or put in.
PIECES = st.one_of(
    st.text(alphabet=printable, max_size=12),
    st.text(max_size=4),
    st.sampled_from(
        (
            "&a ",
            "*a",
            "<<: ",
            "!!set ",
            "[" * 50,
            "{a: " * 50,
            "- " * 50,
            "9" * 400,
            "2026-02-30",
            "9999-12-31T23:59:59-12:00",
            "0001-01-01T00:00:00+14:00",
            "? ",
            "[a]: b",
            "\0",
            "\u202e",
            "x" * 5_000,
            ".inf",
            "0x" + "f" * 40,
            "1:" * 90 + "1",
            "--- ",
            "%YAML 1.2\n",
            "|\n",
            "\t",
        )
    ),
)


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("documents")


@given(DOCUMENTS)
def test_a_document_means_what_yaml_says(folder: Path, value: object) -> None:
    text = yaml.dump(value, Dumper=_NoAliases, allow_unicode=True)
    (folder / FILE).write_text(text, encoding="utf-8")
    assert repr(read_yaml(folder / FILE)) == repr(yaml.safe_load(text))


@given(st.binary(max_size=60) | st.text(alphabet="[]{}:,-?&*!|>'\"%@` \n\tab1", max_size=40))
def test_bytes_are_read_or_are_one_fault(folder: Path, content: bytes | str) -> None:
    (folder / FILE).write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        read_yaml(folder / FILE)
        text = "read"
    except YamlError as error:
        text = error.fault.text
    assert text


@given(st.integers(0, len(GOOD)), st.integers(0, 30), PIECES)
def test_a_changed_scenario_is_read_or_has_faults(
    folder: Path, start: int, cut: int, piece: str
) -> None:
    text = GOOD[:start] + piece + GOOD[start + cut :]
    (folder / FILE).write_text(text, encoding="utf-8", errors="replace")
    try:
        read_scenario(folder)
        texts = ["read"]
    except ScenarioError as error:
        texts = [each.text for each in error.faults]
    assert texts
    assert all(texts)


@given(st.integers(0, len(GOOD)), st.integers(0, 30), PIECES)
def test_a_changed_hub_document_is_read_or_has_faults(
    folder: Path, start: int, cut: int, piece: str
) -> None:
    text = GOOD[:start] + piece + GOOD[start + cut :]
    (folder / FILE).write_text(text, encoding="utf-8", errors="replace")
    try:
        raw = read_yaml(folder / FILE)
    except YamlError:
        return
    whole = {key: raw[key] for key in document.KEYS if key in raw} if isinstance(raw, dict) else raw
    found, faults = document.read(whole)
    assert (found is None) == bool(faults)
