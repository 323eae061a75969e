"""What the embedded AWS is given and tells."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Tls:
    """What the emulator serves TLS with: files in PEM.

    Attributes:
        certificate: for 127.0.0.1, with what it rests on behind it.
        private_key: of the certificate.
        authority: what callers have to trust.
    """

    certificate: Path
    private_key: Path
    authority: Path


@dataclass(frozen=True)
class Usage:
    """What a run used.

    Attributes:
        emulator_seconds: processor time of the emulator itself.
        function_seconds: processor time of the workers, by the name of their function.
        function_bytes: the peak memory of the largest worker of each function.
        requests: how many came, by service and operation.
    """

    emulator_seconds: float
    function_seconds: dict[str, float]
    function_bytes: dict[str, int]
    requests: dict[str, int]
