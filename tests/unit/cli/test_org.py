"""`mdmr org` and `mdmr hub`: a document's way into a deployed hub."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, NoRegionError
from typer.testing import Result

from tests.support.answers import ORG_PLAN
from tests.support.command import Lambda

Mdmr = Callable[..., Result]


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "hub.yaml"
    path.write_text("organizations: [{org_id: ORG11111, name: Example Hydro, roles: [LDC]}]\n")
    return path


def test_a_plan_is_shown_like_a_diff_and_nothing_is_applied(
    mdmr: Mdmr, hub: Lambda, document: Path
) -> None:
    hub.answers["plan"] = ORG_PLAN

    result = mdmr("org", "plan", document)

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "+ organization ORG11111",
        "+     new",
        "~ parameter sync.wait_min",
        "-     60",
        "+     30",
        "1 to add, 1 to change, 1 the same",
    ]
    assert [asked["action"] for asked in hub.asked] == ["plan"]


def test_the_hub_is_found_by_its_environment(mdmr: Mdmr, hub: Lambda, document: Path) -> None:
    hub.answers["plan"] = ORG_PLAN

    mdmr("org", "plan", document, "--environment", "prod")

    assert hub.functions == ["mdmr-prod-operate"]


def test_apply_does_exactly_what_was_shown_after_a_yes(
    mdmr: Mdmr, hub: Lambda, document: Path
) -> None:
    hub.answers |= {"plan": ORG_PLAN, "apply": ORG_PLAN}

    result = mdmr("org", "apply", document, typed="y\n")

    assert (result.exit_code, "Applied." in result.stdout) == (0, True)
    assert hub.asked[-1]["action"] == "apply"
    assert hub.asked[-1]["digest"] == "abc"
    assert hub.asked[-1]["by"]


def test_the_past_is_changed_only_where_that_is_asked_for(
    mdmr: Mdmr, hub: Lambda, document: Path
) -> None:
    hub.answers |= {"plan": ORG_PLAN, "apply": ORG_PLAN}

    mdmr("org", "plan", document)
    mdmr("org", "apply", document, "--yes", "--change-past")

    assert [asked["change_past"] for asked in hub.asked] == [False, True, True]


def test_without_a_yes_nothing_is_changed(mdmr: Mdmr, hub: Lambda, document: Path) -> None:
    hub.answers["plan"] = ORG_PLAN

    result = mdmr("org", "apply", document, typed="n\n")

    assert (result.exit_code, "Nothing was changed." in result.stderr) == (1, True)
    assert [asked["action"] for asked in hub.asked] == ["plan"]


def test_apply_with_yes_does_not_ask(mdmr: Mdmr, hub: Lambda, document: Path) -> None:
    hub.answers |= {"plan": ORG_PLAN, "apply": ORG_PLAN}

    assert mdmr("org", "apply", document, "--yes").exit_code == 0


def test_apply_as_json_gives_nothing_but_json(mdmr: Mdmr, hub: Lambda, document: Path) -> None:
    hub.answers |= {"plan": ORG_PLAN, "apply": ORG_PLAN}

    result = mdmr("org", "apply", document, "--yes", "--json")

    assert json.loads(result.stdout) == {"changes": ORG_PLAN["changes"], "digest": "abc"}


def test_apply_as_json_needs_a_yes_beforehand(mdmr: Mdmr, hub: Lambda, document: Path) -> None:
    assert (mdmr("org", "apply", document, "--json").exit_code, hub.asked) == (2, [])


def test_nothing_to_do_is_done(mdmr: Mdmr, hub: Lambda, document: Path) -> None:
    hub.answers["plan"] = {"ok": True, "changes": [], "digest": "abc"}

    result = mdmr("org", "apply", document)

    assert (result.exit_code, "Nothing to apply." in result.stdout) == (0, True)
    assert [asked["action"] for asked in hub.asked] == ["plan"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("organizations: [{org_id: ORG1}]", "organizations[0].org_id"),
        ("weather: fine", "weather"),
        ("a: [", "hub.yaml"),
        ("", "hub.yaml"),
        ("organizations: &x []\nauthorizations: *x\n", "hub.yaml:1: organizations: the anchor &x"),
        ("organizations:\n  - {org_id: 7, org_id: 8}\n", "hub.yaml:2: organizations[0]: the key"),
        ("parameters:\n  global: {usdp.run_min: 2026-02-30}\n", "hub.yaml:2: parameters.global."),
        ("organizations:\n  - {org_id: ORG1}\n", "hub.yaml:2: organizations[0].org_id: 'ORG1' is"),
        (f"organizations: {'[' * 10_000}\n", "is nested more than 20 deep"),
    ],
)
def test_a_faulty_document_is_refused_before_the_hub_is_asked(
    mdmr: Mdmr, hub: Lambda, document: Path, text: str, told: str
) -> None:
    document.write_text(text)

    result = mdmr("org", "plan", document)

    assert (result.exit_code, told in result.stderr, hub.asked) == (2, True, [])


def test_a_document_that_is_not_there_is_told(mdmr: Mdmr, hub: Lambda, tmp_path: Path) -> None:
    assert mdmr("org", "plan", tmp_path / "none.yaml").exit_code == 2
    assert hub.asked == []


def test_what_the_hub_refuses_is_told_line_by_line(mdmr: Mdmr, hub: Lambda, document: Path) -> None:
    faults = [{"path": "digest", "text": "plan again"}, {"path": "", "text": "no"}]
    hub.answers["plan"] = {"ok": False, "faults": faults}

    result = mdmr("org", "plan", document)

    assert result.exit_code == 1
    assert result.stderr.splitlines() == ["refused: digest: plan again", "refused: no"]


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "no such"}}, "x"),
        NoRegionError(),
    ],
)
def test_a_hub_that_cannot_be_asked_is_told_without_a_traceback(
    mdmr: Mdmr, hub: Lambda, error: Exception
) -> None:
    hub.answers["start"] = error

    result = mdmr("hub", "start")

    assert result.exit_code == 1
    assert result.stderr.startswith("mdmr-dev-operate cannot be asked: ")
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"errorType": "KeyError", "errorMessage": "x"}', "KeyError: x"),
        ("out of memory", "out of memory"),
    ],
)
def test_a_function_that_fails_is_told(mdmr: Mdmr, hub: Lambda, body: str, told: str) -> None:
    hub.error = body

    result = mdmr("hub", "start")

    assert (result.exit_code, result.stderr.strip()) == (1, f"mdmr-dev-operate failed: {told}")


def test_starting_the_hub_asks_it_to_start(mdmr: Mdmr, hub: Lambda) -> None:
    result = mdmr("hub", "start", "-e", "test")

    assert result.exit_code == 0
    assert (hub.functions, hub.asked[0]["action"]) == (["mdmr-test-operate"], "start")
