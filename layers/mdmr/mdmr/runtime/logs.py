"""The one way into the logs: lines of known keys, ids and codes, whoever logs.

What is not in the tables of `mdmr.runtime.log_keys` is left out of a line, which then tells how
many values it lacks (`withheld`). So no line can quote a file, whatever a handler or a library
says. A fault is told by its kind and place, never by its message.
"""

from __future__ import annotations

import logging
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from mdmr.runtime.faults import told
from mdmr.runtime.log_keys import KEYS

# What Powertools makes of a fault by itself; `fault` tells of it instead.
_OF_FAULTS = {"exception", "exception_name", "exception_notes", "stack_trace"}


class AllowListFormatter(LambdaPowertoolsFormatter):
    """Writes a record of logging as a line of JSON, of which nothing is but what is allowed."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a fault that the record brings is told by kind and place."""
        fault = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        # Words that were put into a message are not looked at: no message has any.
        kept = {**record.__dict__, "args": None} | ({"fault": told(fault)} if fault else {})
        try:
            return super().format(logging.makeLogRecord(kept))
        except Exception as broken:  # noqa: BLE001 - logging would print the record as it is
            return self.serialize(
                {"level": record.levelname, "message": "failed", "fault": told(broken)}
            )

    def serialize(self, log: Any) -> str:  # noqa: ANN401 - Powertools' own type
        """Return a line of what of the record is allowed."""
        known = {key: value for key, value in log.items() if key not in _OF_FAULTS}
        kept = {key: value for key, value in known.items() if key in KEYS and KEYS[key](value)}
        if len(kept) < len(known):
            kept["withheld"] = len(known) - len(kept)
        return str(super().serialize(kept))


class _LibraryFormatter(AllowListFormatter):
    """Writes lines of others than the hub: who said something and where, not what."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line with the name of the logger."""
        return super().format(logging.makeLogRecord({**record.__dict__, "logger": record.name}))


def take_over(root: logging.Logger) -> None:
    """Let no library and no warning write a line of its own: all go through the allow-list."""
    formatter = _LibraryFormatter()
    for handler in (*root.handlers, logging.lastResort):
        if handler is not None:
            handler.setFormatter(formatter)
    logging.captureWarnings(capture=True)
    # Else what cannot be written is printed as it is.
    logging.raiseExceptions = False


logger = Logger(logger_formatter=AllowListFormatter())
take_over(logging.getLogger())
