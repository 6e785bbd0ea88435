"""The council's own returns, read: tables in English, with their ledger and their papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from btc_eval.errors import refuse
from btc_eval.estimates import Papers, Provenance
from btc_eval.records.statutory.contract import Return, Sort, Table
from btc_eval.records.statutory.ledger import Ledger
from btc_eval.records.statutory.vocabulary import TABLES
from btc_eval.records.statutory.warehouse import PrivateFolder


@dataclass(frozen=True)
class StatutoryRecords:
    """Stacked returns of one council.

    Parameters
    ----------
    ledger
        Where every row went.

    Notes
    -----
    Tables lie in memory as Arrow, or in Parquet files in a private folder that is removed with this object. Ask for
    one with `table`; each call gives a frame of its own.
    """

    ledger: Ledger
    _tables: Mapping[str, Any] = field(repr=False)
    _demonstration: Mapping[Return, bool] = field(repr=False)
    _folder: PrivateFolder | None = field(default=None, repr=False, compare=False)

    @property
    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables that hold rows."""
        return tuple(name for name in TABLES if name in self._tables)

    @property
    def provenance(self) -> Provenance:
        """Return the weakest provenance of the returns read: one demonstration makes the whole one."""
        return Provenance.DEMONSTRATION if any(self._demonstration.values()) else Provenance.STATUTORY

    def is_demonstration(self, kind: Return) -> bool:
        """Return whether this return is a demonstration extract."""
        return self._demonstration.get(kind, False)

    def spec(self, name: str) -> Table:
        """Which columns should this table have?

        Raises
        ------
        RefusedError
            Where no return has such a table.
        """
        if name not in TABLES:
            raise refuse(
                "the records", name[:60], found="no such table", allowed=", ".join(TABLES), do="Name one of these."
            )
        return TABLES[name]

    def table(self, name: str, *, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """What do the returns say in this table?

        Parameters
        ----------
        name
            English name, such as "cin_episodes".
        columns
            Only these, which costs less where the table is large; all by default.

        Returns
        -------
        pd.DataFrame
            The table's columns, `council` and `return_year` (collection year ending 31 March): days as `datetime64`,
            codes as a category of English words, yes and no as `boolean`, numbers as floats, the rest as text. One
            row a key. Empty where no return held the table.
        """
        spec = self.spec(name)
        held = self._tables.get(name)
        if held is None:
            frame = _empty(spec)
            return frame if columns is None else frame[list(columns)]
        chosen = None if columns is None else list(columns)
        if isinstance(held, Path):
            return to_frame(spec, pq.read_table(held, columns=chosen))
        return to_frame(spec, held if chosen is None else held.select(chosen))

    def years(self, name: str) -> tuple[int, ...]:
        """Which collection years does this table cover?"""
        return self.ledger.years(name)

    def papers(self, *names: str) -> Papers:
        """What must a result made from these tables carry? With no name, from all of them."""
        chosen = names or self.tables
        kinds = {self.spec(name).kind for name in chosen}
        demonstration = any(self._demonstration.get(kind, False) for kind in kinds)
        years = sorted({year for name in chosen for year in self.years(name)})
        return Papers(
            provenance=Provenance.DEMONSTRATION if demonstration else Provenance.STATUTORY,
            sources=tuple(sorted(kind.words for kind in kinds)),
            window_start=str(years[0]) if years else "",
            window_end=str(years[-1]) if years else "",
        )

    def save(self, folder: Path) -> dict[str, Path]:
        """Write every table as a Parquet file, for a database to query; returns name → file.

        The files hold children's records: keep them where the returns are kept.
        """
        folder.mkdir(parents=True, exist_ok=True)
        written = {}
        for name, held in self._tables.items():
            target = folder / f"{name}.parquet"
            if isinstance(held, Path):
                target.write_bytes(held.read_bytes())
            else:
                pq.write_table(held, target, compression="zstd")
            written[name] = target
        return written

    def with_ledger(self, ledger: Ledger) -> StatutoryRecords:
        """Return the same tables with a fuller ledger."""
        return replace(self, ledger=ledger)


def to_frame(spec: Table, rows: Any) -> pd.DataFrame:
    """Turn an arrow table into a frame: see `StatutoryRecords.table` for the types."""
    columns = {}
    for name in rows.column_names:
        cells = rows[name]
        column = spec.by_name.get(name)
        if pa.types.is_date32(cells.type):
            columns[name] = cells.cast(pa.timestamp("s")).to_pandas()
        elif pa.types.is_boolean(cells.type):
            columns[name] = pd.Series(cells.to_pandas().to_numpy(dtype=object, na_value=pd.NA), dtype="boolean")
        elif column is not None and column.codes is not None:
            columns[name] = cells.to_pandas().astype(pd.CategoricalDtype(list(column.codes.words_in_order)))
        elif pa.types.is_floating(cells.type) or pa.types.is_integer(cells.type):
            columns[name] = cells.to_pandas()
        else:
            columns[name] = cells.cast(pa.string()).to_pandas().astype("str")
    return pd.DataFrame(columns)


def _empty(spec: Table) -> pd.DataFrame:
    kinds: dict[Sort, Any] = {Sort.DATE: "datetime64[s]", Sort.FLAG: "boolean", Sort.NUMBER: "float64"}
    columns = {
        column.name: pd.Series(
            dtype=pd.CategoricalDtype(list(column.codes.words_in_order))
            if column.codes is not None
            else kinds.get(column.sort, "str")
        )
        for column in spec.columns
    }
    frame = pd.DataFrame(columns)
    frame["council"] = pd.Series(dtype="str")
    frame["return_year"] = pd.Series(dtype="int64")
    if spec.name == "looked_after_episodes":
        frame["end_rule"] = pd.Series(dtype="str")
    return frame
