"""Several phrases at once, for a sentence that quotes a row of a table in more than one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from btc_eval.publish.formats import Format
from btc_eval.publish.phrases import Phrase, quantity


def quantities(
    safe: Any, *, at: dict[str, Any] | None = None, **wanted: Format | str | Mapping[str, Any]
) -> dict[str, Phrase]:
    """What do these cells of the table say, in words, by the name each has in the sentence?

    Parameters
    ----------
    safe
        A released table with papers.
    at
        The row, where it is the same for all.
    **wanted
        A place in the sentence for each cell. A style alone quotes the column of that name. A mapping holds arguments
        of `publish.quantity`, with `column` where the column has another name and `at` where the row is another.

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
    >>> said = publish.quantities(safe, low={"column": "n", "at": {"year": 2021}, "style": "count"},
    ...     high={"column": "n", "at": {"year": 2024}, "style": "count"})
    >>> print(publish.sentence("From {low} to {high}.", **said))
    From 3,030 to 4,152.
    """
    said = {}
    for name, how in wanted.items():
        arguments = dict(how) if isinstance(how, Mapping) else {"style": how}
        column = arguments.pop("column", name)
        said[name] = quantity(safe, column, **{"at": at, **arguments})
    return said
