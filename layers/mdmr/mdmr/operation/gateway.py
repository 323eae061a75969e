"""The operator's commands about the gateway: show, change, plan, cancel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, TypeAlias

from msgspec import Struct

from mdmr.calendar.instants import to_text
from mdmr.continuity import committing, gateway_item, ordering, releasing
from mdmr.continuity.gateway import ALL, Gateway, Opening, Plan, Scope, ScopeMode
from mdmr.continuity.ordering import Author, Wish
from mdmr.continuity.turning import Drain, GatewayRefusedError
from mdmr.exchange.files.layouts.types import varchar
from mdmr.operation.faults import Fault, Reader
from mdmr.ports.authority import GatewayMode, GatewayUnsetError, NotActiveError
from mdmr.ports.hub import Hub

Request: TypeAlias = Mapping[str, Any]
Shown: TypeAlias = dict[str, Any]

_MODES = {each.value: each for each in GatewayMode}
# It becomes a line of the notice.
_WHY = varchar(190)
_CHANGES_SHOWN = 10


class _FaultyError(Exception):
    """A request that cannot be read."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def answer(hub: Hub, action: str, request: Request) -> tuple[Shown | None, list[Fault]]:
    """Return the gateway after an action, or None with what is wrong with the request.

    `request` has `by`. Asked for: `why` for everything but show; `mode` and `scope` (ALL unless
    told), for a plan `start`, with `end` and `drain_at`; for DRAIN `then` and `planned`; for
    cancel `plan`. Times are ISO 8601 with offset.
    """
    try:
        done = ACTIONS[action](hub, request)
        return shown(hub, done.plan, changed=done.changed), []
    except _FaultyError as error:
        return None, error.faults
    except GatewayRefusedError as error:
        return None, [Fault(error.field, error.reason)]
    except GatewayUnsetError as error:
        return None, [Fault("", str(error))]
    except NotActiveError:
        return None, [Fault("", "this region is not the active one")]


def changes_in(answer: Mapping[str, Any]) -> int:
    """Return how often the command with this answer changed the gateway."""
    return int(bool(answer.get("gateway", {}).get("changed")))


def shown(hub: Hub, plan: Plan | None = None, *, changed: bool = False) -> Shown:
    """Return the gateway as plain data.

    `plan` is the id of the one that was just made; `changed`: the command changed the gateway.
    """
    gateway = gateway_item.read(hub.state)
    return {
        "modes": [_mode(each) for each in gateway.modes],
        "plans": [_plan(gateway, each) for each in gateway.plans],
        "held": releasing.count_held(hub, gateway),
        "changes": [
            {
                "at": to_text(change.at),
                "by": change.by,
                "what": change.what,
                "why": change.why,
                "notice": change.notice,
            }
            for change in islice(committing.history(hub.state), _CHANGES_SHOWN)
        ],
        "plan": None if plan is None else plan.id,
        "changed": changed,
    }


class _Done(Struct, frozen=True):
    """What an action came to: the plan that it made, and whether it changed the gateway."""

    plan: Plan | None = None
    changed: bool = False


def _show(_hub: Hub, _request: Request) -> _Done:
    return _Done()


def _change(hub: Hub, request: Request) -> _Done:
    reader = Reader()
    mode, scope, author = _common(reader, request)
    then, planned = request.get("then"), reader.instant(request.get("planned"), "planned")
    drain = None
    if mode is GatewayMode.DRAIN:
        drain = Drain(_mode_of(reader, then or GatewayMode.HOLD.value, "then"), planned)
    elif then is not None or planned is not None:
        reader.fault("then", "only DRAIN is followed by something")
    _check(reader)
    return _Done(changed=ordering.change(hub, scope, mode, author, drain=drain).changed)


def _make_plan(hub: Hub, request: Request) -> _Done:
    reader = Reader()
    mode, scope, author = _common(reader, request)
    start, drain_at = (reader.instant(request.get(key), key) for key in ("start", "drain_at"))
    end = reader.end(request.get("end"), "end")
    if request.get("start") is None:
        reader.fault("start", "is missing")
    if reader.faults or start is None:
        raise _FaultyError(reader.faults)
    made = ordering.plan(hub, Wish(scope, mode, start, end, drain_at), author)
    return _Done(made.plan, made.changed)


def _cancel(hub: Hub, request: Request) -> _Done:
    reader = Reader()
    author = _author(reader, request)
    plan_id = reader.filled(request.get("plan"), "plan")
    _check(reader)
    return _Done(changed=ordering.cancel(hub, plan_id, author).changed)


def _common(reader: Reader, request: Request) -> tuple[GatewayMode, Scope, Author]:
    scope = Scope.parse(reader.text(request.get("scope") or ALL.text, "scope"))
    if scope is None:
        reader.fault("scope", "must be ALL, an ORG ID or an inbound FILE_ID")
    mode = _mode_of(reader, request.get("mode"), "mode")
    return mode, scope or ALL, _author(reader, request)


def _author(reader: Reader, request: Request) -> Author:
    why = reader.filled(request.get("why"), "why")
    if why and not _WHY.accepts(why):
        reader.fault("why", "has at most 190 characters, ASCII, without |: it stands in the notice")
    return Author(str(request["by"]), why)


def _mode_of(reader: Reader, raw: object, path: str) -> GatewayMode:
    if str(raw) not in _MODES:
        reader.fault(path, f"must be one of {', '.join(_MODES)}")
    return _MODES.get(str(raw), GatewayMode.OPEN)


def _check(reader: Reader) -> None:
    if reader.faults:
        raise _FaultyError(reader.faults)


def _mode(each: ScopeMode) -> Shown:
    return {
        "scope": each.scope.text,
        "mode": each.mode.value,
        "since": to_text(each.since),
        "by": each.by,
        "why": each.why,
        "then": each.then.value if each.then else None,
        "planned": to_text(each.planned) if each.planned else None,
        "plan": each.plan or None,
        "notice": each.notice or None,
        "releasing": each.opening is not Opening.DONE,
    }


def _plan(gateway: Gateway, each: Plan) -> Shown:
    return {
        "id": each.id,
        "scope": each.scope.text,
        "mode": each.mode.value,
        "drain_at": to_text(each.drain_at),
        "start": to_text(each.start),
        "end": to_text(each.end) if each.end else None,
        "by": each.by,
        "why": each.why,
        "notice": each.notice,
        "begun": gateway.begun(each),
    }


ACTIONS: dict[str, Callable[[Hub, Request], _Done]] = {
    "gateway.show": _show,
    "gateway.change": _change,
    "gateway.plan": _make_plan,
    "gateway.cancel": _cancel,
}
