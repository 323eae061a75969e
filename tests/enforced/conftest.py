"""The hub on the embedded AWS with IAM enforced and TLS only: requests are really refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import trustme
from mdmr_local.embedded import EmbeddedAws
from mdmr_local.hub import LocalHub, deploy_hub
from mdmr_local.values import Tls

from tests.enforced.roles import Roles
from tools.policies.stack import Stack
from tools.sam_template import read_template, transformed

ACCOUNT = "111122223333"
START = datetime(2025, 8, 20, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A certificate of an authority that nobody else knows."""
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    found = Tls(folder / "chain.pem", folder / "key.pem", folder / "authority.pem")
    authority.cert_pem.write_to_path(found.authority)
    certificate.private_key_pem.write_to_path(found.private_key)
    for blob in [*certificate.cert_chain_pems, authority.cert_pem]:
        blob.write_to_path(found.certificate, append=True)
    return found


@pytest.fixture(scope="session")
def aws(tls: Tls) -> Iterator[EmbeddedAws]:
    with EmbeddedAws(virtual_start=START, account=ACCOUNT, enforce=True, tls=tls) as embedded:
        yield embedded


@pytest.fixture(scope="session")
def hub(aws: EmbeddedAws) -> LocalHub:
    return deploy_hub(aws, "PROD")


@pytest.fixture(scope="session")
def stack() -> Stack:
    """The same deployment, read by our own evaluator."""
    template = transformed(read_template())
    return Stack(template, {"Environment": "prod"}, account=ACCOUNT)


@pytest.fixture(scope="session")
def roles(aws: EmbeddedAws, hub: LocalHub) -> Roles:
    return Roles(aws, hub)
