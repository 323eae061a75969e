"""Schedule files as they are sent, and what comes back."""

from __future__ import annotations

from datetime import timedelta

from mdmr.directory import directory_map
from mdmr.directory.entries import Entry, Held
from mdmr.exchange.ledger import receipts
from mdmr.exchange.ledger.receipts import Receipt
from mdmr.ports.state import Put
from mdmr.schedules.loaded import schedule

from tests.support.market import AGENT, LDC, framed, name
from tests.support.pictures import outbound
from tests.support.story import Platform

SOUND = "DTL|BC01|20250901|20251001|A"
FAULTY = "DTL|BC01|20250901|20250901|A"


def send(hub: Platform, *details: str, at: str = "20250820120000", sender: str = AGENT) -> Receipt:
    """Send a schedule and return its receipt once its slot was worked."""
    file_name = name("8000", at=at, sender=sender)
    arrival = hub.send(sender, file_name, framed(file_name, details))
    hub.pass_time(timedelta(minutes=5))
    return receipt_of(hub, arrival.id)


def receipt_of(hub: Platform, receipt_id: str) -> Receipt:
    found = receipts.find(hub.hub.state, receipt_id)
    assert found is not None
    return found


def reports(hub: Platform, org: str = AGENT) -> list[list[str]]:
    """Return the lines of every IR03 to an organization, in the order of their names."""
    return [
        body.decode().splitlines()
        for key, body in sorted(outbound(hub.hub).items())
        if key.startswith(f"{org}/") and ".IR03." in key
    ]


def told(report: list[str]) -> list[str]:
    """Return the fields of a report's header from Load Status on."""
    return report[1].split("|")[8:]


def periods(hub: Platform, cycle: str = "BC01") -> list[tuple[str, str]]:
    """Return the periods in force of a cycle."""
    found = schedule(hub.hub, LDC).cycles.get(cycle, ())
    return [(f"{each.start:%m%d}", f"{each.end:%m%d}") for each in found]


def bill(hub: Platform, *cycles: str) -> None:
    """Let the directory know an SDP of each cycle."""
    entries = [
        Entry(f"{10_000_000 + number}", f"SP-{number}", "P", bcid=(Held(cycle),))
        for number, cycle in enumerate(cycles)
    ]
    key = directory_map.write(hub.hub.data, LDC, "a-set", None, entries)
    row = {"pk": f"SEQUENCE#{LDC}", "sk": "SEQUENCE", "directory": key}
    hub.hub.state.commit(Put(row))
