"""A scenario is read as a whole or refused with every fault and its path."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
from mdmr_local.simulate.reading import FILE, ScenarioError, read_scenario
from mdmr_local.simulate.scenario import GatewayChange, SequenceReset, SetDecision, Upload

from tests.support.scenario_folders import LATER, NAME, write

AT = "2025-08-20T00:30:00-05:00"
LATE = "2025-08-20T00:45:00-05:00"
UPLOAD = {"at": AT, "upload": f"late/{NAME}", "prefix": "ORG11111"}


def faults_of(folder: Path, until: datetime | None = None) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(folder, until)
    return [fault.path for fault in caught.value.faults]


def test_a_scenario_without_faults_is_read(tmp_path: Path) -> None:
    scenario = read_scenario(write(tmp_path, f"inbound/ORG11111/{NAME}"))

    assert scenario.start == datetime(2025, 8, 20, 5, tzinfo=UTC)
    assert scenario.until == datetime(2025, 8, 20, 6, tzinfo=UTC)
    assert [(each.at, each.name) for each in scenario.inbound] == [
        (datetime(2025, 8, 20, 5, 5, tzinfo=UTC), NAME)
    ]


def test_all_keys_are_accepted(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        f"late/{NAME}",
        authorizations=[
            {"ldc": "ORG11111", "organization": "ORG22222", "file_id": "4000", "right": "SUBMIT"}
        ],
        universal_sdp_ids=[
            {"ldc": "ORG11111", "sdp_id": "SP-0001", "universal_sdp_id": "48217730"},
            {"ldc": "ORG11111", "sdp_id": "SP-2", "universal_sdp_id": "48217731", "issued": False},
        ],
        parameters={"global": {"sync.wait_min": 60}, "ORG11111": {"sync.thr_floor_sdps": 1000000}},
        class_profiles="profiles.csv",
        cpp_events=[{"date": "2025-08-20", "start": "15:00", "end": "24:00", "zone": "E"}],
        steps=[UPLOAD],
        inbound="steps-only",
    )
    (folder / "profiles.csv").write_text("profile,season,day_type,hour,fraction\n")

    scenario = read_scenario(folder)

    assert set(scenario.document) == {
        "organizations",
        "authorizations",
        "parameters",
        "universal_sdp_ids",
    }
    assert scenario.class_profiles == folder / "profiles.csv"
    assert [(event.start, event.end) for event in scenario.cpp_events] == [(time(15), None)]
    assert [
        (step.name, step.organization) for step in scenario.steps if isinstance(step, Upload)
    ] == [(NAME, "ORG11111")]


def test_times_without_quotation_marks_are_times(tmp_path: Path) -> None:
    folder = write(tmp_path)
    text = (folder / "scenario.yaml").read_text() + (
        "cpp_events:\n  - {date: 2025-08-20, start: 15:00, end: 24:00, zone: both}\n"
    )
    (folder / "scenario.yaml").write_text(text.replace("'", ""))

    scenario = read_scenario(folder)

    assert scenario.cpp_events[0].start == time(15)
    assert scenario.cpp_events[0].end is None


SYNC = {"sync": "release", "ldc": "ORG11111", "tx_id": "tx0009"}


def asked(**changed: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the step that resets a sequence, with other values."""
    request = {"kind": "Synchronization Sequence Reset", "by": "ORG11111", "input": {"next": 7}}
    return {"at": AT, "service_request": request | changed}


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"start": None}, "start"),
        ({"start": "2025-08-20T00:00:00"}, "start"),
        ({"until": "soon"}, "until"),
        ({"until": "9999-12-31"}, "until"),
        ({"until": "3000-01-02"}, "until"),
        ({"start": "0001-01-01"}, "start"),
        ({"start": "1969-12-31"}, "start"),
        ({"until": "2025-08-20T00:00:00-05:00"}, "until"),
        ({"environment": "QUAY"}, "environment"),
        ({"organizations": None}, "organizations"),
        ({"organizations": [{"org_id": "ORG1"}]}, "organizations[0].org_id"),
        ({"weather": "fine"}, "weather"),
        ({"parameters": {"global": {"usdp.run_hours": 1}}}, "parameters.global.usdp.run_hours"),
        ({"parameters": {"ORG11111": {"usdp.run_min": 5}}}, "parameters.ORG11111.usdp.run_min"),
        ({"parameters": {"ORG22222": {"sync.wait_min": 5}}}, "parameters.ORG22222.sync.wait_min"),
        ({"parameters": {"ORG11111": {"bvsc.pct": "1"}}}, "parameters.ORG11111.bvsc.pct"),
        ({"class_profiles": "profiles.csv"}, "class_profiles"),
        ({"cpp_events": [{"date": "2025-08-20"}]}, "cpp_events[0].start"),
        ({"inbound": "never"}, "inbound"),
        ({"steps": [{**UPLOAD, "at": "2025-08-21T00:00:00-05:00"}]}, "steps[0].at"),
        ({"steps": [{**UPLOAD, "upload": "../elsewhere"}]}, "steps[0].upload"),
        ({"steps": [{**UPLOAD, "prefix": "nobody"}]}, "steps[0].prefix"),
        ({"steps": [{**UPLOAD, "sender": "me"}]}, "steps[0].sender"),
        ({"steps": [{"at": AT}]}, "steps[0]"),
        ({"steps": [{**UPLOAD, "gateway": "HOLD"}]}, "steps[0]"),
        ({"steps": [{"at": AT, "gateway": "SHUT"}]}, "steps[0].gateway"),
        ({"steps": [{"at": AT, "gateway": "HOLD", "then": "REJECT"}]}, "steps[0].then"),
        ({"steps": [{"at": AT, "gateway": "HOLD", "planned": LATE}]}, "steps[0].planned"),
        ({"steps": [{"at": AT, "gateway": "DRAIN", "then": "OPEN"}]}, "steps[0].then"),
        ({"steps": [{"at": AT, "gateway": "DRAIN", "planned": AT}]}, "steps[0].planned"),
        ({"steps": [{"at": AT, **SYNC, "sync": "stop"}]}, "steps[0].sync"),
        ({"steps": [{"at": AT, **SYNC, "ldc": "nobody"}]}, "steps[0].ldc"),
        ({"steps": [{"at": AT, **SYNC, "tx_id": ""}]}, "steps[0].tx_id"),
        ({"steps": [{"at": AT, **SYNC, "tx_id": "x" * 800}]}, "steps[0].tx_id"),
        ({"steps": [asked(kind="Tea")]}, "steps[0].service_request.kind"),
        ({"steps": [asked(by="nobody")]}, "steps[0].service_request.by"),
        ({"steps": [asked(input={"next": 0})]}, "steps[0].service_request.input.next"),
        ({"steps": ["upload it"]}, "steps[0]"),
    ],
)
def test_a_fault_is_told_with_its_path(tmp_path: Path, changed: dict[str, Any], path: str) -> None:
    assert path in faults_of(write(tmp_path, f"late/{NAME}", **changed))


