"""What people do to a hub while it runs: the gateway, the registry, resends, a change of region."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from mdmr.calendar.instants import to_text
from mdmr.continuity.gateway import EVERYTHING
from mdmr.continuity.modes import TRANSITIONS
from mdmr.continuity.records import Phase
from mdmr.exchange.ledger.receipts import FileState
from mdmr.exchange.outbound.states import DELIVERED, FAILED_DELIVERY
from mdmr.ports.authority import GatewayMode
from mdmr.schedules.files import LoadState
from msgspec.structs import replace

from tests.simulation.chance import Fault
from tests.simulation.cloud import Cloud
from tests.simulation.market import kept
from tests.simulation.regions import HOME, STANDBY
from tests.simulation.watching import Known
from tests.support.market import AGENT, LDC, READER

_SCOPES = (EVERYTHING, EVERYTHING, LDC, AGENT, "1000")
_PATIENCE, _PAUSE, _MENDED = 20, 60_000, 3
_OF_SETS = ("3000", "4000")
_STOPPED, _AWAITING = "STOPPED", LoadState.AWAITING_APPROVAL.value
# Changes of the registry are made so long before they take effect.
_AHEAD = timedelta(minutes=100)
# Or, where nothing but sets hangs on it, so many minutes or twice as many.
_SOON = 25
_MINUTE = timedelta(minutes=1)
_STALLING = 6_000
# Clocks are kept in step: a machine is off by a second or two.
_MOST_OFF = 1_500


class Operator:
    """Asks the operate function as the command does, again and again until it answers.

    `failovers` counts changes of region. `blocked` tells until when the outbound bucket takes
    nothing under a prefix (empty: under none).
    """

    def __init__(self, cloud: Cloud, known: Known, within: timedelta) -> None:
        self._cloud, self._known, self._within = cloud, known, within
        self._dice, self._engine = cloud.chance.dice, cloud.engine
        self.active = HOME
        self.failovers = 0
        sets = cloud.chance.theme.sets
        self._scopes = (*_SCOPES, "4000") if sets else _SCOPES
        self._types = ("1000", "4000") if sets else ("1000",)
        self.switched: list[datetime] = []
        self.refused: list[str] = []
        self.blocked: dict[str, datetime] = {}
        self._asked = 0
        self._mended: Counter[str] = Counter()
        self._taken: dict[str, str] = {}
        self._switching = False
        self._stalling = ("", self._engine.now)

    def begin(self, uploads: Sequence[datetime]) -> None:
        """Put down what is to be done in the time of faults: each kind in some worlds only.

        Much of it falls together with an upload.
        """
        kinds: tuple[tuple[Callable[[], None], float, int], ...] = (
            (self._turn_gateway, 0.15, 2),
            (self._plan, 0.15, 1),
            (self._cancel, 0.15, 1),
            (self._resend, 0.5, 3),
            (self._redeliver, 0.5, 2),
            (self._retry_file, 0.4, 2),
            (self._change_registry, 0.4, 2),
            (self._keep_number, 0.3, 2),
            (self._fail_over, 0.25, 2),
            (self._step_clock, 0.3, 3),
            (self._block, 0.3, 2),
            (self._answer_schedule, 0.5, 3),
            (self._close_one_ldc, 0.12, 1),
        )
        theme = self._cloud.chance.theme
        if theme.sets:
            kinds = (*kinds, (self._decide_set, 0.8, 3), (self._take_right, 0.9, 1))
        if theme.closing:
            kinds = ((self._turn_gateway, 1.0, 2), *kinds[3:])
        if theme.switching:
            kinds = (*kinds, (self._fail_over, 1.0, 3))
        for do, share, most in kinds:
            if self._dice.random() < share:
                for _ in range(self._dice.randint(1, most)):
                    self._later(do, self._moment(uploads))

    def heal(self) -> None:
        """End what hinders."""
        for region in self._cloud.regions.values():
            region.clock.off = timedelta()
        self.blocked.clear()

    def mend(self, *, mended: bool) -> bool:
        """Open the gateway, take back what is planned, take up what was given up.

        `mended`: files that failed are worth a retry. Returns whether anything was to be asked.
        """
        before, gateway = self._asked, self._known.gateway
        for each in gateway.modes:
            if each.mode is not GatewayMode.OPEN:
                asked = {"scope": each.scope.text, "mode": GatewayMode.OPEN.value}
                self._ask("gateway.change", **asked)
        for plan in gateway.plans:
            if not gateway.begun(plan):
                self._ask("gateway.cancel", plan=plan.id)
        self._take_up()
        for receipt_id, file_state in self._known.files.items():
            if mended and file_state is FileState.FAILED and self._once_more(receipt_id):
                self._ask_for_file(receipt_id)
        return self._asked > before

    def _take_up(self) -> None:
        """Take up deliveries that were given up, and sets that are stopped."""
        for delivery_id, state in self._known.deliveries.items():
            if state == FAILED_DELIVERY and self._once_more(delivery_id):
                self._ask_for_delivery("redeliver", delivery_id)
        stopped = self._stopped()
        if stopped and self._taken:
            # A set whose right to be sent is over stops again and again, unless it is given back.
            row = {**self._taken, "from": self._in(_SOON, _SOON)}
            self._ask("apply", document={"authorizations": [row]})
            self._taken = {}
        for set_name in stopped:
            asked = f"{set_name} {self._known.stops[set_name]}"
            if self._once_more(asked):
                # A release that cannot be carried out is taken back.
                self._ask_for_set(set_name, last=self._mended[asked] == _MENDED)
        for receipt_id in self._awaiting():
            if self._once_more(f"schedule {receipt_id}"):
                self._ask_for_schedule(receipt_id)

    def _once_more(self, subject: str) -> bool:
        """Return whether to ask for it (again): one may be told to look again, or be refused."""
        self._mended[subject] += 1
        return self._mended[subject] <= _MENDED

    def _moment(self, uploads: Sequence[datetime]) -> timedelta:
        if self._dice.random() < 0.4:
            return self._dice.random() * self._within
        # While its intake is at work, which takes about so many calls.
        working = 2_000 + 15 * self._cloud.chance.longest
        soon = timedelta(milliseconds=self._dice.randint(-2_000, 2 * working))
        return max(self._dice.choice(uploads) - self._engine.now + soon, timedelta())

    def _later(self, do: Callable[[], None], after: timedelta) -> None:
        self._engine.after(after // timedelta(milliseconds=1), do)

    def _ask(self, action: str, **asked: Any) -> None:  # noqa: ANN401 - plain data
        self._asked += 1
        request = {"action": action, "by": "the operator", "why": "a simulation", **asked}
        self._engine.start(partial(self._until_answered, request))

    def _until_answered(self, request: dict[str, Any]) -> None:
        for _ in range(_PATIENCE):
            called = self._cloud.call(self.active, "OperateFunction", request)
            if self._cloud.wait_for(called, timedelta(minutes=2)) and called.error is None:
                if not called.result["ok"]:
                    self.refused.append(f"{request['action']}: {called.result['faults']}")
                return
            self._engine.sleep(_PAUSE)

    def _turn_gateway(self) -> None:
        closing = self._cloud.chance.theme.closing
        scope = self._dice.choice(self._scopes)
        if closing:
            # An LDC's alone keeps its files and no others of the same agent, slot and line.
            scope = self._dice.choice((EVERYTHING, EVERYTHING, LDC, scope))
        found = next((e for e in self._known.gateway.modes if e.scope.text == scope), None)
        mode = GatewayMode.OPEN if found is None else found.mode
        ways = [each.to for each in TRANSITIONS if each.start is mode]
        wanted = self._dice.choice(ways)
        if closing and GatewayMode.HOLD in ways:
            wanted = GatewayMode.HOLD
        asked: dict[str, Any] = {"scope": scope, "mode": wanted.value}
        if wanted is GatewayMode.DRAIN:
            asked["then"] = self._dice.choice(("HOLD", "REJECT"))
            if self._dice.random() < 0.5:
                asked["planned"] = self._in(1, 40)
        delay = 0
        if closing or self._dice.random() < 0.2:
            # Whoever is about to commit does so long after the order.
            self._stall()
            delay = _STALLING
        self._engine.after(delay, lambda: self._ask("gateway.change", **asked))

    def _close_one_ldc(self) -> None:
        """Keep the files of one LDC; those of others go on, whoever sent them."""
        self._ask("gateway.change", scope=LDC, mode=GatewayMode.HOLD.value)

    def _plan(self) -> None:
        start = self._dice.randint(5, 60)
        asked: dict[str, Any] = {
            "scope": self._dice.choice(self._scopes),
            "mode": self._dice.choice(("HOLD", "REJECT")),
            "start": self._in(start, start),
        }
        if self._dice.random() < 0.7:
            asked["end"] = self._in(start + 1, start + 60)
        if self._dice.random() < 0.6:
            asked["drain_at"] = self._in(0, start)
        self._ask("gateway.plan", **asked)

    def _cancel(self) -> None:
        if self._known.gateway.plans:
            self._ask("gateway.cancel", plan=self._dice.choice(self._known.gateway.plans).id)

    def _resend(self) -> None:
        self._of_deliveries(DELIVERED, "resend")

    def _redeliver(self) -> None:
        self._of_deliveries(FAILED_DELIVERY, "redeliver")

    def _retry_file(self) -> None:
        found = [each for each, now in self._known.files.items() if now is FileState.FAILED]
        if found:
            self._ask_for_file(self._dice.choice(found))

    def _ask_for_file(self, receipt_id: str) -> None:
        self._ask("files.retry", receipt=receipt_id, request=f"request {self._asked}")

    def _of_deliveries(self, state: str, action: str) -> None:
        found = [each for each, now in self._known.deliveries.items() if now == state]
        if found:
            self._ask_for_delivery(action, self._dice.choice(found))

    def _ask_for_delivery(self, action: str, delivery_id: str) -> None:
        self._ask(action, delivery=delivery_id, request=f"request {self._asked}")

    def _stopped(self) -> list[str]:
        return [each for each, state in self._known.sets.items() if state == _STOPPED]

    def _decide_set(self) -> None:
        found = self._stopped()
        if found:
            self._ask_for_set(self._dice.choice(found))

    def _ask_for_set(self, set_name: str, *, last: bool = False) -> None:
        """Release or refuse a set that is stopped; one that stops again and again is refused."""
        word = self._dice.choice(("RELEASE", "RELEASE", "REFUSE"))
        if last or self._known.stops[set_name] >= _MENDED:
            word = "REFUSE"
        about = {"set": set_name, "decision": word}
        self._ask("sets.decide", request=f"request {self._asked}", **about)

    def _awaiting(self) -> list[str]:
        return [each for each, state in self._known.schedules.items() if state == _AWAITING]

    def _answer_schedule(self) -> None:
        found = self._awaiting()
        if found:
            self._ask_for_schedule(self._dice.choice(found))

    def _ask_for_schedule(self, receipt_id: str) -> None:
        """Approve or refuse a schedule that waits."""
        action = self._dice.choice(("schedule.approve", "schedule.approve", "schedule.refuse"))
        self._ask(action, receipt=receipt_id, request=f"request {self._asked}")

    def _change_registry(self) -> None:
        ends = to_text(self._engine.now + _AHEAD + self._dice.randint(0, 60) * _MINUTE)
        reader = {"org_id": READER, "name": "Meter Readers", "roles": ["AMI"]}
        file_id = self._dice.choice(self._types)
        row = {"ldc": LDC, "organization": AGENT, "file_id": file_id, "right": "SUBMIT"}
        wanted: dict[str, Any] = self._dice.choice(
            (
                {"authorizations": [{**row, "to": ends}]},
                {"organizations": [{**reader, "to": ends}]},
                {"parameters": {AGENT: {"out.max_details": self._dice.randint(1, 4)}}},
            )
        )
        if "authorizations" in wanted and file_id in _OF_SETS:
            if self._taken:
                # An end that is moved when it is over would change what was decided by it.
                return
            self._taken = row
        self._ask("apply", document=wanted)

    def _take_right(self) -> None:
        """Let the right to send sets end soon: some are accepted then, and have not had their turn.

        It is said so long before that no file is decided meanwhile by what is not said yet.
        """
        if self._taken:
            return
        file_id = self._dice.choice(_OF_SETS)
        self._taken = {"ldc": LDC, "organization": AGENT, "file_id": file_id, "right": "SUBMIT"}
        ends = to_text(self._engine.now + self._dice.randint(_SOON, 2 * _SOON) * _MINUTE)
        self._ask("apply", document={"authorizations": [{**self._taken, "to": ends}]})

    def _keep_number(self) -> None:
        rows = [
            {
                "ldc": each.pair.ldc,
                "sdp_id": each.pair.sdp_id,
                "universal_sdp_id": each.universal_sdp_id,
                "issued": each.issued,
            }
            for each in kept(self._dice)
        ]
        self._ask("apply", document={"universal_sdp_ids": rows})

    def _fail_over(self) -> None:
        often = 0.9 if self._cloud.chance.theme.switching else 0.4
        if self._dice.random() < often:
            self._stall()
        self._engine.start(self._take_over, delay=_STALLING)
        if self._dice.random() < often:
            # And back again: what a function of the first time still holds is of an old epoch.
            back = self._dice.randint(1, 10) * _MINUTE
            self._later(lambda: self._start(self._take_over), back)

    def _stall(self) -> None:
        """Let every function of the active region that is about to commit stand still for long."""
        self._stalling = (self.active, self._engine.now + timedelta(milliseconds=_STALLING))
        self._cloud.chance.injected[Fault.STALLED] += 1
        self._note(f"{self.active} stands still")

    def stalled(self, region: str) -> int:
        """Return for how many milliseconds a function of a region stands still from now on."""
        where, until = self._stalling
        if region != where or self._engine.now >= until or self._cloud.chance.quiet:
            return 0
        # Some come back before the message is handed to another, some long after.
        return self._dice.randint(30_000, self._dice.choice((140_000, 16 * 60_000)))

    def _start(self, work: Callable[[], None]) -> None:
        self._engine.start(work)

    def _take_over(self) -> None:
        """Give the lease to the other region: the old one is fenced, the new verifies and runs."""
        if self._switching or self._cloud.chance.quiet:
            return
        self._switching = True
        region = STANDBY if self.active == HOME else HOME
        self.active = region
        self.failovers += 1
        self._cloud.chance.injected[Fault.FAILOVER] += 1
        self.switched.append(self._engine.now)
        self._note(f"{region} takes over")
        for phase in (Phase.VERIFY, Phase.RUN):
            for shard, row in list(self._known.lease.items()):
                if self._dice.random() < 0.2:
                    self._engine.sleep(self._dice.randint(1, 2_000))
                epoch = row.epoch + (1 if phase is Phase.VERIFY else 0)
                now = self._engine.now
                new = replace(row, active=region, epoch=epoch, phase=phase, renewed_at=now)
                self._known.pass_lease(new, shard)
        self.switched.append(self._engine.now)
        self._switching = False

    def _step_clock(self) -> None:
        clock = self._dice.choice(list(self._cloud.regions.values())).clock
        clock.off = timedelta(milliseconds=self._dice.randint(-_MOST_OFF, _MOST_OFF))
        self._cloud.chance.injected[Fault.CLOCK_STEP] += 1
        self._note(f"a clock is off by {clock.off.total_seconds()} s")

    def _block(self) -> None:
        prefix = self._dice.choice((AGENT, LDC, ""))
        until = self._engine.now + self._dice.choice((1, 15, 90)) * _MINUTE
        self.blocked[prefix] = until
        self._cloud.chance.injected[Fault.OUTBOUND_DOWN] += 1
        self._note(f"nothing can be written under {prefix or 'any prefix'} until {until:%H:%M:%S}")

    def _in(self, least: int, most: int) -> str:
        return to_text(self._engine.now + self._dice.randint(least, most) * _MINUTE)

    def _note(self, what: str) -> None:
        self._cloud.around.trace.note(self._engine.milliseconds, "operator", what)
