"""The event of an object in a versioned bucket names its version."""

from ministack.services import s3

from mdmr_local.corrections.registry import Correction, rewrite

_REASON = "                if reason is not None:\n"
_VERSION = """                if version_id:
                    detail["object"]["version-id"] = version_id
"""


def _apply() -> None:
    rewrite(
        s3,
        "_fire_s3_event",
        (_REASON, _VERSION + _REASON),
    )


CORRECTION = Correction(
    name="s3_event_version_id",
    wrong="the event that S3 sends to EventBridge lacks the version-id of the object",
    apply=_apply,
)
