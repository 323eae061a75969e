"""A replica has the version id of its source."""

from ministack.services import s3

from mdmr_local.corrections.registry import Correction, rewrite

_COPY = "    replica = copy.deepcopy(obj)\n"


def _apply() -> None:
    # The copy is made before the source has its version: the id is given to both beforehand.
    rewrite(s3, "_maybe_replicate", (_COPY, '    obj["_version"] = new_uuid()\n' + _COPY))
    rewrite(
        s3,
        "_record_object_version",
        ("version_id = new_uuid()", 'version_id = obj.pop("_version", None) or new_uuid()'),
    )


CORRECTION = Correction(
    name="s3_replica_version_id",
    wrong="a replica gets a version id of its own; AWS gives it that of its source",
    apply=_apply,
)
