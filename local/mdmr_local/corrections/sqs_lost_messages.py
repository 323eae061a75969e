"""A queue loses no message that arrives while another is taken out of it."""

from contextlib import suppress
from typing import Any

import ministack.services.sqs as sqs

from mdmr_local.corrections.registry import Correction, rewrite


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
            ('for m in q["messages"]:', f'seen = list(q["messages"])\n{indent}for m in seen:'),
            _mdmr_keep=_keep,
        )
    sqs._HANDLERS["DeleteMessage"] = sqs._act_delete_message
    rewrite(
        sqs,
        "_expire_retained",
        (
            'q["messages"] = [m for m in q["messages"] if enqueued(m) > cutoff]',
            'seen = list(q["messages"])\n        _mdmr_keep(q, seen, [m for m in seen if enqueued(m) > cutoff])',
        ),
    )


def _keep(queue: dict[str, Any], seen: list[Any], kept: list[Any]) -> None:
    """Take out of the queue what was seen in it and is not kept; what came since stays."""
    staying = {id(message) for message in kept}
    for message in seen:
        if id(message) not in staying:
            with suppress(ValueError):  # another took it out
                queue["messages"].remove(message)


CORRECTION = Correction(
    name="sqs_lost_messages",
    wrong="taking a message out replaces the queue's list by a copy; one that arrives meanwhile is lost",
    apply=_apply,
)
