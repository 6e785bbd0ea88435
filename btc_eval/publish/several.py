"""Several phrases at once, for a sentence that quotes a row of a table in more than one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from btc_eval.errors import refuse
from btc_eval.publish.door import admitted
from btc_eval.publish.formats import Format
from btc_eval.publish.phrases import Phrase, quantity


def quantities(
    safe: Any,
    *,
    at: dict[str, Any] | None = None,
    column: str | None = None,
    style: Format | str | None = None,
    **wanted: Format | str | Mapping[str, Any],
) -> dict[str, Phrase]:
    """What do these cells of the table say, in words, by the name each has in the sentence?

    Parameters
    ----------
    safe
        A released table with papers.
    at
        The row, where it is the same for all.
    column, style
        Column and style, where they are the same for all.
    **wanted
        A place in the sentence for each cell. With `column` given: the row, as a mapping of its keys. Otherwise a
        style, for the column of that name, or a mapping of arguments of `publish.quantity` with `column`.

    Returns
    -------
    dict of str to Phrase
        To be spread into `publish.sentence`.

    Raises
    ------
    RefusedError
        As `publish.quantity`.

    Examples
    --------
    >>> import pandas as pd
    >>> from btc_eval import disclosure, publish
    >>> from btc_eval.estimates import Papers, Provenance
    >>> years = pd.DataFrame({"year": [2021, 2024], "n": [3030, 4152]})
    >>> papers = Papers(Provenance.OFFICIAL, ("referrals",))
    >>> safe = disclosure.control(years, "official", keys=["year"], counts="n", papers=papers)
    >>> said = publish.quantities(safe, column="n", style="count", low={"year": 2021}, high={"year": 2024})
    >>> print(publish.sentence("From {low} to {high}.", **said))
    From 3,030 to 4,152.
    """
    said = {}
    for name, how in wanted.items():
        if column is not None:
            arguments: dict[str, Any] = {"column": column, "at": how, "style": style or Format.NUMBER}
        elif isinstance(how, Mapping):
            arguments = {"column": name, "at": at, **how}
        else:
            arguments = {"column": name, "at": at, "style": how}
        quoted = arguments.pop("column")
        said[name] = quantity(safe, quoted, **arguments)
    return said


def point(safe: Any, column: str, words: str) -> tuple[float, str]:
    """Which value should a chart mark, and under which words? The column's one value in a released table."""
    released, _ = admitted(safe)
    value = released.only([column])[column].drop_duplicates()
    if len(value) != 1:
        raise refuse(
            "publish.point",
            column,
            found=f"{len(value)} different values",
            allowed="one",
            do="Pass a table whose rows agree on the value.",
        )
    return float(value.iloc[0]), words


def spans(safe: Any, **words: str) -> tuple[tuple[float, float, str], ...]:
    """Which intervals of a one-row table should a chart draw, and under which words?

    Parameters
    ----------
    safe
        A released table of one row.
    **words
        The beginning of a pair of columns, `conf` for `conf_low` and `conf_high`, to the words beside the interval.

    Returns
    -------
    tuple of (low, high, words)
        In the order given; both ends included.
    """
    released, _ = admitted(safe)
    row = released.row()
    return tuple((float(row[f"{name}_low"]), float(row[f"{name}_high"]), text) for name, text in words.items())
