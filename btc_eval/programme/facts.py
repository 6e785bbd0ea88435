"""Records of one kind together: looked up, chosen, counted, and laid out as a table with its papers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Generic, TypeVar, get_type_hints

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Papers, Provenance
from btc_eval.programme.options import Seen
from btc_eval.programme.schema import Document, Record, Sourced

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Facts(Generic[R]):
    """The records of one file, or some of them, in the order of the file.

    Parameters
    ----------
    name
        The file's name, such as "hubs".
    kind
        The class of the records, also where there are none.
    records
        The records.
    documents
        Every document, by id, for the words of a source.
    """

    name: str
    kind: type[R]
    records: tuple[R, ...]
    documents: Mapping[str, Document]

    def __iter__(self) -> Iterator[R]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, record_id: str) -> R:
        for record in self.records:
            if record.id == record_id:
                return record
        raise refuse(
            f"programme.{self.name}",
            "id",
            found=f"the id {record_id!r}",
            allowed=", ".join(record.id for record in self.records) or "none: there are no such records",
            do="Use one of these.",
        )

    @property
    def papers(self) -> Papers:
        """Provenance and sources: the published documents that these records come from."""
        cited: set[str] = set()
        for record in self.records:
            if isinstance(record, Sourced):
                cited |= {record.document, *record.also}
            else:
                cited.add(record.id)
        return Papers(provenance=Provenance.OFFICIAL, sources=tuple(sorted(cited)))

    def where(self, **wanted: object) -> Facts[R]:
        """Which records have these values?

        A list field matches where it holds the value; a tuple of values matches any of them. Columns that exist
        only in the table, such as `said`, may be named too.

        Raises
        ------
        RefusedError
            Where there is no such field.

        Examples
        --------
        >>> from btc_eval import programme
        >>> len(programme.hubs().where(locality="East Wirral"))
        5
        """
        chosen = [record for record in self.records if all(self._has(record, k, v) for k, v in wanted.items())]
        return Facts(self.name, self.kind, tuple(chosen), self.documents)

    def _has(self, record: R, key: str, wanted: object) -> bool:
        value = self._value(record, key)
        options = wanted if isinstance(wanted, tuple) else (wanted,)
        return any(option in value if isinstance(value, tuple) else option == value for option in options)

    def _value(self, record: R, key: str) -> object:
        names = {item.name for item in fields(record)}
        words = record.words()
        if key not in names and key not in words:
            raise refuse(
                f"programme.{self.name}",
                key,
                found="no such field",
                allowed=", ".join(sorted(names | set(words))),
                do="Name one of these.",
            )
        value: object = getattr(record, key) if key in names else words[key]
        return value

    def frame(self) -> pd.DataFrame:
        """What do these records say, as a tidy table with no empty cell?

        Returns
        -------
        pandas.DataFrame
            One row a record. Lists are joined with "; "; true and false are "yes" and "no"; an absence is in words,
            such as "no owner named". `source` gives document and paragraph as a reader would cite them, and `beside`
            the other papers that bear on the record and were seen. Events have `start` and `end` as dates, both
            included.
        """
        rows = [self._row(record) for record in self.records]
        if rows:
            return pd.DataFrame(rows)
        return pd.DataFrame({item.name: pd.Series(dtype="str") for item in fields(self.kind)})

    def _row(self, record: R) -> dict[str, object]:
        row: dict[str, object] = {}
        for item in fields(record):
            row[item.name] = _show(getattr(record, item.name), str(item.metadata.get("blank", "")))
        row.update(record.words())
        if isinstance(record, Sourced):
            row["source"] = f"{self.documents[record.document].short}, {record.paragraph}"
            beside = [self.documents[name] for name in record.also]
            row["beside"] = "; ".join(paper.short for paper in beside if paper.seen is not Seen.NOT_SEEN) or "none"
        return row

    def count(self, column: str) -> pd.DataFrame:
        """How many records have each value of this column?

        Returns
        -------
        pandas.DataFrame
            Columns: the one named, and `n`. Every allowed word has a row, also where none has it; the last row is
            "all". A list field counts a record once for each of its values, so its rows can add to more than "all".
        """
        values = [self._value(record, column) for record in self.records]
        found = [item for value in values for item in (value if isinstance(value, tuple) else (value,))]
        hint = get_type_hints(self.kind).get(column)
        options: list[Any] = list(hint) if isinstance(hint, type) and issubclass(hint, StrEnum) else []
        order = [_show(item, "") for item in options or dict.fromkeys(found)]
        shown = [_show(item, "") for item in found]
        counts = [(word, shown.count(word)) for word in order]
        return pd.DataFrame([*counts, ("all", len(self.records))], columns=[column, "n"])


def _show(value: object, blank: str) -> object:
    """Return a value as a cell shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(str(item) for item in value) or blank or "none"
    if isinstance(value, StrEnum):
        return value.value
    return (value or blank) if isinstance(value, str) else value
