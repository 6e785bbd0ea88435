"""How does a result enter a sentence? As a finished phrase, made here and nowhere else.

A `Phrase` is text that remembers the papers of the table it was read from. `quantity` reads one cell of a released
table, `sentence` joins phrases, `paste` hands one to the prose.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from typing import Any, Self

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Papers, Provenance
from btc_eval.publish import emit
from btc_eval.publish.door import admitted, identified, why_blank, worded
from btc_eval.publish.formats import Format, named, say
from btc_eval.publish.register import Quote, quote
from btc_eval.texts import visible

#: Said after every sentence or number that rests on demonstration data.
DEMONSTRATION_MARK = "demonstration data, not about Wirral"

# Digits a sentence may hold as words: years and spans of years, days with a month, sections of an Act, ages, the level
# of an interval. Every other number in a sentence is a result, and is pasted.
_WORDS_WITH_DIGITS = re.compile(
    r"\b(?:19|20)\d\d(?:[-–/](?:\d\d){1,2})?\b"
    r"|\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
    r"|\bsections? \d+\b|\baged? \d+(?:(?: to | or |[-–])\d+)?\b|\bunder \d+\b|\b\d+ (?:to|or) \d+ year"
    r"|\b(?:90|95|99)% interval\b|\bcovid-19\b",
    re.IGNORECASE,
)


class Phrase(emit.Quiet, str):
    """Words for the page, with the papers of the table they were read from (None where they quote no table).

    `quotes` lists the cells they quote, for the gate that reads the built pages.
    """

    papers: Papers | None
    quotes: tuple[Quote, ...]

    def __new__(cls, text: str, papers: Papers | None = None, quotes: Iterable[Quote] = ()) -> Self:
        phrase = super().__new__(cls, text)
        phrase.papers = papers
        phrase.quotes = tuple(quotes)
        return phrase

    @property
    def demonstration(self) -> bool:
        """Does it rest on demonstration data?"""
        return self.papers is not None and self.papers.provenance is Provenance.DEMONSTRATION


def quantity(
    safe: Any,
    column: str,
    *,
    at: dict[str, Any] | None = None,
    style: Format | str = Format.NUMBER,
    interval: bool | tuple[str, str] = False,
    unit: str = "",
    decimals: int | None = None,
    of: str | None = None,
    level: float = 0.95,
) -> Phrase:
    """What does this cell of the table say, in words?

    Parameters
    ----------
    safe
        A released table with papers.
    column
        The column to quote.
    at
        The row: values of columns that pick out exactly one, such as {"term": "level_change"}.
    style
        How the value is said, see `publish.Format`.
    interval
        True to add the interval from `conf_low` and `conf_high`, or the names of the two columns.
    unit
        Words after the value, such as "referrals a month".
    decimals
        Places after the point, where the format's own will not do.
    of
        For a rank: the column that holds how many were ranked ("28th of 133").
    level
        Coverage of the interval, as a share.

    Returns
    -------
    Phrase
        "0.85 (95% interval 0.72 to 1.01)".

    Raises
    ------
    RefusedError
        For a table that is not released, a row that is not exactly one, or an empty cell (its reason is given).

    Examples
    --------
    >>> import pandas as pd
    >>> from btc_eval import disclosure, publish
    >>> from btc_eval.estimates import Papers, Provenance
    >>> effect = pd.DataFrame({"term": ["level_change"], "estimate": [0.847], "conf_low": [0.72], "conf_high": [1.01]})
    >>> papers = Papers(Provenance.OFFICIAL, ("cin-2024",))
    >>> safe = disclosure.control(effect, "official", keys=["term"], papers=papers)
    >>> print(publish.quantity(safe, "estimate", at={"term": "level_change"}, style="ratio", interval=True))
    0.85 (95% interval 0.72 to 1.01)
    """
    table, papers = admitted(safe)
    kind = named(style)
    row = table.row(**(at or {}))
    text = _cell(table, row, column, kind, decimals)
    quotes = [quote(table, column, text)]
    if of is not None:
        ranked = _cell(table, row, of, Format.COUNT, 0)
        quotes.append(quote(table, of, ranked))
        text = f"{text} of {ranked}"
    if unit:
        text = f"{text} {unit}"
    if interval:
        low, high = interval if isinstance(interval, tuple) else ("conf_low", "conf_high")
        ends = [_cell(table, row, end, kind, decimals) for end in (low, high)]
        quotes += [quote(table, end, said) for end, said in zip((low, high), ends)]
        text = f"{text} ({level:.0%} interval {ends[0]} to {ends[1]})"
    return Phrase(text, papers, quotes)


def sentence(template: str, /, **phrases: Phrase) -> Phrase:
    """What do these phrases say together?

    Parameters
    ----------
    template
        The sentence with a named place for each phrase: "Wirral ranked {rank} of {councils} councils.". Digits may
        stand in it only as years, dates, ages, sections of an Act and the level of an interval.
    **phrases
        The phrases, each made by `quantity` or `sentence`.

    Raises
    ------
    RefusedError
        For an argument that is not a Phrase, a place without a phrase, a phrase without a place, or a typed number.

    Examples
    --------
    >>> from btc_eval import publish
    >>> print(publish.sentence("No council has published this since {when}.", when=publish.Phrase("March 2024")))
    No council has published this since March 2024.
    """
    text = worded(template, "sentence")
    for name, given in phrases.items():
        _must_be_phrase(given, f"sentence, {name}")
    places = [part for _, part, spec, change in string.Formatter().parse(text) if part is not None or spec or change]
    if sorted(set(map(str, places))) != sorted(phrases):
        raise refuse(
            "publish.sentence",
            "places",
            found=f"places {', '.join(map(str, places)) or 'none'} and phrases {', '.join(phrases) or 'none'}",
            allowed="one phrase for every place, by name",
            do="Write each place as {name} and pass name=phrase.",
        )
    typed = re.search(r"\d+", _WORDS_WITH_DIGITS.sub("", re.sub(r"\{\w+\}", "", text)))
    if typed:
        raise refuse(
            "publish.sentence",
            "template",
            found=f"the typed number {typed.group()}",
            allowed="years, dates, ages and section numbers; every result is a phrase from a released table",
            do="Make the number with publish.quantity and give it a place in the sentence.",
        )
    papers: Papers | None = None
    for given in phrases.values():
        if given.papers is not None:
            papers = given.papers if papers is None else papers.joined(given.papers)
    quotes = dict.fromkeys(one for given in phrases.values() for one in given.quotes)
    return Phrase(text.format(**{name: str(given) for name, given in phrases.items()}), papers, quotes)


def either(papers: Papers, *, demonstration: str, statutory: str) -> Phrase:
    """What does the page say of whose children these are? One sentence for made-up data, another for the council's own.

    Parameters
    ----------
    papers
        Of the records that the page is made from.
    demonstration, statutory
        What to say in either case; digits as in `sentence`.

    Returns
    -------
    Phrase
        With the papers, so that it carries their mark.

    Raises
    ------
    RefusedError
        For official statistics, which are about no single child, and for typed numbers.

    Examples
    --------
    >>> from btc_eval.estimates import Papers, Provenance
    >>> own = Papers(Provenance.STATUTORY, ("programme register",))
    >>> print(either(own, demonstration="Nobody here is real.", statutory="These are the council's own returns."))
    These are the council's own returns.
    """
    known = {Provenance.DEMONSTRATION: demonstration, Provenance.STATUTORY: statutory}
    if papers.provenance not in known:
        raise refuse(
            "publish.either",
            "papers",
            found=f"{papers.provenance.value} data",
            allowed="demonstration or statutory",
            do="Write the sentence itself: it reads the same for everyone.",
        )
    both = {kind: sentence(words) for kind, words in known.items()}
    return Phrase(str(both[papers.provenance]), papers)


def paste(key: str, phrase: Phrase) -> None:
    """How does prose quote this phrase? As {glue:text}`key`, in the same chapter.

    A phrase that rests on demonstration data says so wherever it is pasted.

    Raises
    ------
    RefusedError
        For anything but a Phrase: a bare number has no format, no interval and no source.
    """
    identified(key, "paste")
    _must_be_phrase(phrase, f"paste, {key}")
    papers = phrase.papers
    about = {
        "kind": "paste",
        "id": key,
        "text": marked(phrase),
        "provenance": papers.provenance.value if papers else None,
        "sources": list(papers.sources) if papers else [],
        "quotes": [one._asdict() for one in phrase.quotes],
    }
    emit.record(key, marked(phrase), about)


def marked(phrase: Phrase) -> str:
    """How does this phrase stand on the page: with its mark, where it rests on demonstration data?"""
    text = visible(str(phrase))
    if not phrase.demonstration or DEMONSTRATION_MARK in text:
        return text
    if text.endswith("."):
        return f"{text[:-1]} ({DEMONSTRATION_MARK})."
    return f"{text} ({DEMONSTRATION_MARK})"


def _cell(table: Any, row: pd.Series, column: str, kind: Format, decimals: int | None) -> str:
    value = table.only([column])[column].loc[row.name]
    if pd.isna(value):
        raise refuse(
            "publish.quantity",
            f"column {column}",
            found=f"an empty cell: {why_blank(table, column, row.name)}",
            allowed="a cell with a value",
            do="Quote another row, or say in words why there is no figure.",
        )
    return say(value, kind, decimals=decimals)


def _must_be_phrase(given: Any, place: str) -> None:
    if not isinstance(given, Phrase):
        raise refuse(
            "publish",
            place,
            found=f"a {type(given).__name__}",
            allowed="a Phrase",
            do="Make it with publish.quantity from a released table.",
        )
