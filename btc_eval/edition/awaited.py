"""Figures that are not out yet, told from those that are late: filled in when the date of the edition is known.

A chapter cannot know which day its edition bears, and nobody asks the clock. So a table that expects a figure in a
month leaves a token, `{{expected:2026-10}}`, and the builder writes there what the edition can say of that month.
"""

from __future__ import annotations

import calendar
import re

TOKEN = re.compile(r"\{\{expected:(\d{4})-(\d\d)\}\}")


def said(month: str, moment: str | None) -> str:
    """What does an edition say of a figure that it does not hold and that was expected in this month?

    Parameters
    ----------
    month
        The month, as "2026-10".
    moment
        When the edition was made, as in `edition.json`; `None` where that is not known.

    Examples
    --------
    >>> said("2026-10", "2026-11-26T09:00:00Z")
    'was due October 2026, not in this edition'
    >>> said("2026-11", "2026-11-26T09:00:00Z")
    'due November 2026, not in this edition'
    >>> said("2026-12", "2026-11-26T09:00:00Z"), said("2026-10", None)
    ('expected December 2026', 'expected October 2026')
    """
    year, number = month.split("-")
    words = f"{calendar.month_name[int(number)]} {year}"
    made = (moment or "")[:7]
    if not made or month > made:
        return f"expected {words}"
    return f"{'due' if month == made else 'was due'} {words}, not in this edition"


def fill(text: str, moment: str | None) -> str:
    """Return an output with the words for each month that it names; see `said`."""
    return TOKEN.sub(lambda match: said(f"{match[1]}-{match[2]}", moment), text)
