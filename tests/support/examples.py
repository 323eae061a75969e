"""How many examples a property is tried with: a few for each of many layouts, more when asked.

What is tried for every layout, file or field type meets the code that they share in each of them:
the number is chosen for all of them together. `make properties TIMES=10` tries ten times as many.
"""

from __future__ import annotations

import os

from hypothesis import settings

TIMES = int(os.environ.get("MDMR_PROPERTIES_TIMES", "1"))


def examples(number: int) -> settings:
    """Return the settings of a property that is tried with so many examples."""
    return settings(max_examples=number * TIMES)
