"""Actions about what the hub sends: how deliveries stand, a file once more, one given up again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from mdmr.exchange.outbound import deliveries
from mdmr.exchange.outbound.delivery import Delivery
from mdmr.exchange.outbound.resending import Asked, NotPossibleError, deliver_after_all, resend
from mdmr.operation import shown
from mdmr.operation.faults import Fault, Reader
from mdmr.operation.organizations import Told, organization_asked
from mdmr.operation.pages import Pages
from mdmr.ports.authority import NotActiveError
from mdmr.ports.hub import Hub


def listed(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Tell a page of what goes to an organization, the latest names first."""
    reader = Reader()
    org_id = organization_asked(reader, request)
    since = reader.instant(request.get("since"), "since")
    pages = Pages(reader, request)
    found = pages.read(partial(deliveries.page, hub.state, hub.views), org_id, since=since)
    if reader.faults:
        return None, reader.faults
    return {"deliveries": [shown.delivery(each) for each in found], "after": pages.after}, []


def send_again(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Send a delivered file once more: `file` or `delivery`, `why`, and the `request`'s own id."""
    return _asked(hub, request, resend)


def take_up(hub: Hub, request: Mapping[str, Any]) -> Told:
    """Take up a delivery that was given up: `file` or `delivery`, `why`, `request`."""
    return _asked(hub, request, deliver_after_all)


ACTIONS: dict[str, Callable[[Hub, Mapping[str, Any]], Told]] = {
    "deliveries": listed,
    "resend": send_again,
    "redeliver": take_up,
}


def _asked(
    hub: Hub, request: Mapping[str, Any], do: Callable[[Hub, Delivery, Asked], Delivery]
) -> Told:
    reader = Reader()
    texts = {each: reader.short(request.get(each), each) for each in ("why", "request")}
    delivery = _named(hub, reader, request)
    if delivery is None or reader.faults:
        return None, reader.faults
    asked = Asked(texts["request"], str(request["by"]), texts["why"])
    try:
        return {"delivery": shown.delivery(do(hub, delivery, asked))}, []
    except NotPossibleError as error:
        return None, [Fault("delivery", str(error))]
    except NotActiveError:
        return None, [Fault("", "this region is not the active one; ask the other")]


def _named(hub: Hub, reader: Reader, request: Mapping[str, Any]) -> Delivery | None:
    """Return the delivery that a request names by its id or by its file."""
    name = reader.text(request.get("file"), "file")
    delivery_id = reader.text(request.get("delivery"), "delivery")
    if bool(name) == bool(delivery_id):
        reader.fault("file", "name a file, or else a delivery by its id")
        return None
    find = deliveries.find_by_name if name else deliveries.find
    found = find(hub.state, name or delivery_id)
    if found is None:
        reader.fault("file" if name else "delivery", f"{name or delivery_id} was never delivered")
    return found
