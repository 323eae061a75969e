"""What a correction of the emulator is, and how the emulator's functions are rewritten.

A correction names what ministack does wrong and changes it in the running process. It rests on the
exact text of one ministack version: where that text is not found, starting fails and says so.
"""

import inspect
import linecache
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

MINISTACK_VERSION = "1.5.33"


class UpstreamChangedError(RuntimeError):
    """The installed ministack is not the one that the corrections were written for."""


@dataclass(frozen=True)
class Correction:
    """One thing that the emulator gets wrong and this project corrects.

    Attributes:
        name: short name, the module's.
        wrong: what ministack does as shipped, and what AWS does.
        apply: makes it right in this process; called once, before the emulator serves.
    """

    name: str
    wrong: str
    apply: Callable[[], None]


_sources: dict[tuple[str, str], str] = {}


def check_version() -> None:
    """Refuse to start on another version of ministack.

    Raises:
        UpstreamChangedError: another version is installed.
    """
    installed = version("ministack")
    if installed != MINISTACK_VERSION:
        raise UpstreamChangedError(
            f"ministack {installed} is installed, the corrections were checked against "
            f"{MINISTACK_VERSION}: run tests/local, drop what upstream has fixed, change the pin"
        )


def rewrite(owner: Any, name: str, *replacements: tuple[str, str], **names: Any) -> None:
    """Define a function or method of the emulator anew with parts of its text replaced.

    Args:
        owner: the module or class that has it.
        name: its name there.
        replacements: pairs of the old text, which must occur, and the new.
        names: what the new text refers to, added to the module's names.

    Raises:
        UpstreamChangedError: an old text does not occur.
    """
    key = (
        f"{owner.__module__}.{owner.__qualname__}" if inspect.isclass(owner) else owner.__name__,
        name,
    )
    source = _sources.get(key) or textwrap.dedent(inspect.getsource(getattr(owner, name)))
    source = replaced(f"{key[0]}.{name}", source, *replacements)
    _sources[key] = source
    module = inspect.getmodule(owner)
    if module is None:
        raise UpstreamChangedError(f"{key[0]} is in no module")
    vars(module).update(names)
    filename = f"<{key[0]}.{name}, corrected>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    scope: dict[str, Any] = {}
    exec(compile(source, filename, "exec"), vars(module), scope)  # noqa: S102 - that is how it is corrected
    setattr(owner, name, scope[name])


def replaced(where: str, text: str, *replacements: tuple[str, str]) -> str:
    """Return ``text`` with each old part replaced by the new.

    Raises:
        UpstreamChangedError: an old part does not occur.
    """
    for old, new in replacements:
        if old not in text:
            raise UpstreamChangedError(f"{where} no longer contains {old!r}")
        text = text.replace(old, new)
    return text


def expect(condition: object, where: str) -> None:
    """Make sure of something else that a correction rests on.

    Raises:
        UpstreamChangedError: it does not hold.
    """
    if not condition:
        raise UpstreamChangedError(f"{where} is not as the correction expects it")
