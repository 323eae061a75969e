"""Files inside that go on once the gateway keeps them no more: their work is started again."""

from __future__ import annotations

from mdmr.continuity.gateway import Gateway
from mdmr.ports.hub import Hub


def resume(hub: Hub, gateway: Gateway) -> None:
    """Let every process go on with the work that the gateway kept as it stood before.

    Repeated for one version of the gateway, it starts none twice. Raises NotActiveError.
    """
    for process in hub.register.processes:
        process.resume(hub, gateway.version)
