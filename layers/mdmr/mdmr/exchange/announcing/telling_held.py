"""HELD_FILES: each sender is told which of its files are held, one notice for each window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from mdmr.exchange.announcing import notices
from mdmr.exchange.announcing.notices import Draft, NoticeKind
from mdmr.exchange.announcing.spreading import spread
from mdmr.exchange.ledger import held
from mdmr.exchange.ledger.held import TOLD, Held, Window
from mdmr.organizations import registry
from mdmr.ports.authority import GatewayMode
from mdmr.ports.contention import Contended, retry_on_contention
from mdmr.ports.hub import Hub
from mdmr.ports.state import ConditionFailedError, Write


class WindowUnknownError(Exception):
    """No file is held in this window."""


def tell_held(hub: Hub, window: Window) -> datetime | None:
    """Close a window that has ended and tell its sender of the files in it, once.

    Returns None when that is done, before the window's end the time to call again. Repeated, it
    changes nothing. Raises WindowUnknownError, NotActiveError, StateBusyError.
    """
    if hub.clock.now() < window.ends:
        return window.ends
    _close(hub, window)
    once = partial(_decide, hub, window)
    notice = retry_on_contention(hub.backoff, Contended.NOTICE, f"window {window.id}", once)
    if notice:
        spread(hub, notice)
    return None


def _close(hub: Hub, window: Window) -> None:
    """Close a window, so that its files are all that there will be."""
    row = held.find(hub.state, window)
    if row is None:
        raise WindowUnknownError(window.id)
    if row.state == held.OPEN:
        try:
            hub.state.commit(hub.lease.mandate(window.id).check, held.close(window))
        except ConditionFailedError:
            # Another closed it, which is as good, or the lease is gone, which is told here.
            hub.lease.mandate(window.id)


def _decide(hub: Hub, window: Window) -> str:
    """Decide the notice of a closed window, once, and return its id; empty: nobody to tell."""
    mandate, now = hub.lease.mandate(window.id), hub.clock.now()
    row = held.find(hub.state, window)
    if row is not None and row.state == TOLD:
        return row.notice
    notice_id = ""
    writes: list[Write] = []
    # Nobody could fetch a notice from the prefix of nobody; the final state is told anyway.
    sender = registry.organization(hub.state, window.sender)
    if sender is not None and now in sender.active:
        notice_id = notices.next_id(hub.state, now)
        draft = _draft(window, list(held.files(hub.state, window.files)))
        _, writes = notices.decide(
            notice_id, draft, environment=hub.environment, now=now, epoch=mandate.epoch
        )
    hub.state.commit(mandate.check, held.set_told(window, notice_id), *writes)
    return notice_id


def _draft(window: Window, files: Sequence[Held]) -> Draft:
    ldcs = {each.ldc for each in files}
    return Draft(
        kind=NoticeKind.HELD_FILES,
        subject=f"Files held: {len(files)}",
        effective_from=min(each.arrived for each in files),
        recipients=(window.sender,),
        held=window.files,
        gateway_mode=GatewayMode.HOLD.value,
        reference=window.id,
        # Of several LDCs none is the one that is concerned.
        ldc=ldcs.pop() if len(ldcs) == 1 else "",
    )
