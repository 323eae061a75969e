from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from mdmr.calendar.instants import EST
from mdmr.calendar.period import SINCE_EVER, Period
from mdmr.identifiers.kept import Kept
from mdmr.identifiers.universal_id import Pair
from mdmr.operation import document
from mdmr.operation.document import Document
from mdmr.operation.faults import Raw
from mdmr.operation.settings import Wished, Wishes
from mdmr.organizations.entities import Authorization, Organization, Right, Role
from mdmr.organizations.parameters import EVERYONE

from tests.support.market import AGENT, LDC

HYDRO: dict[str, Raw] = {"org_id": LDC, "name": "Example Hydro", "roles": ["LDC"]}
ROW: dict[str, Raw] = {"ldc": LDC, "organization": AGENT, "file_id": "1000", "right": "SUBMIT"}
NUMBER: dict[str, Raw] = {"ldc": LDC, "sdp_id": "SP-1", "universal_sdp_id": "48217730"}

EVER = Period(SINCE_EVER)


def read(raw: Raw) -> Document:
    found, faults = document.read(raw)
    assert faults == []
    assert found is not None
    return found


def paths(raw: Raw) -> list[str]:
    """Return the paths of the faults of a document."""
    found, faults = document.read(raw)
    assert found is None
    assert all(fault.text for fault in faults)
    return [fault.path for fault in faults]


class TestADocument:
    def test_may_be_empty(self) -> None:
        assert read({}) == Document()
        assert read(dict.fromkeys(document.KEYS)) == Document()

    def test_tells_organizations(self) -> None:
        more: dict[str, Raw] = {
            "roles": ["LDC", "AMI"],
            "transport_ids": ["as2:hydro"],
            "contacts": {"service desk": "desk@example.org"},
        }
        assert read({"organizations": [{**HYDRO, **more}]}).organizations == (
            Organization(
                LDC,
                "Example Hydro",
                frozenset({Role.LDC, Role.AMI}),
                EVER,
                ("as2:hydro",),
                (("service desk", "desk@example.org"),),
            ),
        )

    def test_tells_authorizations_with_what_they_bring(self) -> None:
        rows = read({"authorizations": [ROW]}).authorizations
        assert rows[0] == Authorization(LDC, AGENT, "1000", Right.SUBMIT, EVER)
        assert [(row.file_id, row.right.value) for row in rows[1:]] == [
            ("2000", "RECEIVE"),
            ("IR01", "RECEIVE"),
        ]

    @pytest.mark.parametrize("start", [None, "0001-01-01", date(1, 1, 1)])
    @pytest.mark.parametrize("end", [None, "9999-12-31", date(9999, 12, 31), "9999-12-31T23:59:59"])
    def test_without_a_period_counts_since_ever_and_for_ever(self, start: Raw, end: Raw) -> None:
        bounds = {"from": start, "to": end}
        told = read({"organizations": [HYDRO | bounds], "authorizations": [ROW | bounds]})
        assert told.organizations[0].active == EVER
        assert {row.period for row in told.authorizations} == {EVER}

    def test_tells_parameters_for_all_and_for_one(self) -> None:
        raw: Raw = {"parameters": {"global": {"usdp.run_min": 30}, AGENT: {"out.max_details": "7"}}}
        assert read(raw).settings == (
            Wishes("usdp.run_min", EVERYONE, (Wished("30"),)),
            Wishes("out.max_details", AGENT, (Wished("7"),)),
        )

    def test_tells_numbers_from_before_issued_or_reserved(self) -> None:
        other: dict[str, Raw] = {"ldc": LDC, "sdp_id": "SP-2", "universal_sdp_id": 48217731}
        raw: Raw = {"universal_sdp_ids": [NUMBER, {**other, "issued": False}]}
        assert read(raw).numbers == (
            Kept(Pair(LDC, "SP-1"), "48217730", issued=True),
            Kept(Pair(LDC, "SP-2"), "48217731", issued=False),
        )

    def test_may_write_ids_in_lower_case_and_with_blanks(self) -> None:
        raw: Raw = {"universal_sdp_ids": [{**NUMBER, "ldc": " org11111", "sdp_id": "sp-1 "}]}
        assert read(raw).numbers[0].pair == Pair(LDC, "SP-1")

    @pytest.mark.parametrize(
        ("name", "raw", "value"),
        [
            ("sync.consume_on_stl_error", True, "yes"),
            ("sync.consume_on_stl_error", False, "no"),
            ("billing.ulo", True, "on"),
            ("billing.ulo", "off", "off"),
            ("rebill.min_kwh", 0.5, "0.5"),
        ],
    )
    def test_may_write_values_as_yaml_reads_them(self, name: str, raw: Raw, value: str) -> None:
        (wishes,) = read({"parameters": {LDC: {name: raw}}}).settings
        assert wishes.values == (Wished(value),)

    def test_may_give_a_value_the_time_from_which_it_counts(self) -> None:
        raw: Raw = {"value": 30, "from": "2026-01-01"}
        (wishes,) = read({"parameters": {"global": {"usdp.run_min": raw}}}).settings
        assert wishes.values == (Wished("30", datetime(2026, 1, 1, tzinfo=EST)),)

    def test_may_give_several_values_over_time(self) -> None:
        later: Raw = {"value": 60, "from": "2026-01-01T06:00:00-05:00"}
        raw: Raw = {"parameters": {"global": {"usdp.run_min": [30, later]}}}
        (wishes,) = read(raw).settings
        assert wishes.values == (
            Wished("30"),
            Wished("60", datetime(2026, 1, 1, 6, tzinfo=EST)),
        )

    @pytest.mark.parametrize("raw", ["4 / 3 / 1", "0 / 0 / 0"])
    def test_may_give_the_three_values_of_vee(self, raw: str) -> None:
        (wishes,) = read({"parameters": {"global": {"vee.zero_days": raw}}}).settings
        assert wishes.values == (Wished(raw),)

    @pytest.mark.parametrize(
        ("raw", "start"),
        [
            ("2025-08-20", datetime(2025, 8, 20, tzinfo=EST)),
            (date(2025, 8, 20), datetime(2025, 8, 20, tzinfo=EST)),
            ("2025-08-20T06:00:00+00:00", datetime(2025, 8, 20, 1, tzinfo=EST)),
            (datetime(2025, 8, 20, 1, tzinfo=EST), datetime(2025, 8, 20, 1, tzinfo=EST)),
        ],
    )
    def test_may_give_a_date_in_est_or_an_instant(self, raw: Raw, start: datetime) -> None:
        end = start + timedelta(days=1)
        rows = read({"authorizations": [{**ROW, "from": raw, "to": end}]}).authorizations
        assert rows[0].period == Period(start, end)


