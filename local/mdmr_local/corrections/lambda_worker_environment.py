"""Workers see an allow-list of the emulator's environment, not all of it."""

import os

import ministack.core.lambda_runtime as runtime

from mdmr_local.corrections.registry import Correction, rewrite

_ALLOWED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_DIR")
# Lambda's own clock is UTC. Nobody here looks at the checksums that boto3 adds by default.
_ADDED = {
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
    "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
}


def _apply() -> None:
    rewrite(
        runtime.Worker,
        "_spawn",
        (
            "spawn_env = {**os.environ, **env_vars}",
            "spawn_env = {**_mdmr_environment(), **env_vars}",
        ),
        _mdmr_environment=environment,
    )


def environment() -> dict[str, str]:
    """Return what workers see of the machine's environment."""
    kept = {name: os.environ[name] for name in _ALLOWED if name in os.environ}
    return {**kept, **_ADDED}


CORRECTION = Correction(
    name="lambda_worker_environment",
    wrong="workers inherit the whole environment of the machine, AWS_PROFILE and secrets included",
    apply=_apply,
)
