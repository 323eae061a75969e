"""A queue loses no message that arrives while another is taken out of it."""

from contextlib import suppress
from typing import Any

from ministack.services import sqs

from mdmr_local.corrections.registry import Correction, rewrite

_LOOK = 'for m in q["messages"]:'
_EXPIRE = 'q["messages"] = [m for m in q["messages"] if enqueued(m) > cutoff]'
_EXPIRE_IN_PLACE = """seen = list(q["messages"])
        _mdmr_keep(q, seen, [m for m in seen if enqueued(m) > cutoff])"""


def _apply() -> None:
    for name, kept, indent in (
        ("_act_delete_message", "kept", "    "),
        ("_delete_messages_for_esm", "kept", "        "),
        ("_dlq_sweep", "keep", "    "),
    ):
        rewrite(
            sqs,
            name,
            (f'q["messages"] = {kept}', f"_mdmr_keep(q, seen, {kept})"),
            (_LOOK, f'seen = list(q["messages"])\n{indent}for m in seen:'),
            _mdmr_keep=_keep,
        )
    rewrite(
        sqs,
        "_act_delete_message_batch",
        ('before = len(q["messages"])', 'seen = list(q["messages"])'),
        (_LOOK, "for m in seen:"),
        ('q["messages"] = kept', "_mdmr_keep(q, seen, kept)"),
        ('if len(q["messages"]) < before:', "if len(kept) < len(seen):"),
        _mdmr_keep=_keep,
    )
    rewrite(sqs, "_expire_retained", (_EXPIRE, _EXPIRE_IN_PLACE))
    sqs._HANDLERS["DeleteMessage"] = sqs._act_delete_message
    sqs._HANDLERS["DeleteMessageBatch"] = sqs._act_delete_message_batch


def _keep(queue: dict[str, Any], seen: list[Any], kept: list[Any]) -> None:
    """Take out of the queue what was seen in it and is not kept; what came since stays."""
    staying = {id(message) for message in kept}
    for message in seen:
        if id(message) not in staying:
            with suppress(ValueError):  # another took it out
                queue["messages"].remove(message)


CORRECTION = Correction(
    name="sqs_lost_messages",
    wrong="taking a message out replaces the queue's list; one that arrives meanwhile is lost",
    apply=_apply,
)
