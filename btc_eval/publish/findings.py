"""What was found? One record: a plain sentence, the number behind it, how it was made and what it passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Check, Papers, Provenance
from btc_eval.publish import emit
from btc_eval.publish.door import admitted, identified, worded
from btc_eval.publish.phrases import Phrase, marked
from btc_eval.publish.sources import vintages

# Enough to recompute to, few enough that two machines write the same text.
_SIGNIFICANT = 10


@dataclass(frozen=True)
class Finding(emit.Quiet):
    """One finding, with the fields of `findings.json` in their order.

    Parameters
    ----------
    id, chapter
        What it is called, and the page it stands on (filled in by the builder).
    sentence
        What was found, in plain words.
    estimand, estimate, conf_low, conf_high, conf_level, unit, method
        What was estimated, its value with both ends of the interval included, the interval's coverage, the unit, and
        the method in words. The numbers are None where the finding is not numeric.
    n
        How many observations stand behind it.
    window_start, window_end
        First and last period, both included, as ISO text.
    provenance, sources
        The kind of data, and entries of `data/catalogue.toml`.
    checks
        Each check by name with its verdict in words.
    bears_on
        Ids of the claims or commitments it speaks to.
    vintages
        For each published table among the sources, the releases of it that were used.
    """

    id: str
    chapter: str
    sentence: str
    estimand: str
    estimate: float | None
    conf_low: float | None
    conf_high: float | None
    conf_level: float | None
    unit: str
    method: str
    n: int | None
    window_start: str
    window_end: str
    provenance: Provenance
    sources: tuple[str, ...]
    checks: tuple[dict[str, str], ...]
    bears_on: tuple[str, ...]
    vintages: dict[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        ends = (self.conf_low, self.conf_high)
        if self.estimate is None and any(end is not None for end in ends):
            raise refuse(
                f"finding {self.id}",
                "interval",
                found="an interval without an estimate",
                allowed="an estimate with its interval, or neither",
                do="Name the estimate's column first in `columns`.",
            )
        if self.conf_low is not None and self.conf_high is not None and self.conf_low > self.conf_high:
            raise refuse(
                f"finding {self.id}",
                "interval",
                found="a lower end above the upper end",
                allowed="conf_low <= conf_high",
                do="Name the columns as (estimate, lower end, upper end).",
            )

    def as_dict(self) -> dict[str, Any]:
        """Return the finding in the shape of `findings.json`."""
        record = asdict(self)
        record.update(
            provenance=self.provenance.value,
            sources=list(self.sources),
            vintages={name: list(releases) for name, releases in self.vintages.items()},
            checks=[dict(check) for check in self.checks],
            bears_on=list(self.bears_on),
        )
        return record

    def on(self, chapter: str) -> Finding:
        """Return the finding with its page filled in."""
        return replace(self, chapter=chapter)


def finding(
    safe: Any,
    *,
    id: str,
    sentence: Phrase,
    estimand: str,
    unit: str = "",
    method: str = "",
    n: int | None = None,
    at: dict[str, Any] | None = None,
    columns: tuple[str | None, ...] | None = ("estimate", "conf_low", "conf_high"),
    conf_level: float | None = 0.95,
    checks: Sequence[Check] = (),
    bears_on: Sequence[str] = (),
    papers: Papers | None = None,
) -> Finding:
    """What was found? Record it, and let prose paste its sentence under the finding's id.

    Parameters
    ----------
    safe
        The released table with the number, or None for a finding that is not numeric (give its papers).
    id
        Its name for ever, also the key of {glue:text}`id`.
    sentence
        The finding in plain words, made by `publish.sentence`.
    estimand, unit, method, n
        What was estimated, in which unit, how, and from how many observations.
    at
        The row of `safe`.
    columns
        Columns of the estimate and the ends of its interval; fewer, or None in a place, where there is no interval.
    conf_level
        Coverage of the interval, as a share.
    checks
        What it passed or failed. A check that did not run says "not checked".
    bears_on
        Ids of claims and commitments.
    papers
        For a finding without a table: where the statement comes from.

    Raises
    ------
    RefusedError
        For a table that is not released, a sentence that is not a Phrase or rests on weaker data than the table,
        or a row that is not exactly one.

    Examples
    --------
    >>> import pandas as pd
    >>> from btc_eval import disclosure, publish
    >>> from btc_eval.estimates import Papers, Provenance
    >>> rates = pd.DataFrame({"year": [2023], "rate": [117.46]})
    >>> papers = Papers(Provenance.OFFICIAL, ("cla-2023",), "2023", "2023")
    >>> safe = disclosure.control(rates, "official", keys=["year"], papers=papers)
    >>> rate = publish.quantity(safe, "rate", at={"year": 2023}, style="rate", unit="per 10,000")
    >>> told = publish.sentence("In 2023 the rate was {rate}.", rate=rate)
    >>> found = publish.finding(safe, id="cla", sentence=told, estimand="Rate", at={"year": 2023}, columns=("rate",))
    >>> found.estimate, found.conf_low, found.provenance.value
    (117.46, None, 'official')
    """
    identified(id, "finding")
    if not isinstance(sentence, Phrase):
        raise refuse(
            f"finding {id}",
            "sentence",
            found=f"a {type(sentence).__name__}",
            allowed="a Phrase",
            do="Make it with publish.sentence from phrases of publish.quantity.",
        )
    told_from = _papers(safe, sentence, papers, id)
    values = _numbers(safe, at, columns, id)
    about = Finding(
        id=id,
        chapter="",
        sentence=marked(Phrase(worded(sentence, f"finding {id}, sentence"), told_from)),
        estimand=worded(estimand, f"finding {id}, estimand"),
        estimate=values[0],
        conf_low=values[1],
        conf_high=values[2],
        conf_level=conf_level if values[1] is not None or values[2] is not None else None,
        unit=unit,
        method=method,
        n=None if n is None else int(n),
        window_start=told_from.window_start,
        window_end=told_from.window_end,
        provenance=told_from.provenance,
        sources=told_from.sources,
        checks=tuple({"name": check.name, "verdict": check.verdict.value} for check in checks),
        bears_on=tuple(bears_on),
        vintages=vintages(told_from),
    )
    record = {"kind": "finding", "id": id, "provenance": told_from.provenance.value, "finding": about.as_dict()}
    emit.record(id, about.sentence, {**record, "quotes": [one._asdict() for one in sentence.quotes]})
    return about


def _papers(safe: Any, sentence: Phrase, papers: Papers | None, id: str) -> Papers:
    """Where does the finding come from? The table's papers joined with those of every phrase in the sentence."""
    known = [admitted(safe)[1]] if safe is not None else []
    known += [given for given in (papers, sentence.papers) if given is not None]
    if not known:
        raise refuse(
            f"finding {id}",
            "papers",
            found="no table and no papers",
            allowed="a released table, or the papers of the statement",
            do="Pass papers=… with the documents it was read from.",
        )
    joined = known[0]
    for other in known[1:]:
        joined = joined.joined(other)
    return joined


def _numbers(
    safe: Any, at: dict[str, Any] | None, columns: tuple[str | None, ...] | None, id: str
) -> tuple[float | None, float | None, float | None]:
    if safe is None or not columns:
        return (None, None, None)
    table, _ = admitted(safe)
    row = table.row(**(at or {}))
    table.only([column for column in columns if column is not None])
    values: list[float | None] = []
    for column in (*columns, None, None)[:3]:
        value = None if column is None else row[column]
        if column == columns[0] and pd.isna(value):
            raise refuse(
                f"finding {id}",
                f"column {column}",
                found="an empty cell",
                allowed="a value",
                do="Pass columns=None for a finding that is not numeric.",
            )
        values.append(None if value is None or pd.isna(value) else float(f"{float(value):.{_SIGNIFICANT}g}"))
    return (values[0], values[1], values[2])
