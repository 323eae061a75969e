"""The gateway as it stands: the mode of each scope, what is planned, and what it is to a file.

All of it is one item, so that the check of its version in a commit of intake covers all of it.

| What | Partition | Sort key | Found by |
|---|---|---|---|
| gateway | `GATE` | `GLOBAL` | `unfinished` while something is to be done about it |
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from mdmr.continuity.modes import strictest
from mdmr.exchange.files.filetypes import INBOUND
from mdmr.exchange.files.layouts.types import ORG_ID
from mdmr.ports.authority import Concern, GateReading, GatewayMode, GatewayUnsetError
from mdmr.ports.codec import record_type
from mdmr.ports.state import Check, Equal, Key

EVERYTHING = "ALL"
GATE_KEY = Key("GATE", "GLOBAL")


class Scope(Struct, frozen=True):
    """What a mode is for: ALL, an organization (as sender or as LDC), or a FILE_ID."""

    text: str = EVERYTHING

    @classmethod
    def parse(cls, text: str) -> Scope | None:
        """Return the scope of a text, or None when it is none."""
        known = text == EVERYTHING or text in INBOUND or ORG_ID.accepts(text)
        return cls(text) if known else None

    @property
    def is_organization(self) -> bool:
        """Whether the scope is one organization."""
        return ORG_ID.accepts(self.text)

    @property
    def words(self) -> str:
        """The scope in words, as they stand in a notice."""
        if self.text == EVERYTHING:
            return "all files"
        if self.is_organization:
            return f"files of {self.text}"
        return f"files of type {self.text}"

    def covers(self, concern: Concern) -> bool:
        """Return whether a file of this concern is in the scope."""
        return self.text in (EVERYTHING, concern.sender, concern.ldc, concern.file_id)


ALL = Scope()


class Opening(Enum):
    """How far the opening of a scope has come.

    RELEASING: held files are worked in their order, new ones join behind them. CLEARING: new
    files are worked, and what was held in the last moment is handed over.
    """

    DONE = "DONE"
    RELEASING = "RELEASING"
    CLEARING = "CLEARING"


class ScopeMode(Struct, frozen=True):
    """The mode of one scope, who set it, when and why.

    `notice` is the id of the last notice about the present closure; with DRAIN, `then` follows
    when nothing is inside, or at `planned` at the latest. `plan` is the id of the plan that is
    followed. `closed_since` is set from the closing until new files are worked again.
    """

    scope: Scope
    mode: GatewayMode
    since: datetime
    by: str
    why: str = ""
    notice: str = ""
    then: GatewayMode | None = None
    planned: datetime | None = None
    plan: str = ""
    closed_since: datetime | None = None
    opening: Opening = Opening.DONE

    @property
    def for_new_files(self) -> GatewayMode:
        """The mode that a new file meets: kept while those before it are worked."""
        return GatewayMode.HOLD if self.opening is Opening.RELEASING else self.mode

    def for_arrival(self, arrived: datetime | None) -> GatewayMode:
        """Return the mode that an undecided file meets that arrived then (None: a new one).

        One that came before the closure is inside: it is worked unless HOLD keeps everything. One
        that came in the closure, but before it was closed to REJECT, is kept and not refused.
        """
        mode = self.for_new_files
        if arrived is None or self.closed_since is None or mode is GatewayMode.HOLD:
            return mode
        if arrived < self.closed_since:
            return GatewayMode.OPEN
        refused_since_then = mode is GatewayMode.REJECT and arrived < self.since
        return GatewayMode.HOLD if refused_since_then else mode

    @property
    def drains(self) -> bool:
        """Whether another mode follows once nothing is inside."""
        return self.mode is GatewayMode.DRAIN and self.then is not None


class Plan(Struct, frozen=True):
    """A planned closure: DRAIN at `drain_at`, `mode` at `start`, OPEN at `end` (None: by order)."""

    id: str
    scope: Scope
    mode: GatewayMode
    drain_at: datetime
    start: datetime
    end: datetime | None
    by: str
    why: str
    made_at: datetime
    notice: str


@record_type()
class Gateway(Struct, frozen=True):
    """The gateway item.

    `version` grows by one with each change. `order` is the version that the last order or plan
    made: its execution attends to the gateway. `modes` has ALL first. `closure` numbers the time
    until all scopes are open: files are held under it. `telling` are the last notices.
    `resuming`: what HOLD kept inside may go on, and its runs are still to be started again.
    """

    version: int
    order: int
    modes: tuple[ScopeMode, ...]
    plans: tuple[Plan, ...] = ()
    closure: int = 1
    telling: tuple[str, ...] = ()
    resuming: bool = False

    @classmethod
    def first(cls, mode: GatewayMode, at: datetime, by: str) -> Gateway:
        """Return the gateway of a hub that is put into operation in this mode."""
        return cls(version=1, order=1, modes=(ScopeMode(ALL, mode, at, by),))

    def of(self, scope: Scope) -> ScopeMode | None:
        """Return how a scope stands by itself; None: it has no mode of its own."""
        return next((each for each in self.modes if each.scope == scope), None)

    def with_mode(self, changed: ScopeMode) -> Gateway:
        """Return the gateway with the mode of a scope changed or added."""
        if self.of(changed.scope) is None:
            return replace(self, modes=(*self.modes, changed))
        modes = tuple(changed if e.scope == changed.scope else e for e in self.modes)
        return replace(self, modes=modes)

    def plan(self, plan_id: str) -> Plan | None:
        """Return the plan of an id, or None when it is over or never was."""
        return next((each for each in self.plans if each.id == plan_id), None)

    def begun(self, plan: Plan) -> bool:
        """Return whether a plan's draining has begun."""
        mode = self.of(plan.scope)
        return mode is not None and mode.plan == plan.id

    def mode_for(self, concern: Concern, arrived: datetime | None = None) -> GatewayMode:
        """Return the mode that a file meets that arrived then (None: now): the strictest."""
        return strictest(each.for_arrival(arrived) for each in self._applying(concern))

    def releases(self, concern: Concern) -> bool:
        """Return whether a held file of this concern may be decided."""
        return all(each.mode is GatewayMode.OPEN for each in self._applying(concern))

    def works(self, concern: Concern) -> bool:
        """Return whether a file of this concern that is inside is worked: not in HOLD."""
        return strictest(each.mode for each in self._applying(concern)) is not GatewayMode.HOLD

    @property
    def last_changed(self) -> ScopeMode:
        """The scope whose mode was changed last."""
        return max(self.modes, key=lambda each: each.since)

    def reading(self, concern: Concern, arrived: datetime | None = None) -> GateReading:
        """Return how the gateway stands to a file of this concern that arrived then (None: now)."""
        return GateReading(
            mode=self.mode_for(concern, arrived),
            check=Check(GATE_KEY, Equal("version", self.version)),
            releases=self.releases(concern),
            works=self.works(concern),
            version=self.version,
            closure=self.closure,
        )

    @property
    def attention(self) -> datetime | None:
        """When something is to be done about it next; None: nothing, unless ordered."""
        times = [e.since for e in self.modes if e.drains or e.opening is not Opening.DONE]
        if self.resuming:
            times.append(self.last_changed.since)
        for plan in self.plans:
            if not self.begun(plan):
                times.append(plan.drain_at)
            elif plan.end is not None:
                times.append(plan.end)
        return min(times, default=None)

    def _applying(self, concern: Concern) -> list[ScopeMode]:
        return [each for each in self.modes if each.scope.covers(concern)]


def unset() -> GatewayUnsetError:
    """Return the error of a hub whose gateway has no mode."""
    return GatewayUnsetError("the gateway has no mode: the hub was not put into operation")
