"""What sets do to the directory, told as the update report tells it: business by business."""

from __future__ import annotations

from datetime import datetime

import pytest
from mdmr.calendar.instants import EST
from mdmr.directory.documents import Kind
from mdmr.exchange.files.layouts import records
from mdmr.exchange.files.layouts.synchronization_reports import EXCEPTIONS, UPDATES
from mdmr.organizations.entities import Organization, Role

from tests.support.market import ALWAYS
from tests.support.planning import Directory, actions, codes, lines
from tests.support.towns import BARN, HOUSE, SHOP, SUM, meter, sdp, town

BEGIN = "20250901000000"


@pytest.fixture
def directory() -> Directory:
    return town()


def binding(directory: Directory, kind: Kind, entity: str, name: str) -> list[tuple[str, str]]:
    """Return by whom or what something is bound, and since when."""
    segments = directory.timeline(kind, entity, name).segments
    return [
        (each.value[0], f"{each.start:%m%d}-{each.end:%m%d}" if each.end else f"{each.start:%m%d}-")
        for each in segments
    ]


class TestMeters:
    def test_a_bare_record_of_a_new_meter_is_a_meter_change(self, directory: Directory) -> None:
        made = directory.sync(f"REL|SM|{HOUSE}|M-3|20251001000000|")
        assert actions(made) == [
            f"SM END M-1 - {BEGIN} 20251001000000",
            "SM INS M-1 M-3 20251001000000 -",
        ]
        assert binding(directory, Kind.METER, "M-1", "SM") == [(HOUSE, "0901-1001")]
        assert binding(directory, Kind.METER, "M-3", "SM") == [(HOUSE, "1001-")]
        # The module of the old meter stays until it is ended.
        assert binding(directory, Kind.AMCD, "A-1", "MC") == [("M-1", "0901-")]

    def test_a_meter_is_removed_by_an_end(self, directory: Directory) -> None:
        made = directory.sync(f"REL|SM|{HOUSE}|M-1|{BEGIN}|20251001000000")
        assert actions(made) == [f"SM END M-1 - {BEGIN} 20251001000000"]
        assert binding(directory, Kind.METER, "M-1", "SM") == [(HOUSE, "0901-1001")]

    def test_meters_are_exchanged_in_one_set_by_records_with_ends(
        self, directory: Directory
    ) -> None:
        made = directory.sync(
            f"""
            REL|SM|{HOUSE}|M-2|20251001000000|
            REL|SM|{SHOP}|M-1|20251001000000|
            REL|SM|{HOUSE}|M-1|{BEGIN}|20251001000000
            REL|SM|{SHOP}|M-2|{BEGIN}|20251001000000
            """
        )
        assert made.exceptions == []
        assert binding(directory, Kind.METER, "M-1", "SM") == [
            (HOUSE, "0901-1001"),
            (SHOP, "1001-"),
        ]

    def test_a_cancelled_meter_change_gives_the_meter_back(self, directory: Directory) -> None:
        directory.sync(f"REL|SM|{HOUSE}|M-3|20251001000000|")
        made = directory.sync(f"REL|SM|{HOUSE}|M-3|20251001000000|20251001000000")
        assert actions(made) == [f"SM DTE M-1 M-1 {BEGIN} -", "SM CAN M-3 - 20251001000000 -"]
        assert binding(directory, Kind.METER, "M-3", "SM") == []
        assert binding(directory, Kind.METER, "M-1", "SM") == [(HOUSE, "0901-")]


