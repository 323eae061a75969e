"""Policies are told the key, the customer's algorithm and the class that an upload asks for."""

from typing import Any

from ministack.core import iam_actions

from mdmr_local.corrections.registry import Correction, rewrite

_NAMES = (
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-storage-class",
)
_BEFORE = "        if not upload_id:\n"
# Of a part S3 tells what the upload asked for that it belongs to.
_TOLD = """        for name, value in _mdmr_asked(upload_id, headers).items():
            context[f"s3:{name}"] = value
"""


def _apply() -> None:
    rewrite(iam_actions, "_s3_object_context", (_BEFORE, _TOLD + _BEFORE), _mdmr_asked=_asked)


def _asked(upload_id: str | None, headers: dict[str, str]) -> dict[str, str]:
    """Return the headers of these names that an upload was begun with."""
    # Imported when it is asked for, as the emulator does: it is of the service, not of the core.
    from ministack.services import s3  # noqa: PLC0415

    told: Any = headers
    if upload_id:
        upload = s3._multipart_uploads.get(upload_id) or {}
        # With SSE-KMS by the bucket's default a part carries nothing that was asked for.
        told = upload.get("preserved_headers", {}) if upload.get("requested_sse") else {}
    return {name: str(told[name]) for name in _NAMES if told.get(name)}


CORRECTION = Correction(
    name="s3_upload_conditions",
    wrong="policies are not told the key, the customer's algorithm and the class of an upload",
    apply=_apply,
)
