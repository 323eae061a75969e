"""A replica that arrives raises the event of a created object in its own region."""

from ministack.services import s3

from mdmr_local.corrections.registry import Correction, rewrite

_PERSIST = """        if S3_PERSIST:
            _persist_object(dest_name, key, replica)
"""
_TELL = """        _fire_s3_event_async(
            dest_name,
            key,
            "s3:ObjectCreated:Put",
            size=replica["size"],
            etag=replica["etag"],
            version_id=replica_version,
        )
"""


def _apply() -> None:
    rewrite(s3, "_maybe_replicate", (_PERSIST, _PERSIST + _TELL))


CORRECTION = Correction(
    name="s3_replica_event",
    wrong="a replica arrives silently; on AWS it raises Object Created in its own bucket",
    apply=_apply,
)