@pytest.mark.parametrize(
    "step",
    [
        {"failover": "STANDBY"},
    ],
    ids=lambda step: next(iter(step)),
)
def test_a_step_that_the_hub_cannot_do_yet_is_refused(tmp_path: Path, step: dict[str, Any]) -> None:
    feature = next(iter(step))

    with pytest.raises(ScenarioError) as caught:
        read_scenario(write(tmp_path, steps=[{"at": AT, **step}]))

    assert [(fault.path, feature in fault.text) for fault in caught.value.faults] == [
        (f"steps[0].{feature}", True)
    ]


def test_steps_of_the_gateway_are_read(tmp_path: Path) -> None:
    steps = [
        {"at": AT, "gateway": "DRAIN", "planned": LATE, "then": "REJECT"},
        {"at": AT, "gateway": "OPEN"},
    ]

    at, planned = datetime.fromisoformat(AT), datetime.fromisoformat(LATE)
    assert read_scenario(write(tmp_path, steps=steps)).steps == (
        GatewayChange(at, "DRAIN", "REJECT", planned),
        GatewayChange(at, "OPEN"),
    )


def test_steps_about_sets_are_read(tmp_path: Path) -> None:
    steps = [{"at": AT, **SYNC}, asked()]
    at = datetime.fromisoformat(AT)
    assert read_scenario(write(tmp_path, steps=steps)).steps == (
        SetDecision(at, "RELEASE", "ORG11111", "tx0009"),
        SequenceReset(at, "ORG11111", 7),
    )


def test_every_fault_is_told_not_only_the_first(tmp_path: Path) -> None:
    folder = write(tmp_path, environment="?", inbound="?", steps=[UPLOAD])

    assert faults_of(folder) == ["environment", "steps[0].upload", "inbound"]


def test_a_key_that_stands_twice_is_a_fault(tmp_path: Path) -> None:
    folder = write(tmp_path)
    with (folder / "scenario.yaml").open("a") as file:
        file.write("environment: SAND\n")

    assert faults_of(folder) == [f"{folder / 'scenario.yaml'}:9"]


