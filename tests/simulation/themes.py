"""Themes: what a world has much of, so that what is rare in most comes together in some."""

from __future__ import annotations

from dataclasses import dataclass, replace

_QUARTER = 900
# Of so many worlds this one has sets; each theme comes to its turn.
_WITH_SETS, _THIS = 22, 2


@dataclass(frozen=True)
class Theme:
    """What a world has much of.

    `together` is how likely an upload comes soon after the one before it, after one of `pauses`
    seconds, `much` the kind of upload of which there is much, `apart` how likely an effect takes
    so long that others go on meanwhile, and for how many milliseconds at most: one of `longest`.
    `closing` and `switching` tell whether the gateway is turned, or the region changed, while
    workers are about to commit. `dying`: runs die. `sets`: synchronization sets are sent, which
    any theme can have. `twins` is how likely another version of an upload comes within the second.
    """

    name: str
    together: float = 0.4
    pauses: tuple[int, ...] = (0, 0, 1, 20, _QUARTER)
    much: str = ""
    apart: float | None = None
    longest: tuple[int, ...] = (20, 200, 3_000)
    closing: bool = False
    switching: bool = False
    dying: bool = False
    sets: bool = False
    twins: float = 0.03


THEMES = (
    Theme("mixed"),
    # Names of answers have seconds: those who decide at once must do so within one.
    Theme("one organization's files at once", 0.95, (0,), "unsupported", apart=0.8, longest=(600,)),
    Theme(
        "the gateway is turned in the middle",
        0.85,
        (0, 0, 1, 20),
        apart=0.6,
        longest=(200, 1_500),
        closing=True,
        twins=0.15,
    ),
    Theme("runs that die", 0.8, (0, 20, _QUARTER), "request", dying=True),
    Theme(
        "the region changes in the middle",
        0.85,
        (0, 0, 1, 20),
        apart=0.6,
        longest=(200, 1_500),
        switching=True,
    ),
)


def theme_of(seed: int) -> Theme:
    """Return the theme of a seed's world."""
    theme = THEMES[seed % len(THEMES)]
    return replace(theme, sets=seed % _WITH_SETS == _THIS)