class TestAFault:
    @pytest.mark.parametrize("raw", [None, [], "text", 7])
    def test_of_the_whole_is_told(self, raw: Raw) -> None:
        assert paths(raw) == [""]

    def test_of_an_unknown_key_names_the_key(self) -> None:
        assert paths({"organisations": []}) == ["organisations"]
        assert paths({"organizations": [{**HYDRO, "role": "LDC"}]}) == ["organizations[0].role"]

    @pytest.mark.parametrize("key", document.KEYS)
    def test_of_a_key_of_another_kind_names_the_key(self, key: str) -> None:
        assert paths({key: "text"}) == [key]

    @pytest.mark.parametrize("key", [each for each in document.KEYS if each != "parameters"])
    def test_of_a_row_names_its_place(self, key: str) -> None:
        assert f"{key}[1]" in paths({key: [_right(key), None]})

    @pytest.mark.parametrize(
        ("key", "field"),
        [
            ("organizations", "org_id"),
            ("organizations", "name"),
            ("organizations", "roles"),
            ("authorizations", "ldc"),
            ("authorizations", "organization"),
            ("authorizations", "file_id"),
            ("authorizations", "right"),
            ("universal_sdp_ids", "ldc"),
            ("universal_sdp_ids", "sdp_id"),
            ("universal_sdp_ids", "universal_sdp_id"),
        ],
    )
    @pytest.mark.parametrize("empty", [None, "", "  "])
    def test_of_a_field_that_lacks_or_is_empty_names_the_field(
        self, key: str, field: str, empty: Raw
    ) -> None:
        assert f"{key}[0].{field}" in paths({key: [{**_right(key), field: empty}]})

    @pytest.mark.parametrize(
        ("key", "field", "wrong"),
        [
            ("organizations", "org_id", "ORG1"),
            ("organizations", "org_id", 1.5),
            ("organizations", "contacts", ["desk@example.org"]),
            ("organizations", "name", "x" * 101),
            ("organizations", "name", "Hydro\nOne"),
            ("organizations", "roles", ["LDC", "OPERATOR"]),
            ("organizations", "org_id", "org1111"),
            ("organizations", "roles", []),
            ("organizations", "from", "yesterday"),
            ("organizations", "from", "2025-08-20T10:00:00"),
            ("organizations", "from", "9999-12-31T23:30:00-06:00"),
            ("organizations", "from", "0000-01-01"),
            ("authorizations", "ldc", "HYDRO"),
            ("authorizations", "right", "submit"),
            ("authorizations", "file_id", "2000"),
            ("authorizations", "file_id", "9999"),
            ("authorizations", "organization", LDC),
            ("authorizations", "to", 7),
            ("universal_sdp_ids", "sdp_id", "SP 1"),
            ("universal_sdp_ids", "universal_sdp_id", "01234567"),
            ("universal_sdp_ids", "universal_sdp_id", 1234567),
            ("universal_sdp_ids", "issued", "no"),
        ],
    )
    def test_of_a_value_names_the_field(self, key: str, field: str, wrong: Raw) -> None:
        assert paths({key: [{**_right(key), field: wrong}]}) == [f"{key}[0].{field}"]

    @pytest.mark.parametrize("role", ["BANK", "", None, 7])
    def test_of_a_role_names_its_place(self, role: Raw) -> None:
        assert "organizations[0].roles[1]" in paths(
            {"organizations": [{**HYDRO, "roles": ["LDC", role]}]}
        )

    @pytest.mark.parametrize("file_id", ["IR", "1000", "IR04", "FR01", "NT01"])
    def test_of_a_right_to_receive_wants_an_output_that_needs_one(self, file_id: str) -> None:
        wrong: Raw = {**ROW, "right": "RECEIVE", "file_id": file_id}
        assert paths({"authorizations": [wrong]}) == ["authorizations[0].file_id"]

    @pytest.mark.parametrize(
        "identity", ["hydro", "ftp:hydro", "as2:", "as2:a b", "AS2:hydro", "sftp:" + "x" * 201]
    )
    def test_of_a_transport_identity_names_its_place(self, identity: str) -> None:
        wrong: Raw = [{**HYDRO, "transport_ids": ["tls:a", identity]}]
        assert paths({"organizations": wrong}) == ["organizations[0].transport_ids[1]"]

    def test_of_a_transport_identity_of_two_names_the_second(self) -> None:
        other: dict[str, Raw] = {"org_id": AGENT, "name": "Agent", "roles": ["AGENT"]}
        rows: Raw = [{**each, "transport_ids": ["as2:a"]} for each in (HYDRO, other)]
        assert paths({"organizations": rows}) == ["organizations[1].transport_ids[0]"]

    @pytest.mark.parametrize(
        ("purpose", "address"),
        [
            ("billing", "desk@example.org"),
            ("service desk", "desk"),
            ("continuity", "desk@example"),
            ("registration", "a@b.c, d@e.f"),
            ("continuity", None),
            ("service desk", "x" * 64 + "@" + "y." * 100 + "org"),
        ],
    )
    def test_of_a_contact_names_its_purpose(self, purpose: str, address: Raw) -> None:
        wrong: Raw = [{**HYDRO, "contacts": {purpose: address}}]
        assert paths({"organizations": wrong}) == [f"organizations[0].contacts.{purpose}"]

    def test_of_the_operator_is_that_it_is_another(self) -> None:
        operator: dict[str, Raw] = {"org_id": "ORG00000", "name": "Hub", "roles": ["OPERATOR"]}
        assert read({"organizations": [operator]}).organizations[0].org_id == "ORG00000"
        assert paths({"organizations": [{**operator, "roles": ["LDC"]}]}) == [
            "organizations[0].roles"
        ]

    @pytest.mark.parametrize(
        ("parameters", "path"),
        [
            ({"everyone": {}}, "parameters.everyone"),
            ({"org11111": {}}, "parameters.org11111"),
            ({"global": ["usdp.run_min"]}, "parameters.global"),
            ({"global": {"no.such": 1}}, "parameters.global.no.such"),
            ({"global": {"usdp.run_min": 0}}, "parameters.global.usdp.run_min"),
            ({"global": {"usdp.run_min": "often"}}, "parameters.global.usdp.run_min"),
            ({"global": {"usdp.run_min": None}}, "parameters.global.usdp.run_min"),
            ({"global": {"store.data_years": None}}, "parameters.global.store.data_years"),
            ({"global": {"intake.max_mb": True}}, "parameters.global.intake.max_mb"),
            ({LDC: {"usdp.run_min": 15}}, f"parameters.{LDC}.usdp.run_min"),
            ({LDC: {"vee.zero_days": "4 / 3 / 1"}}, f"parameters.{LDC}.vee.zero_days"),
            ({"global": {"vee.zero_days": 4}}, "parameters.global.vee.zero_days"),
            ({"global": {"vee.zero_days": "4 / 3"}}, "parameters.global.vee.zero_days"),
            ({"global": {"vee.zero_days": "4 / 3 / x"}}, "parameters.global.vee.zero_days"),
            ({"global": {"vee.low_ratio": "0.1 / 2 / 0.1"}}, "parameters.global.vee.low_ratio"),
            ({"global": {"intake.retry": 7}}, "parameters.global.intake.retry"),
            (
                {"global": {"usdp.run_min": {"from": "2026-01-01"}}},
                "parameters.global.usdp.run_min.value",
            ),
            ({"global": {"usdp.run_min": {"value": 0}}}, "parameters.global.usdp.run_min.value"),
            (
                {"global": {"usdp.run_min": {"value": 15, "from": "soon"}}},
                "parameters.global.usdp.run_min.from",
            ),
            (
                {"global": {"usdp.run_min": {"value": 15, "to": "2026-01-01"}}},
                "parameters.global.usdp.run_min.to",
            ),
            ({"global": {"usdp.run_min": [15, 30]}}, "parameters.global.usdp.run_min[1]"),
        ],
    )
    def test_of_a_parameter_names_owner_and_parameter(self, parameters: Raw, path: str) -> None:
        assert paths({"parameters": parameters}) == [path]

    def test_of_an_organization_that_stands_twice_names_the_second(self) -> None:
        assert paths({"organizations": [HYDRO, HYDRO]}) == ["organizations[1].org_id"]

    def test_of_a_pair_that_stands_twice_names_the_second(self) -> None:
        again: Raw = {**NUMBER, "universal_sdp_id": "48217731"}
        assert paths({"universal_sdp_ids": [NUMBER, again]}) == ["universal_sdp_ids[1]"]

    def test_of_a_number_that_stands_twice_names_the_second(self) -> None:
        again: Raw = {**NUMBER, "sdp_id": "SP-2"}
        expected = ["universal_sdp_ids[1].universal_sdp_id"]
        assert paths({"universal_sdp_ids": [NUMBER, again]}) == expected

    def test_is_told_with_every_other(self) -> None:
        wrong: Raw = {
            "organizations": [{"org_id": "x", "roles": ["y"]}],
            "authorizations": [{}],
            "parameters": {"global": {"x": 1}},
            "z": 1,
        }
        assert paths(wrong) == [
            "z",
            "organizations[0].name",
            "organizations[0].org_id",
            "organizations[0].roles[0]",
            "organizations[0].roles",
            "authorizations[0].ldc",
            "authorizations[0].organization",
            "authorizations[0].file_id",
            "authorizations[0].right",
            "parameters.global.x",
        ]


