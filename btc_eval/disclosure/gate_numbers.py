"""Which numbers do words hold, and does a released value say them?"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator

#: Digits that are words: years and spans of years, days of a month, sections of an Act, ages, levels of an interval,
#: "per 10,000". Every other number in words is a result.
WORDS_WITH_DIGITS = re.compile(
    r"\b(?:19|20)\d\d(?:[-–/](?:\d\d){1,2})?\b"
    r"|\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
    r"|\bsections? \d+\b|\baged? \d+(?:(?: to | or |[-–])\d+)?\b|\bunder \d+\b|\b\d+ (?:to|or) \d+ year"
    r"|\b(?:90|95|99)% interval\b|\bcovid-19\b|\bper (?:100|1,?000|10,?000|100,?000|million)\b|\bp[- ]value\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.])[-−+]?£?\d(?:[\d,]*\d)?(?:\.\d+)?(?:e[-+]?\d+)?", re.IGNORECASE)
_WHOLE = re.compile(r"(?<![\w.,/£–−-])\d{1,3}(?![\w%]|[.,/–-]\d)")
# "One" stands for a number before what is counted; elsewhere it stands for anything.
_SPOKEN = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|(?:one|a single|only one) "
    r"(?:child|boy|girl|person|pupil|family|case|referral|event))\b",
    re.IGNORECASE,
)
#: How a value may be said: as it is, as a percentage, in thousands, millions or billions.
_SCALES = (1.0, 100.0, 1e-3, 1e-6, 1e-9)


def numbers(text: str) -> Iterator[str]:
    """Which results does this text state, in digits? As they are written; years, dates and ages are no results."""
    for found in _NUMBER.finditer(WORDS_WITH_DIGITS.sub(" ", text)):
        yield found.group()


def small_wholes(text: str, below: int) -> Iterator[int]:
    """Which whole numbers of one or more, but fewer than `below`, stand alone in this text, in digits?"""
    for found in _WHOLE.finditer(WORDS_WITH_DIGITS.sub(" ", text)):
        if 0 < int(found.group()) < below:
            yield int(found.group())


def spoken(text: str) -> bool:
    """Does the text say a whole number from one to nine as a word?"""
    return _SPOKEN.search(text) is not None


def value(text: str) -> float | None:
    """Return the number that this text is, or None where it is none."""
    try:
        return float(text.replace(",", "").replace("−", "-").replace("£", "").replace("%", ""))
    except ValueError:
        return None


class Values:
    """Released values, asked whether one of them is said by a number on a page."""

    def __init__(self, texts: Iterable[str]) -> None:
        found = {abs(number) for text in texts if (number := value(text)) is not None}
        self._scaled = {scale: sorted(number * scale for number in found) for scale in _SCALES}
        # A ratio may be said as a change: 0.85 as 15% lower.
        self._scaled[0.0] = sorted(abs(100 * (number - 1)) for number in found)

    def say(self, written: str) -> bool:
        """Could one of the values be said by this number, to as many places as it has?"""
        number = value(written)
        if number is None:
            return False
        places = len(written.partition(".")[2].partition("e")[0])
        half = 0.5000001 * 10.0**-places
        size = abs(number)
        return any(_near(values, size, half) for values in self._scaled.values())

    def hold(self, number: float, relative: float = 1.1e-5) -> bool:
        """Is this one of the values, as it stands, to six significant figures?"""
        return _near(self._scaled[1.0], abs(number), max(abs(number) * relative, 1e-12))


def _near(values: list[float], wanted: float, within: float) -> bool:
    at = bisect.bisect_left(values, wanted - within)
    return at < len(values) and values[at] <= wanted + within
