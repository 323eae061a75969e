"""The event of an object in a versioned bucket names its version."""

import ministack.services.s3 as s3

from mdmr_local.corrections.registry import Correction, rewrite


def _apply() -> None:
    rewrite(
        s3,
        "_fire_s3_event",
        (
            "                if reason is not None:\n",
            "                if version_id:\n"
            '                    detail["object"]["version-id"] = version_id\n'
            "                if reason is not None:\n",
        ),
    )


CORRECTION = Correction(
    name="s3_event_version_id",
    wrong="the event that S3 sends to EventBridge lacks the version-id of the object",
    apply=_apply,
)