class TestValues:
    def test_a_correction_at_the_same_start_updates(self, directory: Directory) -> None:
        made = directory.sync(f"REL|SA|{HOUSE}|ACC-9|{BEGIN}|")
        assert actions(made) == [f"SA UPD ACC-1 ACC-9 {BEGIN} -"]

    def test_any_number_of_cca_service_providers_hold_at_a_time(self, directory: Directory) -> None:
        other = Organization("ORG88888", "More Neighbours", frozenset({Role.CCA}), ALWAYS)
        directory.organizations = (*directory.organizations, other)
        told = f"REL|SC|{HOUSE}|ORG55555|20251001000000|\nREL|SC|{HOUSE}|ORG88888|20251001000000|"
        assert actions(directory.sync(told)) == [
            "SC INS - ORG55555 20251001000000 -",
            "SC INS - ORG88888 20251001000000 -",
        ]
        ended = directory.sync(f"REL|SC|{HOUSE}|ORG55555|20251001000000|20251101000000")
        assert actions(ended) == ["SC END ORG55555 - 20251001000000 20251101000000"]

    def test_an_occupant_change_is_an_event_of_one_second(self, directory: Directory) -> None:
        told = f"PAR|S|{HOUSE}|OCCH|Y|20251001120000|"
        assert actions(directory.sync(told)) == ["OCCH INS - Y 20251001120000 20251001120001"]
        assert directory.sync(told).updates == []

    def test_components_are_known_by_all_four_ids(self, directory: Directory) -> None:
        directory.sync(sdp(SUM, kind="V"))
        made = directory.sync(
            f"""
            CTF|{SUM}|01|SUM|{BEGIN}|
            CTC|{SUM}|01|{HOUSE}|01|1.000000|{BEGIN}|
            CTC|{SUM}|01|{SHOP}|01|-0.500000|{BEGIN}|
            """
        )
        assert actions(made) == [
            f"FORMULA INS - SUM {BEGIN} -",
            f"COMPONENT INS - 1 {BEGIN} -",
            f"COMPONENT INS - -0.5 {BEGIN} -",
        ]


