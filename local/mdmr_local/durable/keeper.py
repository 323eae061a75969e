"""Ties the parts together: brings a hub back from its data file, and keeps it there."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ministack.core.concurrency import esm_wake
from ministack.services import lambda_svc

from mdmr_local.clock.instrument import Asgi, Scope
from mdmr_local.corrections import scheduler_time_zones
from mdmr_local.durable import configuration, executions, items, messages
from mdmr_local.durable.datafile import NAME, Change, DamagedDataError, DataFile, create
from mdmr_local.durable.gateway import Gateway, action_of, refusal, service_of, writes
from mdmr_local.durable.journal import ALIVE, RETRY_SECONDS, Journal
from mdmr_local.durable.objects import BODY, Objects
from mdmr_local.durable.objects import KIND as OBJECT
from mdmr_local.running import LOCK_NAME

_logger = logging.getLogger("mdmr.durable")
_FLUSH_SECONDS = 20.0
# Looking at what is not noted as it changes may take this share of the time.
_SHARE = 0.05
# Requests that change records, each of which is noted as it changes, and no configuration.
_OF_RECORDS = frozenset(
    {
        *("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"),
        *("SendMessage", "SendMessageBatch", "DeleteMessage", "DeleteMessageBatch", "PurgeQueue"),
        *("ChangeMessageVisibility", "ChangeMessageVisibilityBatch"),
        *("StartExecution", "StartSyncExecution", "StopExecution"),
        *("SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat"),
        *("PutEvents", "Publish", "PublishBatch", "PutMetricData", "PutLogEvents"),
        *("Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"),
    }
)


class Keeper:
    """Keeps the state of this process's emulator in a folder.

    What changes before the first `save` of a new folder is let go if the emulator ends before: a
    hub that is half deployed is deployed anew.

    Args:
        folder: of the data file; it is there.
        every: real seconds between two looks at what is not noted as it changes.
    """

    def __init__(self, folder: Path, every: float) -> None:
        self._folder = folder
        self._path = folder / NAME
        self._every = every
        self._journal = Journal()
        self._objects = Objects(self._journal)
        self._file: DataFile | None = None
        self._saving = threading.Lock()
        self._ending = threading.Event()
        self._heard = threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mdmr-keeper")

    def restore(self) -> None:
        """Bring back what the folder has, and note every change from now on.

        Raises:
            DamagedDataError: it cannot be used.
            sqlite3.Error: it cannot be written.
        """
        configuration.expect_names()
        _refuse_other_folders(self._folder)
        file = DataFile(self._path) if self._path.exists() else None
        self._objects.follow()
        items.follow(self._journal)
        messages.follow(self._journal)
        executions.follow(self._journal, self._ending)
        lambda_svc._poll_sqs = self._if_there_is_room(lambda_svc._poll_sqs)
        if file is not None:
            self._begin(file)
            _restore(self._journal, self._objects, file)
        threading.Thread(target=self._run, daemon=True, name="mdmr-keeper").start()

    def watch(self, app: Asgi, begin: Callable[[], None]) -> Asgi:
        """Return the emulator as it answers its callers: when what it tells is on disk.

        Args:
            app: the emulator.
            begin: starts what runs by itself; called when functions can reach the emulator, as one
                that cannot would fail, and leave its message for minutes.
        """

        def go_on() -> None:
            if self._file is not None:
                executions.restore(self._file.read(executions.KIND))
            self._heard.set()
            esm_wake.set()
            begin()

        return Gateway(app, self._journal, self._folder, self._after_request, go_on)

    def save(self) -> None:
        """Have everything on disk when this returns.

        Raises:
            sqlite3.Error: a new folder could not be written.
            TimeoutError: an old one could not.
        """
        with self._saving:
            if self._file is None:
                self._journal.record()
                create(self._path, self._snapshot())
                self._begin(DataFile(self._path))
            self._note(configuration.NAMES)
        if not self._journal.flush(_FLUSH_SECONDS):
            raise TimeoutError(self._journal.fault)

    def end(self) -> None:
        """Take what is under way from now on for cut off: it begins anew at the next start."""
        self._ending.set()

    def close(self) -> None:
        """Write what is left and close the file in good order; the process ends then."""
        try:
            if self._file is not None or not configuration.being_deployed():
                self.save()
        except (OSError, RuntimeError, sqlite3.Error):
            _logger.exception("the state could not be written")
        if self._file is not None:
            self._file.close()

    def fault(self) -> str:
        """Return why uploads are refused at present; empty when they are not."""
        return refusal(self._journal, self._folder)

    def _if_there_is_room(self, poll: Callable[[], Any]) -> Callable[[], Any]:
        """Return a poll of the queues that leaves the messages there while the disk is full.

        Whoever took one could not write what it decides, and would give it up after some attempts.
        """

        def polled() -> Any:
            if not self._heard.is_set():
                return False
            if self.fault():
                threading.Timer(RETRY_SECONDS, esm_wake.set).start()
                return False
            return poll()

        return polled

    def _begin(self, file: DataFile) -> None:
        self._file = file
        self._objects.start(file)
        self._journal.start(file)

    def _snapshot(self) -> Iterator[Change]:
        yield from configuration.snapshot()
        yield from items.snapshot()
        yield from self._objects.snapshot()
        yield from messages.snapshot()
        yield from executions.snapshot()

    async def _after_request(self, scope: Scope) -> None:
        name = _configured(scope)
        if name and self._file is not None:
            await asyncio.get_running_loop().run_in_executor(self._pool, self._note, (name,))

    def _note(self, names: tuple[str, ...]) -> None:
        if configuration.being_deployed():
            return  # who deploys saves when it is done
        for name in names:
            self._journal.append(*configuration.changed(name))

    def _run(self) -> None:
        pause = self._every
        while True:
            time.sleep(pause)
            if self._file is None:
                continue
            began = time.monotonic()
            try:
                self._note(configuration.NAMES)
            except RuntimeError as error:
                _logger.warning("%s", error)
            pause = max(self._every, (time.monotonic() - began) / _SHARE)


def _restore(journal: Journal, objects: Objects, file: DataFile) -> None:
    """Bring everything back in its order, but for executions, which run by themselves."""
    found = {name: value for _, name, value in file.read(configuration.KIND)}
    missing = set(configuration.NAMES) - set(found)
    if missing:
        raise DamagedDataError(f"the data file lacks the services {', '.join(sorted(missing))}")
    *others, last = configuration.NAMES
    for name in others:
        configuration.restore(name, found[name])
    items.restore(file.read(items.KIND))
    objects.restore(file.read(OBJECT), file.names(BODY))
    messages.restore(journal, file.read(messages.KIND))
    alive = file.value(*ALIVE)
    if alive is not None:
        scheduler_time_zones.make_good_since(float(alive))
    configuration.restore(last, found[last])


def _configured(scope: Scope) -> str:
    """Return the service whose configuration a request may have changed; empty for none."""
    name = configuration.OF_SIGNED.get(service_of(scope), "")
    action, path = action_of(scope), scope["path"].strip("/")
    if name in configuration.SELDOM or action in _OF_RECORDS or path.endswith("/invocations"):
        return ""
    if name == "s3":
        return name if writes(scope) and "/" not in path else ""
    if action:
        return name if writes(scope) else ""
    return name if scope["method"] != "GET" else ""


def _refuse_other_folders(folder: Path) -> None:
    """Refuse a folder that has something else in it than a hub of this version.

    Raises:
        DamagedDataError: it has.
    """
    if (folder / NAME).exists():
        return
    log = folder / f"{NAME}-wal"
    if log.exists():
        raise DamagedDataError(f"{folder / NAME} is missing, but its log {log.name} is there")
    own = (NAME, LOCK_NAME, "hub.sequence", ".", "lost+found")
    others = sorted(each.name for each in folder.iterdir() if not each.name.startswith(own))
    if others:
        raise DamagedDataError(
            f"{folder} has {others[0]} in it and no {NAME}: it is no data folder of mdmr local, "
            "or one of an earlier version; name an empty folder"
        )
