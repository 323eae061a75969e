"""Sets for tests of staging: a town's right ones, spoiled in a line, staged on a hub in memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Sequence as Several
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from mdmr.calendar.instants import EST, est_seconds, from_text
from mdmr.exchange.outbound.publishing import publish
from mdmr.identifiers.kept import Kept, keep
from mdmr.identifiers.universal_id import Pair
from mdmr.ports.codec import to_item
from mdmr.ports.hub import Hub
from mdmr.ports.state import Put
from mdmr.stores.memory.hub import MemoryHub, memory_hub
from mdmr.stores.memory.outside import FixedClock
from mdmr.synchronization.set_id import SetId
from mdmr.synchronization.sets import rows, sequence
from mdmr.synchronization.sets.rows import FileSet, SetFile, SetState, SetStep, put_file, set_key
from mdmr.synchronization.sets.sequence import Sequence
from mdmr.synchronization.staging import objects
from mdmr.synchronization.staging.findings import Finding

from tests.support.market import AGENT, LDC, register
from tests.support.set_steps import stage_step

NOW = datetime(2025, 9, 2, 10, 4, tzinfo=EST)
EXTRACTED = datetime(2025, 9, 2, 9, 30, tzinfo=EST)
SINCE = "20250901000000"
SDP, OTHER, VIRTUAL = "48217730", "90155462", "44901826"
PAIRS = {SDP: "SP-1", OTHER: "SP-2", VIRTUAL: "SP-4"}
NUMBERS = ("01", "02", "03", "04", "05")
DETAIL = 3
_OF_A_RANGE = re.compile(r"/\d\d-\d\d-\d+-\d+\.")


def sdp(usdp: str = SDP, sdp_id: str = "", kind: str = "P") -> dict[str, list[str]]:
    """Return the records that create an SDP without a meter, by file number."""
    return {
        "01": [f"SDP|{usdp}|{sdp_id or PAIRS[usdp]}|{kind}|E|AC|{SINCE}|"],
        "02": [f"PRM|{usdp}|PR-1|Oakville|ON|L6H0A1|{SINCE}|"],
        "03": [f"SAG|{usdp}|01|E|{SINCE}|"],
        "04": [f"PAR|S|{usdp}|VEES|05|{SINCE}|"],
        "05": [f"REL|SB|{usdp}|{AGENT}|{SINCE}|"]
        + ([f"REL|SO|{usdp}|ORG33333|{SINCE}|"] if kind == "P" else []),
    }


def meter(meter_id: str = "M-1", amcd: str = "A-1", usdp: str = SDP) -> dict[str, list[str]]:
    """Return the records of a meter at an SDP, by file number."""
    return {
        "01": [
            f"MTR|{meter_id}|ELSTER|REX2|S|00000100|N|{SINCE}|",
            f"COM|{amcd}|EL||{SINCE}|",
        ],
        "04": [f"PAR|M|{meter_id}|DIAL|5|{SINCE}|", f"PAR|M|{meter_id}|CH01|KWH|{SINCE}|"],
        "05": [f"REL|SM|{usdp}|{meter_id}|{SINCE}|", f"REL|MC|{meter_id}|{amcd}|{SINCE}|"],
    }


def virtual(usdp: str = VIRTUAL, component: str = SDP) -> dict[str, list[str]]:
    """Return the records that create a virtual SDP of one component."""
    return {
        **sdp(usdp, kind="V"),
        "07": [f"CTF|{usdp}|01|SUM|{SINCE}|", f"CTC|{usdp}|01|{component}|01|1|{SINCE}|"],
    }


def together(*several: Mapping[str, Several[str]]) -> dict[str, list[str]]:
    """Return records together, by file number."""
    numbers = sorted({*NUMBERS, *(number for each in several for number in each)})
    return {number: [one for each in several for one in each.get(number, ())] for number in numbers}


def whole() -> dict[str, list[str]]:
    """Return a right set of a physical SDP with its meter, and a virtual one."""
    return together(sdp(), meter(), virtual())


@dataclass
class FileSetOfLines:
    """A set as files of lines. `lines` are by file number and segment, whole with their frames."""

    set_id: SetId
    sequence: int = 1
    extracted: datetime = EXTRACTED
    lines: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    date_time: str = "202509021000"

    def name(self, number: str, segment: str = "01") -> str:
        """Return the name of a file of the set."""
        version = "01" if self.set_id.periodic else "00"
        ldc, submitter, file_id, tx_id = self.set_id
        return (
            f"{ldc}.{submitter}.{file_id}.{version}.{self.date_time}.{tx_id}.{number}.{segment}.DAT"
        )

    def put(self, number: str, records: Several[str], segment: str = "01") -> None:
        """Put records into a file, with a frame that is right."""
        ldc, submitter, file_id, tx_id = self.set_id
        version = "01" if self.set_id.periodic else "00"
        of_manifest = f"{'P' if self.set_id.periodic else 'I'}|{self.sequence}|{len(records)}"
        own = (tx_id, number, segment, est_seconds(self.extracted))
        self.lines[number, segment] = [
            f"FNR|{self.name(number, segment)}",
            "|".join(
                ("FHR", file_id, version, ldc, submitter, "20250902100000", str(len(records)), *own)
            )
            + f"|{of_manifest if number == '00' else '||'}",
            *records,
        ]

    def list_files(self) -> None:
        """Write the Manifest of the files as they are."""
        self.put(
            "00",
            [
                f"MAN|{number}|{segment}|{self.name(number, segment)}|{_details(lines)}"
                for (number, segment), lines in sorted(self.lines.items())
                if number != "00"
            ],
        )


def _details(lines: Several[str]) -> int:
    return sum(1 for line in lines[2:] if not line.startswith("EOF"))


def a_set(
    records: Mapping[str, Several[str]] | None = None,
    *,
    periodic: bool = False,
    submitter: str = AGENT,
) -> FileSetOfLines:
    """Return a set of records by file number, of an I-Sync unless it is periodic."""
    file_id = "3000" if periodic else "4000"
    made = FileSetOfLines(SetId(LDC, submitter, file_id, "tx0001"))
    for number, own in (whole() if records is None else records).items():
        made.put(number, own)
    made.list_files()
    return made


def a_hub(now: datetime = NOW, ldc: str = LDC, pairs: Mapping[str, str] = PAIRS) -> MemoryHub:
    """Return a hub where numbers were issued to SDPs of an LDC, by Universal SDP ID."""
    hub = memory_hub(FixedClock(now))
    register(hub)
    for usdp, sdp_id in pairs.items():
        keep(hub, Kept(Pair(ldc, sdp_id), usdp, issued=True), "test")
    return hub


def bring(
    hub: MemoryHub,
    each: FileSetOfLines,
    bodies: Mapping[tuple[str, str], bytes] | None = None,
    *,
    directory: str = "",
    last: str = "",
) -> None:
    """Upload a set and let its staging begin; `last` is the last complete set's extract time.

    `bodies` are what stands in the place of some of its files, by file number and segment.
    """
    key, now = set_key(each.set_id), hub.clock.now()
    row = FileSet(
        each.set_id,
        SetState.STAGING,
        first=now,
        epoch=0,
        revision=3,
        sequence=each.sequence,
        extracted=each.extracted,
        stl_start=now,
        history=(SetStep(SetState.STAGING, now),),
    )
    turn = Sequence(
        each.set_id.ldc,
        last=each.sequence - 1,
        open=each.set_id,
        number=each.sequence,
        turned=now,
        directory=directory,
        extracted=from_text(last) if last else None,
    )
    puts = [
        Put(to_item(row, key, {"closed": True})),
        sequence.move(Sequence(each.set_id.ldc), turn, epoch=0),
    ]
    for (number, segment), lines in each.lines.items():
        body = "".join(f"{line}\n" for line in lines).encode()
        body = (bodies or {}).get((number, segment), body)
        name = each.name(number, segment)
        arrival = hub.inbound.upload(f"{each.set_id.submitter}/{name}", body)
        file = SetFile(
            number,
            segment,
            name,
            arrival.key,
            arrival.version_id,
            f"receipt-{number}-{segment}",
            _details(lines),
            now,
            now,
        )
        puts.append(put_file(each.set_id, file))
    hub.state.commit(*puts)


def stage(hub: Hub, set_id: SetId, *, times: int = 1) -> str:
    """Do what the conductor does with a set that is being staged; return the outcome.

    It takes a minute; each step is done so many times.
    """

    def step(name: str, **given: str) -> dict[str, Any]:
        done = [stage_step(hub, set_id, name, **given) for _ in range(times)]
        assert all(each == done[0] for each in done)
        return done[0]

    for segment in step("segments")["segments"]:
        step("read", segment=segment)
    for part in step("gather")["parts"]:
        step("judge", part=part)
    started = rows.find(hub.state, set_id)
    assert started is not None
    assert started.stl_start is not None
    assert isinstance(hub.clock, FixedClock)
    hub.clock.move_to(started.stl_start + timedelta(minutes=1))
    return str(step("load")["outcome"])


def delivered(hub: MemoryHub) -> dict[str, bytes]:
    """Publish what was decided and return each file by its key."""
    while hub.publish_queue.messages:
        for message in hub.publish_queue.receive(10):
            publish(hub, str(message["delivery"]))
    return {key: hub.outbound.read(key) for key in hub.outbound.keys()}  # noqa: SIM118


def findings(hub: MemoryHub) -> list[Finding]:
    """Return all findings that lie in the data bucket, in the order of the report.

    Those of a range lie in its segment's, too.
    """
    found = [
        finding
        for key in hub.data.keys()  # noqa: SIM118 - a bucket is no dict
        if key.endswith(".findings") and not _OF_A_RANGE.search(key)
        for finding in objects.findings_of(hub.data, key)
    ]
    return sorted(found, key=lambda each: each.order)