class TestAPSync:
    def full(self, directory: Directory, told: str, *omitted: str) -> list[str]:
        return actions(directory.sync(told, periodic=True, omitted=omitted))

    def test_with_what_is_known_changes_nothing(self, directory: Directory) -> None:
        told = sdp(HOUSE) + f"REL|SA|{HOUSE}|ACC-1|{BEGIN}|\nPAR|S|{HOUSE}|BCID|BC07|{BEGIN}|"
        assert self.full(directory, told) == []

    def test_splits_what_is_in_force_at_a_later_start(self, directory: Directory) -> None:
        told = sdp(HOUSE) + f"REL|SA|{HOUSE}|ACC-2|20251010000000|\n"
        told += f"PAR|S|{HOUSE}|BCID|BC07|{BEGIN}|"
        assert self.full(directory, told) == [
            f"SA END ACC-1 - {BEGIN} 20251010000000",
            "SA INS ACC-1 ACC-2 20251010000000 -",
        ]

    def test_de_activates_what_it_leaves_out(self, directory: Directory) -> None:
        directory.sync(f"REL|SA|{HOUSE}|ACC-5|20251201000000|")
        assert self.full(directory, sdp(SHOP), HOUSE) == [
            f"SDP DEA SP-4821;P;E;AC SP-4821;P;E;AC {BEGIN} 20251021000000",
            "SDP DEA SP-4821;P;E;AC SP-4821;P;E;IN 20251021000000 -",
            f"PREMISE DEA PR-1;Oakville;ON;L6H0A1 PR-1;Oakville;ON;L6H0A1 {BEGIN} 20251021000000",
            f"SERVICE AGREEMENT DEA 04;E 04;E {BEGIN} 20251021000000",
            f"BCID DEA BC07 BC07 {BEGIN} 20251021000000",
            f"VEES DEA 01 01 {BEGIN} 20251021000000",
            f"SM DEA M-1 M-1 {BEGIN} 20251021000000",
            f"SA DEA ACC-1 ACC-1 {BEGIN} 20251021000000",
            "SA DEA ACC-5 - 20251201000000 -",
            f"SB DEA ORG22222 ORG22222 {BEGIN} 20251021000000",
            f"SO DEA ORG33333 ORG33333 {BEGIN} 20251021000000",
        ]
        # The meter only loses its SDP; an I-Sync can open it again.
        assert binding(directory, Kind.METER, "M-1", "SM") == [(HOUSE, "0901-1021")]
        assert directory.timeline(Kind.METER, "M-1", "MTR").segments[-1].end is None
        again = directory.sync(f"SDP|{HOUSE}|SP-4821|P|E|AC|20251101000000|")
        assert actions(again)[-1].startswith("SDP INS SP-4821;P;E;IN SP-4821;P;E;AC")

    def test_drops_what_began_on_the_day_of_extraction(self, directory: Directory) -> None:
        directory.sync(f"REL|SA|{HOUSE}|ACC-2|20251021080000|")
        made = self.full(directory, sdp(SHOP), HOUSE)
        assert "SA DEA ACC-2 - 20251021080000 -" in made
        assert f"SA DEA ACC-1 ACC-1 {BEGIN} 20251021000000" in made

    def test_leaves_what_is_inactive_or_to_come_as_it_is(self, directory: Directory) -> None:
        directory.sync(sdp(BARN, status="IN"))
        directory.sync(sdp("77777777", start="20251101000000"))
        assert self.full(directory, sdp(SHOP), BARN, "77777777") == []

    def test_de_activates_once(self, directory: Directory) -> None:
        assert self.full(directory, sdp(SHOP), HOUSE)
        assert self.full(directory, sdp(SHOP), HOUSE) == []

    def test_ends_optional_values_that_it_does_not_tell(self, directory: Directory) -> None:
        directory.sync(
            f"""
            REL|SE|{HOUSE}|ORG66666|{BEGIN}|
            REL|SC|{HOUSE}|ORG55555|{BEGIN}|
            PAR|S|{HOUSE}|DRTC|RES|{BEGIN}|
            PAR|S|{HOUSE}|CRTC|TOU|{BEGIN}|
            PAR|S|{HOUSE}|CTPM|2|{BEGIN}|
            """
        )
        told = f"SDP|{HOUSE}|SP-4821|P|E|AC|{BEGIN}|\nREL|SA|{HOUSE}|ACC-1|{BEGIN}|"
        ended = [row.split(" ")[0] for row in self.full(directory, told)]
        # What is mandatory, and what is needed by the meter, never ends so.
        assert ended == ["BCID", "CRTC", "DRTC", "SE", "SC"]

    @pytest.mark.parametrize(
        ("told", "changes"),
        [
            # For later only: what holds now ends, what begins later stays.
            (
                "REL|SA|{}|ACC-2|20251101000000|20251201000000",
                [
                    f"SA END ACC-1 - {BEGIN} 20251101000000",
                    "SA INS ACC-1 ACC-2 20251101000000 20251201000000",
                    "SA DTE ACC-1 ACC-1 20251201000000 -",
                    f"SA DEA ACC-1 ACC-1 {BEGIN} 20251021000000",
                ],
            ),
            # For earlier only: that is refused, and what holds now ends.
            (
                f"REL|SA|{{}}|ACC-2|{BEGIN}|20251001000000",
                [f"SA DEA ACC-1 ACC-1 {BEGIN} 20251021000000"],
            ),
            # For now, if only until later.
            (
                f"REL|SA|{{}}|ACC-1|{BEGIN}|20251101000000",
                [f"SA END ACC-1 - {BEGIN} 20251101000000"],
            ),
            # For now, and something else for later.
            (
                f"REL|SA|{{}}|ACC-1|{BEGIN}|\nREL|SA|{{}}|ACC-2|20251101000000|",
                [
                    f"SA END ACC-1 - {BEGIN} 20251101000000",
                    "SA INS ACC-1 ACC-2 20251101000000 -",
                ],
            ),
        ],
    )
    def test_ends_an_optional_value_that_it_tells_for_another_time_only(
        self, directory: Directory, told: str, changes: list[str]
    ) -> None:
        others = sdp(HOUSE) + f"PAR|S|{HOUSE}|BCID|BC07|{BEGIN}|\n"
        assert self.full(directory, others + told.format(HOUSE, HOUSE)) == changes

    def test_drops_an_optional_value_of_the_day_that_it_tells_for_later_only(
        self, directory: Directory
    ) -> None:
        directory.sync(f"REL|SA|{HOUSE}|ACC-2|20251021080000|20251101000000")
        others = sdp(HOUSE) + f"PAR|S|{HOUSE}|BCID|BC07|{BEGIN}|\n"
        made = self.full(directory, others + f"REL|SA|{HOUSE}|ACC-3|20251101000000|")
        assert "SA DEA ACC-2 - 20251021080000 20251101000000" in made
        assert [each.value for each in directory.timeline(Kind.SDP, HOUSE, "SA").segments] == [
            ("ACC-1",),
            ("ACC-3",),
        ]

    def test_drops_optional_values_of_an_sdp_that_is_to_come(self, directory: Directory) -> None:
        to_come = sdp("77777777", start="20251101000000")
        directory.sync(to_come + "REL|SA|77777777|ACC-7|20251101000000|")
        assert self.full(directory, to_come) == ["SA DEA ACC-7 - 20251101000000 -"]

    def test_takes_a_refused_value_as_told(self, directory: Directory) -> None:
        told = sdp(HOUSE) + f"PAR|S|{HOUSE}|BCID|BC99|{BEGIN}|\nREL|SA|{HOUSE}|ACC-1|{BEGIN}|"
        made = directory.sync(told, periodic=True)
        assert codes(made) == [("BCID", "Y213")]
        assert made.updates == []


