"""What was noticed while reading one table of one file: counted, never quoted.

A departure is something that differs from the format and was read all the same. Nothing here holds a value of a
child's record: only columns, counts, months and codes, and a code is shown only where it looks like one.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from btc_eval.records.statutory.codes import CodeList

_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}", re.IGNORECASE)
_CODE = re.compile(r"[A-Za-z]{0,8}\d{0,2}[A-Za-z]{0,2}")
#: A text this short is shown as it stands, whatever the list; a longer one only as far as the list has codes as long.
SHORT_CODE = 3
#: Most different unknown codes named for one column; the rows of the others are still counted.
MOST_CODES = 50


def shown_code(text: str, codes: CodeList | None = None) -> str:
    """How is an unknown code named in a report? As it stands where it can only be a code, else described.

    A cell of a shifted file may hold a name, an identifier, a date or a postcode: those are described by their length.
    What is longer than the codes of the list, or has no figure where they all have one, may be a name.

    Examples
    --------
    >>> from btc_eval.records.statutory.vocabulary import END_REASON, LEGAL_STATUS
    >>> shown_code("Q9"), shown_code("CH41 1AA"), shown_code("12345678"), shown_code("<b>x")
    ('Q9', '(text of 8 characters)', '(number of 8 digits)', '(text of 4 characters)')
    >>> shown_code("99Z", END_REASON), shown_code("SMITH", LEGAL_STATUS), shown_code("JOHN", LEGAL_STATUS)
    ('99Z', '(text of 5 characters)', '(text of 4 characters)')
    """
    bare = text.replace(" ", "")
    if text.isdigit() and len(text) > 2:
        return f"(number of {len(text)} digits)"
    if text.isascii() and _CODE.fullmatch(text) and not _POSTCODE.fullmatch(bare) and _as_long_as(text, codes):
        return text
    return f"(text of {len(text)} characters)"


def _as_long_as(text: str, codes: CodeList | None) -> bool:
    if len(text) <= SHORT_CODE:
        return True
    if codes is None or not text.isupper() or len(text) > max(len(code.code) for code in codes.codes):
        return False
    figures = all(any(letter.isdigit() for letter in code.code) for code in codes.codes)
    return not figures or any(letter.isdigit() for letter in text)


def shown_heading(text: str) -> str:
    """How is a heading or a tag that no table knows named in a report? Printable, at most forty characters."""
    printable = "".join(letter if letter.isprintable() else "·" for letter in text)
    digits = sum(letter.isdigit() for letter in printable)
    if digits > 4:  # a row of data where the headings should be
        return f"(text of {len(text)} characters)"
    return printable if len(printable) <= 40 else f"{printable[:39]}…"


@dataclass
class Notes:
    """The counters of one table of one file.

    Attributes
    ----------
    departures
        (column, what) → rows.
    unknown
        column → code as shown → rows.
    used
        column → code → rows, for the codes whose years matter.
    months
        column → month (12 × year + month − 1) → rows, for the dated columns.
    orders
        column → whether a date is written year first → rows, where the format leaves it open.
    """

    departures: Counter[tuple[str, str]] = field(default_factory=Counter)
    unknown: dict[str, Counter[str]] = field(default_factory=dict)
    used: dict[str, Counter[str]] = field(default_factory=dict)
    months: dict[str, Counter[int]] = field(default_factory=dict)
    orders: dict[str, Counter[bool]] = field(default_factory=dict)

    def depart(self, column: str, what: str, rows: int = 1) -> None:
        """Count rows that differ from the format."""
        if rows:
            self.departures[column, what] += rows

    def met_unknown(self, column: str, text: str, rows: int, codes: CodeList | None = None) -> None:
        """Count rows with a code that the column's list does not know."""
        met = self.unknown.setdefault(column, Counter())
        shown = shown_code(text, codes)
        if shown not in met and len(met) >= MOST_CODES:
            shown = "(other codes)"
        met[shown] += rows

    def met_code(self, column: str, code: str, rows: int) -> None:
        """Count rows with a code that exists only in some collection years."""
        self.used.setdefault(column, Counter())[code] += rows

    def met_months(self, column: str, months: Counter[int]) -> None:
        """Count rows by the month of their date."""
        self.months.setdefault(column, Counter()).update(months)

    def met_order(self, column: str, year_first: bool, rows: int) -> None:
        """Count rows by whether their date is written year first."""
        self.orders.setdefault(column, Counter())[year_first] += rows
