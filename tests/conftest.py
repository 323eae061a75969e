"""What holds for every test: no test reaches AWS by accident."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="session")
def _no_account() -> None:
    """Give boto3 credentials that no account knows, and a region, whatever is set here."""
    patch = pytest.MonkeyPatch()
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE"):
        patch.delenv(name, raising=False)
    patch.setenv("AWS_ACCESS_KEY_ID", "testing")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    patch.setenv("AWS_DEFAULT_REGION", "ca-central-1")
    patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