class TestVirtualSdpsOfAPSync:
    @pytest.fixture
    def directory(self) -> Directory:
        found = town()
        found.sync(
            sdp(SUM, kind="V")
            + f"CTF|{SUM}|01|SUM|{BEGIN}|\nCTC|{SUM}|01|{HOUSE}|01|1.000000|{BEGIN}|"
        )
        return found

    def test_are_known_to_their_components_as_long_as_they_have_them(
        self, directory: Directory
    ) -> None:
        reverse = f"COMPONENT-OF/{SUM}/01/01"
        (held,) = directory.timeline(Kind.SDP, HOUSE, reverse).segments
        assert (held.value, held.end) == ((SUM,), None)
        others = sdp(HOUSE) + sdp(SHOP)
        # The component is left out: it stays one.
        directory.sync(sdp(SHOP) + sdp(SUM, kind="V"), periodic=True, omitted=(HOUSE,))
        assert directory.timeline(Kind.SDP, HOUSE, reverse).segments == (held,)
        directory.sync(others, periodic=True, omitted=(SUM,), components=True)
        (ended,) = directory.timeline(Kind.SDP, HOUSE, reverse).segments
        assert ended.end == datetime(2025, 10, 21, tzinfo=EST)

    def test_are_left_alone_without_file_07(self, directory: Directory) -> None:
        assert directory.sync("", periodic=True, omitted=(SUM,), components=False).updates == []
        told = sdp(SUM, kind="V")
        assert directory.sync(told, periodic=True, components=False).updates == []

    def test_lose_their_components_when_file_07_is_empty(self, directory: Directory) -> None:
        made = directory.sync(sdp(SUM, kind="V"), periodic=True, components=True)
        assert actions(made) == [
            f"COMPONENT DEA 1 1 {BEGIN} 20251021000000",
            f"FORMULA DEA SUM SUM {BEGIN} 20251021000000",
        ]

    def test_are_de_activated_when_file_07_is_there(self, directory: Directory) -> None:
        made = directory.sync("", periodic=True, omitted=(SUM,), components=True)
        assert [row.split(" ")[0] for row in actions(made)] == [
            "SDP",
            "SDP",
            "PREMISE",
            "SERVICE",
            "VEES",
            "SB",
            "COMPONENT",
            "FORMULA",
        ]


class TestRows:
    def test_stand_in_the_order_of_the_files_and_what_is_de_activated_last(
        self, directory: Directory
    ) -> None:
        made = directory.sync(
            f"REL|SA|{SHOP}|ACC-2|{BEGIN}|\n" + sdp(SHOP, status="CP"),
            periodic=True,
            omitted=(HOUSE,),
        )
        keys = [each[:13] for each in made.updates]
        assert keys == sorted(keys)
        assert [key[:2] for key in keys][:2] == ["01", "05"]
        assert set(keys[2:]) == {f"99000{HOUSE}"}

    def test_obey_the_layouts_of_the_reports(self, directory: Directory) -> None:
        made = directory.sync(
            sdp(BARN)
            + meter(4)
            + f"""
            PAR|S|{HOUSE}|BCID|BC99|20251001000000|
            REL|SA|{SHOP}|ACC-2|20251001000000|20251005000000
            REL|SC|{SHOP}|ORG55555|20251001000000|
            """,
            periodic=True,
            omitted=(HOUSE,),
        )
        for layout, told in ((UPDATES, made.updates), (EXCEPTIONS, made.exceptions)):
            assert told
            for line in lines(told):
                assert records.read(layout.detail("DTL"), line).valid, line

    def test_tell_what_was_known_of_a_document_before(self, directory: Directory) -> None:
        made = directory.sync(f"REL|SA|{HOUSE}|ACC-2|20251001000000|")
        (document,) = made.documents
        assert (document.version, document.log[-1].by) == (2, "set-2")
        assert document.log[-1].before.keys() == {"SA"}
        assert document.log[-1].at == datetime(2025, 10, 21, tzinfo=EST)
