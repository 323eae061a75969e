"""Components of virtual SDPs, as the names of timelines tell them."""

from __future__ import annotations

from typing import NamedTuple

COMPONENTS = "CTC/"
_REVERSE = "COMPONENT-OF/"


class Component(NamedTuple):
    """A component of a virtual SDP, as the name of its timeline tells: channel of which, what.

    The component's own document has the reverse of it: a component of which virtual SDP it is.
    """

    of_channel: str
    id: str
    channel: str

    @classmethod
    def of(cls, timeline: str) -> Component:
        """Return the component of a timeline by its name."""
        return cls(*timeline.removeprefix(COMPONENTS).split("/"))

    def reverse(self, virtual: str) -> str:
        """Return the name of the reverse timeline, of a virtual SDP by its Universal SDP ID."""
        return f"{_REVERSE}{virtual}/{self.of_channel}/{self.channel}"


def is_component(timeline: str) -> bool:
    """Return whether a timeline is that of a component of a virtual SDP."""
    return timeline.startswith(COMPONENTS)


def is_reverse(timeline: str) -> bool:
    """Return whether a timeline tells of which virtual SDP its SDP is a component."""
    return timeline.startswith(_REVERSE)
