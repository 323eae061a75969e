"""Whatever a command is given for paths, names and ids, it ends with a message and a code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from tests.desk.test_output import ALL, OF_STORAGE, _stand_in_for_runs
from tests.support.command import Lambda, Storage, built

Mdmr = Callable[..., Result]
REFUSED = {"ok": False, "faults": [{"path": "", "text": "no"}]}


class RefusingLambda(Lambda):
    """An operate function that refuses whatever it is asked."""

    def invoke(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - as any call
        self.answers = _Refusals()
        return super().invoke(**asked)


class _Refusals(dict[str, Any]):
    def get(self, key: str, default: object = None) -> object:  # noqa: ARG002 - as a dict has it
        return REFUSED


def _command(path: tuple[str, ...]) -> Any:  # noqa: ANN401 - the library's type
    command: Any = built()
    for word in path:
        command = command.commands[word]
    return command


def _odd(folder: Path) -> Iterator[str]:
    """Yield texts that are odd for a path, a name or an id."""
    (folder / "file.DAT").write_bytes(b"x")
    (folder / "loop.DAT").symlink_to(folder / "loop.DAT")
    yield from ("x" * 300, "x" * 5_000, f"{folder / 'file.DAT'}/x", str(folder / "loop.DAT"))
    yield from (str(folder), "", "\n", "file\udc9b.DAT")


def _arguments(path: tuple[str, ...], odd: str) -> Iterator[list[str]]:
    """Yield command lines with an odd text for what must be given, and for each option beside."""
    required, optional = [], []
    for each in _command(path).params:
        is_option = each.param_type_name == "option"
        if each.required:
            required += [f"{each.opts[0]}={odd}"] if is_option else [odd]
        elif is_option and not each.is_flag:
            optional.append(f"{each.opts[0]}={odd}")
    # What begins with a dash is no option here.
    places = [each for each in required if each == odd]
    options = [each for each in required if each != odd]
    yield [*path, *options, "--", *places]
    for option in optional:
        yield [*path, *options, option, "--", *places]


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_an_odd_argument_ends_with_a_message_and_a_code(
    path: tuple[str, ...],
    mdmr: Mdmr,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.chdir(tmp_path)
    _stand_in_for_runs(monkeypatch)
    if path in OF_STORAGE:
        storage: Storage = request.getfixturevalue("storage")
        assert storage.error is None
    else:
        function = RefusingLambda()
        monkeypatch.setattr("boto3.client", lambda service, **_: {"lambda": function}[service])
    for odd in _odd(tmp_path):
        for arguments in _arguments(path, odd):
            result = mdmr(*arguments, typed="n\n")
            fault = result.exception
            assert fault is None or isinstance(fault, SystemExit), (arguments, fault)
            assert result.exit_code in (0, 1, 2), arguments
            if result.exit_code:
                assert result.output.strip(), arguments
