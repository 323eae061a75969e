"""The settings that the emulator's process is started with, as environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

_PREFIX = "MDMR_LOCAL_"
# How the line of the log begins that says why a data folder is refused.
REFUSAL = "mdmr: refused: "


@dataclass(frozen=True)
class Settings:
    """How to run the emulator.

    Attributes:
        port: where it listens, on 127.0.0.1.
        socket: number of an inherited listening socket to use, or -1.
        virtual_start: seconds since 1970 at which virtual time begins; None for real time.
        corrected: whether to correct ministack; without, time is real.
        workers: worker processes per function.
        account: the account of whoever names none.
        region: the region of whoever names none.
        data_dir: where the state is kept from run to run; empty for memory only.
        save_every: real seconds between two looks at what is not written as it changes.
        lifeline: number of an inherited end of a pipe that is at its end when the parent ends,
            or -1.
        log_level: of the emulator.
        enforce: whether every request is asked of the policies and every signature is checked.
        certificate: file of the certificate, with those that it rests on, to serve TLS; empty for
            plain HTTP.
        private_key: file of the certificate's key.
    """

    port: int = 4566
    socket: int = -1
    virtual_start: float | None = None
    corrected: bool = True
    workers: int = 4
    account: str = "000000000000"
    region: str = "ca-central-1"
    data_dir: str = ""
    save_every: float = 30.0
    lifeline: int = -1
    log_level: str = "WARNING"
    enforce: bool = False
    certificate: str = ""
    private_key: str = ""

    def environment(self) -> dict[str, str]:
        """Return the environment of the emulator's process: an allow-list and these settings."""
        kept = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "VIRTUAL_ENV")
        start = "" if self.virtual_start is None else repr(self.virtual_start)
        return {
            **{name: os.environ[name] for name in kept if name in os.environ},
            "TZ": "UTC",
            "PYTHONHASHSEED": "0",
            f"{_PREFIX}PORT": str(self.port),
            f"{_PREFIX}SOCKET": str(self.socket),
            f"{_PREFIX}VIRTUAL_START": start,
            f"{_PREFIX}CORRECTED": str(int(self.corrected)),
            f"{_PREFIX}WORKERS": str(self.workers),
            f"{_PREFIX}ACCOUNT": self.account,
            f"{_PREFIX}REGION": self.region,
            f"{_PREFIX}DATA_DIR": self.data_dir,
            f"{_PREFIX}SAVE_EVERY": repr(self.save_every),
            f"{_PREFIX}LIFELINE": str(self.lifeline),
            f"{_PREFIX}LOG_LEVEL": self.log_level,
            f"{_PREFIX}ENFORCE": str(int(self.enforce)),
            f"{_PREFIX}CERTIFICATE": self.certificate,
            f"{_PREFIX}PRIVATE_KEY": self.private_key,
        }

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings; what is not set has its default."""

        def get(name: str, default: object) -> str:
            return environment.get(_PREFIX + name, "") or str(default)

        start = environment.get(f"{_PREFIX}VIRTUAL_START", "")
        return cls(
            port=int(get("PORT", cls.port)),
            socket=int(get("SOCKET", cls.socket)),
            virtual_start=float(start) if start else None,
            corrected=get("CORRECTED", 1) == "1",
            workers=int(get("WORKERS", cls.workers)),
            account=get("ACCOUNT", cls.account),
            region=get("REGION", cls.region),
            data_dir=environment.get(f"{_PREFIX}DATA_DIR", ""),
            save_every=float(get("SAVE_EVERY", cls.save_every)),
            lifeline=int(get("LIFELINE", cls.lifeline)),
            log_level=get("LOG_LEVEL", cls.log_level),
            enforce=get("ENFORCE", 0) == "1",
            certificate=get("CERTIFICATE", ""),
            private_key=get("PRIVATE_KEY", ""),
        )

    def emulator_environment(self) -> dict[str, str]:
        """Return ministack's own variables for these settings."""
        own = {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "LOG_LEVEL": self.log_level,
            "MINISTACK_ACCOUNT_ID": self.account,
            "MINISTACK_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }
        if self.enforce:
            own["AUTH"] = "true"
        if self.certificate:
            own |= {
                "USE_SSL": "1",
                "MINISTACK_SSL_CERT": self.certificate,
                "MINISTACK_SSL_KEY": self.private_key,
            }
        return own
