"""One run of one contender in a process of its own: `contenders NAME WORK PATH`.

Prints as JSON the wall seconds, the growth of peak memory in bytes over the idle process, and
the numbers of the lines that it refused (None: it validates nothing).
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

from mdmr.exchange.files.layouts.fast import Doubtful, doubtful, faulty, lines_expression
from mdmr.exchange.files.layouts.tables import Field, FileLayout, Need, RecordLayout
from mdmr.exchange.files.layouts.types import BOUNDARY, DATE_TIME, Why

from benchmarks.validation.files import WORK

Run = Callable[[Path], "list[int] | None"]
_BLOCK = 1 << 18


def hub(layout: FileLayout) -> Run:
    """Return the hub's validator, as a stream."""
    expression = lines_expression(layout.details)

    def run(path: Path) -> list[int]:
        exceptions = list(_exceptions(layout, doubtful(expression, _pieces(path))))
        return sorted({line for line, _, _ in exceptions})

    return run


def _exceptions(
    layout: FileLayout, lines: Iterator[Doubtful]
) -> Iterator[tuple[int, str, Why | None]]:
    """Yield each exception: its line, its field (none: the record as a whole), and why."""
    for each in faulty(layout, lines):
        if each.reading is None or not each.reading.counted:
            yield each.number, "", None
        else:
            yield from ((each.number, fault.field.name, fault.why) for fault in each.reading.faults)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_BLOCK):
            yield piece


def polars(layout: FileLayout) -> Run:
    """Return polars' raw reading: fields as text, nothing validated."""
    import polars as pl  # noqa: PLC0415 - only in the environment of the benchmarks

    width = max(each.width for each in layout.details)

    def run(path: Path) -> None:
        frame = pl.read_csv(
            path,
            separator="|",
            has_header=False,
            quote_char=None,
            schema={f"field_{at}": pl.String for at in range(width)},
            missing_columns="insert",
        )
        assert frame.width == width

    return run


def pydantic(layout: FileLayout) -> Run:
    """Return a validation of each record by a pydantic model of the same rules."""
    from pydantic import AfterValidator, ValidationError, create_model  # noqa: PLC0415 - as polars
    from pydantic import Field as Rule  # noqa: PLC0415 - as polars

    def real(text: str) -> str:
        if text and not DATE_TIME.real(text):
            raise ValueError
        return text

    def rule(each: Field) -> Any:  # noqa: ANN401 - a type made at run time
        optional = "" if each.need is Need.MANDATORY else "|"
        limited = Annotated[str, Rule(pattern=f"^(?:{_without_looking_ahead(each)}{optional})$")]
        dated = each.type in (BOUNDARY, DATE_TIME)
        return Annotated[limited, AfterValidator(real)] if dated else limited

    def checker(of: RecordLayout) -> Callable[[list[str]], Any]:
        names = [f"field_{number}" for number in range(len(of.fields))]
        rules: dict[str, Any] = {
            name: (rule(each), ...) for name, each in zip(names, of.fields, strict=True)
        }
        validate = create_model("Record", **rules).model_validate
        return lambda fields: validate(dict(zip(names, fields, strict=True)))

    check = {id(leaf): checker(leaf) for each in layout.details for leaf in each.simple}

    def run(path: Path) -> list[int]:
        refused = []
        with path.open(encoding="ascii") as file:
            for number, line in enumerate(file, start=1):
                record, *fields = line.removesuffix("\n").split("|")
                own = layout.own.get(record)
                if own is None or len(fields) != len(own.fields):
                    refused.append(number)
                    continue
                leaf = own.variant(fields)
                try:
                    check[id(leaf)](fields)
                except (KeyError, ValidationError):
                    refused.append(number)
        return refused

    return run


def _without_looking_ahead(each: Field) -> str:
    """Return the pattern of a field's type; pydantic's expressions cannot look ahead."""
    return re.sub(r"^\(\?=[^)]*\)", "", each.type.pattern)


CONTENDERS = {"hub": hub, "polars": polars, "pydantic": pydantic}


def main() -> None:
    """Do the run that the arguments name."""
    name, work, path = sys.argv[1:]
    run = CONTENDERS[name](WORK[work][0])
    idle = _resident()
    began = time.perf_counter()
    refused = run(Path(path))
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "growth": peak - idle, "refused": refused}))


def _resident() -> int:
    """Return the bytes that the process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    main()