def _right(key: str) -> dict[str, Raw]:
    return {"organizations": HYDRO, "authorizations": ROW, "universal_sdp_ids": NUMBER}[key]


LONG = "x" * 5_000


@pytest.mark.parametrize(
    "raw",
    [
        *({"organizations": [HYDRO | {key: LONG}]} for key in ("org_id", "name", "from", "to")),
        *({"organizations": [HYDRO | {key: [LONG]}]} for key in ("roles", "transport_ids")),
        {"organizations": [HYDRO | {"contacts": {"service desk": f"{LONG}@example.org"}}]},
        {"organizations": [HYDRO | {"contacts": {LONG: "a@example.org"}}]},
        {"organizations": [HYDRO | {"transport_ids": [f"tls:{at}" for at in range(5_000)]}]},
        *({"authorizations": [ROW | {key: LONG}]} for key in (*ROW, "from", "to")),
        *({"universal_sdp_ids": [NUMBER | {key: LONG}]} for key in (*NUMBER, "issued")),
        *({"parameters": {owner: {"usdp.run_min": 5}}} for owner in (LONG, f"ORG{'1' * 5_000}")),
        {"parameters": {"global": {LONG: 5}}},
        {"parameters": {"global": {"out.retry_min": ", ".join("1" * 5_000)}}},
        {"parameters": {"global": {"usdp.run_min": [{"value": 5, "from": LONG}]}}},
        {"parameters": {"global": {"usdp.run_min": ["5"] * 5_000}}},
        {LONG: []},
    ],
    ids=lambda raw: str(raw)[:60],
)
def test_what_is_too_long_for_any_table_is_a_fault_told_in_short(raw: Raw) -> None:
    found, faults = document.read(raw)
    assert found is None
    assert all(len(each.path) + len(each.text) < 600 for each in faults)