def test_a_folder_without_scenario_is_a_fault(tmp_path: Path) -> None:
    assert faults_of(tmp_path / "nowhere") == [str(tmp_path / "nowhere" / "scenario.yaml")]


@pytest.mark.parametrize("header", ["", "profile,season,day_type,hour\n", "\x00\n"])
def test_class_profiles_need_their_columns(tmp_path: Path, header: str) -> None:
    folder = write(tmp_path, class_profiles="profiles.csv")
    (folder / "profiles.csv").write_text(header)

    assert faults_of(folder) == ["class_profiles"]


@pytest.mark.parametrize(
    "name",
    [
        "readme.txt",
        "ORG11111.ORG11111.1000.00.202513200005.DAT",
        "ORG11111.ORG11111.1000.00.20250820.DAT",
        LATER,
    ],
)
def test_an_inbound_name_needs_a_time_within_the_run(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path)
    path = folder / "inbound" / "ORG11111" / name
    path.parent.mkdir(parents=True)
    path.touch()

    assert faults_of(folder) == [f"inbound/ORG11111/{name}"]


def test_names_do_not_matter_when_only_steps_upload(tmp_path: Path) -> None:
    folder = write(tmp_path, f"inbound/ORG11111/{LATER}", inbound="steps-only")

    assert read_scenario(folder).inbound == ()


def test_a_name_that_intake_will_refuse_arrives_at_its_time(tmp_path: Path) -> None:
    name = "ORG11111.ORG11111.1000.00.202508200005.TXT"

    assert len(read_scenario(write(tmp_path, f"inbound/ORG11111/{name}")).inbound) == 1


def test_only_folders_of_organizations_lie_in_inbound(tmp_path: Path) -> None:
    folder = write(tmp_path, "inbound/readme.1.2.3.202508200005", "inbound/org1/a.b.c.d.e")

    assert faults_of(folder) == ["inbound/org1", "inbound/readme.1.2.3.202508200005"]


def test_symbolic_links_in_inbound_are_not_followed(tmp_path: Path) -> None:
    elsewhere = write(tmp_path / "elsewhere", f"inbound/ORG11111/{NAME}")
    folder = write(tmp_path / "scenario", f"inbound/ORG11111/{NAME}")
    (folder / "inbound" / "ORG11111" / f"{NAME}.link").symlink_to(elsewhere / FILE)
    (folder / "inbound" / "ORG22222").symlink_to(elsewhere / "inbound" / "ORG11111")
    assert faults_of(folder) == [f"inbound/ORG11111/{NAME}.link", "inbound/ORG22222"]

    folder = write(tmp_path / "another")
    (folder / "inbound").symlink_to(elsewhere / "inbound")
    assert faults_of(folder) == ["inbound"]


def test_a_scenario_that_is_a_symbolic_link_is_not_read(tmp_path: Path) -> None:
    elsewhere = write(tmp_path / "elsewhere")
    folder = tmp_path / "scenario"
    folder.mkdir()
    (folder / FILE).symlink_to(elsewhere / FILE)
    assert faults_of(folder) == [str(folder / FILE)]


@pytest.mark.parametrize(
    "path",
    [
        "../elsewhere/file",
        "/etc/hostname",
        "late",
        "late/../../elsewhere/file",
        "link",
        "links/file",
        "x" * 800,
        "a\0b",
        ".",
        "",
    ],
)
def test_what_a_scenario_names_lies_in_its_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").touch()
    step = {**UPLOAD, "upload": path}
    folder = write(tmp_path / "scenario", f"late/{NAME}", class_profiles=path, steps=[step])
    (folder / "link").symlink_to(tmp_path / "elsewhere" / "file")
    (folder / "links").symlink_to(tmp_path / "elsewhere")
    assert faults_of(folder) == ["class_profiles", "steps[0].upload"]


def test_an_earlier_end_leaves_later_files_valid(tmp_path: Path) -> None:
    folder = write(tmp_path, f"inbound/ORG11111/{NAME}")
    end = datetime(2025, 8, 20, 5, 1, tzinfo=UTC)

    scenario = read_scenario(folder, until=end)

    assert (scenario.until, len(scenario.inbound)) == (end, 1)


def test_a_later_end_makes_later_files_valid(tmp_path: Path) -> None:
    folder = write(tmp_path, f"inbound/ORG11111/{LATER}")

    assert len(read_scenario(folder, until=datetime(2025, 8, 21, tzinfo=UTC)).inbound) == 1


def test_an_end_before_the_start_is_a_fault(tmp_path: Path) -> None:
    assert faults_of(write(tmp_path), until=datetime(2025, 1, 1, tzinfo=UTC)) == ["--until"]
