"""The embedded AWS as seen from another process: start it, talk to it, move its time, stop it."""

import copy
import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
from botocore.config import Config

from mdmr_local.errors import DataFolderError, EmbeddedAwsError, StuckError
from mdmr_local.listening import listening_socket
from mdmr_local.running import InUseError, Record, Run, claim, with_port
from mdmr_local.settings import REFUSAL, Settings
from mdmr_local.values import Tls, Usage
from mdmr_local.wire import offered
from mdmr_local.wire.endpoint import connect

_START_SECONDS = 30.0
# A large data file is read through, to see that it is whole.
_RESTORE_SECONDS = 600.0
_STOP_SECONDS = 30.0
_NO_SECRET = "local"  # noqa: S105 - nobody looks at it
_STUCK = 504
_LOG_LINES_SHOWN = 30


class EmbeddedAws:
    """A context manager that runs the emulator in a process of its own.

    Args:
        virtual_start: where virtual time begins (with a time zone); None runs in real time.
        account: the 12-digit account of :meth:`session`.
        region: the region of :meth:`session`.
        data_dir: a folder that is there, where the state survives a restart; real time only.
            What is acknowledged after the first :meth:`save` is on disk.
        port: where to listen on 127.0.0.1; 0 takes a free port.
        workers: worker processes per Lambda function.
        patience: real seconds without progress after which moving time gives up.
        log_level: of the emulator, whose log is the file :attr:`log`.
        corrected: whether ministack is corrected; only tests of the corrections say no.
        enforce: whether every request is asked of the policies of IAM; then the functions have
            their roles' rights and no more. The account itself may everything.
        tls: serves TLS only; None for plain HTTP.

    Attributes:
        endpoint: the URL of all services.
        log: the emulator's log file.
    """

    def __init__(  # noqa: PLR0913 - all are named and have a default
        self,
        *,
        virtual_start: datetime | None = None,
        account: str = "000000000000",
        region: str = "ca-central-1",
        data_dir: Path | None = None,
        port: int = 0,
        workers: int = 4,
        patience: float = 120.0,
        log_level: str = "WARNING",
        corrected: bool = True,
        enforce: bool = False,
        tls: Tls | None = None,
    ) -> None:
        if virtual_start is not None and virtual_start.tzinfo is None:
            raise ValueError("virtual_start needs a time zone")
        if virtual_start is not None and data_dir is not None:
            raise ValueError("state is kept in real time only")
        self.account = account
        self.region = region
        self.endpoint = ""
        self.log = Path()
        self._virtual_start = virtual_start
        self._data_dir = data_dir
        self._port = port
        self._workers = workers
        self._patience = patience
        self._log_level = log_level
        self._corrected = corrected
        self._enforce = enforce
        self._tls = tls
        # One for all clients, as it keeps what it has read of the services; it makes one at a time.
        self._session: Any = boto3.Session()
        self._making = threading.Lock()
        self._directory: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: Record | None = None
        self._lifeline = -1
        trusted = None if tls is None else ssl.create_default_context(cafile=tls.authority)
        self._no_proxy = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted)
        )

    def __enter__(self) -> Self:
        """Start the emulator and wait until it answers."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the emulator."""
        self.stop()

    def start(self) -> None:
        """Start the emulator and wait until it answers. It ends when this process ends.

        Raises:
            DataFolderError: the data folder is in use or cannot be used.
            PortInUseError: another process listens on the port.
            EmbeddedAwsError: it does not answer; the message has the end of its log.
        """
        run = Run.of_this_process(self._data_dir)
        if self._data_dir:
            try:
                self._lock = claim(self._data_dir)
                self._lock.write(run)
            except (InUseError, OSError) as error:
                self._release()
                raise DataFolderError(str(error)) from error
        self._directory = tempfile.TemporaryDirectory(prefix="mdmr-aws-")
        directory = Path(self._directory.name)
        self.log = directory / "emulator.log"
        try:
            with listening_socket(self._port) as listening:
                port = listening.getsockname()[1]
                self._launch(port, listening.fileno(), directory)
                if self._lock is not None:
                    self._lock.write(with_port(run, port))
        except BaseException:
            self.stop()
            raise
        self._wait_until_healthy()

    def stop(self) -> None:
        """Stop the emulator, which saves its state if that is kept."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._release()
        if self._directory is not None:
            self._directory.cleanup()
            self._directory = None

    def _launch(self, port: int, listening: int, directory: Path) -> None:
        self.endpoint = f"{'http' if self._tls is None else 'https'}://127.0.0.1:{port}"
        ends, self._lifeline = os.pipe()
        inherited = [listening, ends]
        if self._lock is not None:
            # As long as the emulator writes there, the folder is not free.
            inherited.append(self._lock.fileno())
        try:
            with self.log.open("wb") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "mdmr_local.launch"],
                    env=self._settings(port, listening, ends).environment()
                    | {"TMPDIR": str(directory)},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=inherited,
                    cwd=directory,
                )
        finally:
            os.close(ends)

    def _release(self) -> None:
        """Let go of the data folder and of the emulator's lifeline."""
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def session(self) -> boto3.Session:
        """Return a boto3 session with the account's credentials and the region."""
        return boto3.Session(self.account, _NO_SECRET, region_name=self.region)

    def client(
        self, service: str, *, region: str | None = None, signer: Mapping[str, str] | None = None
    ) -> Any:
        """Return a boto3 client of a service.

        Args:
            service: boto3's name of it.
            region: the embedded AWS's unless given.
            signer: `aws_access_key_id`, `aws_secret_access_key` and `aws_session_token` to sign
                with; the account's unless given.
        """
        config = Config(
            s3={"addressing_style": "path"},
            retries={"total_max_attempts": 1},
            max_pool_connections=64,
            read_timeout=900,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        signs = {"aws_access_key_id": self.account, "aws_secret_access_key": _NO_SECRET}
        with self._making:
            client = self._session.client(
                service,
                endpoint_url=self.endpoint,
                region_name=region or self.region,
                config=config,
                verify=None if self._tls is None else str(self._tls.authority),
                **(signer or signs),
            )
        return connect(client) if offered(self._settings(0, -1, -1)) else client

    def as_account(self, account: str) -> Self:
        """Return the same emulator as another account sees it; stop only the original."""
        seen = copy.copy(self)
        seen.account = account
        return seen

    def in_region(self, region: str) -> Self:
        """Return the same emulator as seen from another region; stop only the original."""
        seen = copy.copy(self)
        seen.region = region
        return seen

    def now(self) -> datetime:
        """Return the emulator's time, in UTC."""
        return _instant(self._state()["now"])

    def next_deadline(self) -> datetime | None:
        """Return the next instant at which something comes due, in UTC; None when nothing will."""
        due = self._state()["next_deadline"]
        return None if due is None else _instant(due)

    def busy(self) -> list[str]:
        """Return descriptions of what is in flight; empty when nothing is."""
        return [str(work) for work in self._state()["in_flight"]]

    def parked(self) -> list[str]:
        """Return descriptions of what waits for a time, an answer or its parts."""
        return [str(work) for work in self._state()["parked"]]

    def advance_to(self, instant: datetime) -> None:
        """Bring due, in order, all deadlines up to and including ``instant``.

        Returns when nothing is in flight at ``instant``, which is then the present.

        Raises:
            ValueError: ``instant`` is before the present.
            StuckError: something in flight does not end.
        """
        self._advance(instant.timestamp())

    def settle(self) -> None:
        """Return when nothing is in flight at the present instant.

        Raises:
            StuckError: something in flight does not end.
        """
        self._advance(None)

    def statistics(self) -> dict[str, int]:
        """Return `executions_started`, `lambda_invocations`, `lambda_workers`, `peak_memory_bytes`.

        The memory is the sum of the peaks of the emulator and of its live workers.
        """
        return {name: int(value) for name, value in self._ask("GET", "/_mdmr/statistics").items()}

    def usage(self) -> Usage:
        """Return the processor time, the memory and the requests of the run so far.

        A worker that has ended counts as it was when this was asked for the last time.
        """
        return Usage(**self._ask("GET", "/_mdmr/usage"))

    def save(self) -> None:
        """Have the state in the data folder when this returns.

        Raises:
            DataFolderError: it cannot be written, as on a full disk.
        """
        try:
            self._ask("POST", "/_mdmr/save", {})
        except ValueError as error:
            raise DataFolderError(f"{self._data_dir} cannot be written: {error}") from None

    def fault(self) -> str:
        """Return why uploads are refused at present, as on a full disk; empty when they are not."""
        return str(self._ask("GET", "/_mdmr/health")["fault"])

    @property
    def keeps_data(self) -> bool:
        """Whether a data folder has the state."""
        return self._data_dir is not None

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1."""
        return int(self.endpoint.rpartition(":")[2])

    @property
    def process_id(self) -> int:
        """The number of the emulator's process.

        Raises:
            EmbeddedAwsError: it has not been started.
        """
        if self._process is None:
            raise EmbeddedAwsError("the emulator has not been started")
        return self._process.pid

    def is_running(self) -> bool:
        """Tell whether the emulator's process lives."""
        return self._process is not None and self._process.poll() is None

    def _settings(self, port: int, listening: int, lifeline: int) -> Settings:
        return Settings(
            port=port,
            socket=listening,
            lifeline=lifeline,
            virtual_start=self._virtual_start.timestamp() if self._virtual_start else None,
            corrected=self._corrected,
            workers=self._workers,
            account=self.account,
            region=self.region,
            data_dir=os.path.realpath(self._data_dir) if self._data_dir else "",
            log_level=self._log_level,
            enforce=self._enforce,
            certificate="" if self._tls is None else str(self._tls.certificate),
            private_key="" if self._tls is None else str(self._tls.private_key),
        )

    def _wait_until_healthy(self) -> None:
        seconds = _START_SECONDS if self._data_dir is None else _RESTORE_SECONDS
        end = time.monotonic() + seconds
        while self.is_running() and time.monotonic() < end:
            if self._answers():
                return
            time.sleep(0.02)
        lines = self.log.read_text(errors="replace").splitlines()
        self.stop()
        for line in lines:
            if line.startswith(REFUSAL):
                raise DataFolderError(line.removeprefix(REFUSAL))
        raise EmbeddedAwsError(
            "\n".join(["the emulator did not start:", *lines[-_LOG_LINES_SHOWN:]])
        )

    def _answers(self) -> bool:
        try:
            self._no_proxy.open(f"{self.endpoint}/_ministack/health", timeout=5).read()
        except OSError:
            return False
        return True

    def _state(self) -> dict[str, Any]:
        return self._ask("GET", "/_mdmr/state")

    def _advance(self, instant: float | None) -> None:
        self._ask("POST", "/_mdmr/clock/advance", {"to": instant, "patience": self._patience})

    def _ask(self, method: str, path: str, given: Any = None) -> dict[str, Any]:
        body = None if given is None else json.dumps(given).encode()
        request = urllib.request.Request(self.endpoint + path, data=body, method=method)  # noqa: S310
        try:
            with self._no_proxy.open(request) as response:
                answer: dict[str, Any] = json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                answer = json.load(error)
            if error.code == _STUCK:
                raise StuckError(answer["error"], answer["in_flight"]) from None
            raise ValueError(answer["error"]) from None
        except OSError as error:
            raise EmbeddedAwsError(f"the emulator does not answer: {error}") from error
        return answer


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
