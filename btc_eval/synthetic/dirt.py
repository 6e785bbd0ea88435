"""Which faults of real files are planted, and where? Each with a line in the key, so that a reader can be held to it.

Faults are put into finished files, as they would be by the systems and spreadsheets that real files pass through. Row
numbers in the key count from the first row below the header (or, in XML, from the first child).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping

import numpy as np

from btc_eval.synthetic import dirt_annex_a
from btc_eval.synthetic.dirt_faults import Fault, Files, Generator
from btc_eval.synthetic.quotas import draw

_NBSP, _BOM = "\u00a0", b"\xef\xbb\xbf"


def plant(files: Mapping[str, bytes], years: list[int], rng: Generator) -> tuple[Files, tuple[Fault, ...]]:
    """Which faults are planted in this extract?

    Parameters
    ----------
    files
        Path → contents of the clean extract.
    years
        Its collection years; faults are dealt over them in turn.

    Returns
    -------
    tuple
        The files with their faults, and the key.
    """
    dirty, key = dict(files), []
    for number, (path, plant_one) in enumerate(_PLAN):
        name = path.format(year=years[number % len(years)], before=years[max(number % len(years) - 1, 0)])
        if name in dirty:
            content, faults = plant_one(dirty[name], name, dirty, rng)
            dirty[name] = content
            key += faults
    return dirty, tuple(key)


Planter = Callable[[bytes, str, Files, Generator], tuple[bytes, list[Fault]]]


class _Sheet:
    """A CSV file opened for damage: a header, and rows of cells. No cell of these files holds a comma or a quote."""

    def __init__(self, content: bytes) -> None:
        first, *rest = content.decode("utf-8").split("\r\n")
        self.header = first.split(",")
        self.rows = [line.split(",") for line in rest if line]

    def some(self, number: int, rng: Generator, column: str = "", able: str = ".+") -> list[int]:
        """Choose rows, of those where the column is filled, and as it must be."""
        place = self.header.index(column) if column else -1
        weights = np.array([1.0 if not column or re.fullmatch(able, row[place]) else 0.0 for row in self.rows])
        return sorted(draw(weights, min(number, len(self.rows) // 3), rng).tolist())

    def content(self) -> bytes:
        """Write the file again."""
        return "\r\n".join([",".join(self.header), *(",".join(row) for row in self.rows), ""]).encode("utf-8")


def _cells(column: str, number: int, kind: str, what: str, change: Callable[[str], str], able: str = ".+") -> Planter:
    """Change some cells of one column of a CSV file, of those that are written as `able` says."""

    def plant_one(content: bytes, file: str, files: Files, rng: Generator) -> tuple[bytes, list[Fault]]:
        del files
        sheet = _Sheet(content)
        place = sheet.header.index(column)
        chosen = sheet.some(number, rng, column, able)
        for row in chosen:
            sheet.rows[row][place] = change(sheet.rows[row][place])
        return sheet.content(), [Fault(file, column, kind, what, len(chosen), tuple(row + 1 for row in chosen))]

    return plant_one


def _heading(column: str, spelt: str, what: str) -> Planter:
    def plant_one(content: bytes, file: str, files: Files, rng: Generator) -> tuple[bytes, list[Fault]]:
        del files, rng
        sheet = _Sheet(content)
        sheet.header[sheet.header.index(column)] = spelt
        return sheet.content(), [Fault(file, column, "heading", what, 0)]

    return plant_one


def _bom(content: bytes, file: str, files: Files, rng: Generator) -> tuple[bytes, list[Fault]]:
    del files, rng
    return _BOM + content, [Fault(file, "", "byte-order mark", "the file begins with a byte-order mark", 0)]


def _repeats(content: bytes, file: str, files: Files, rng: Generator) -> tuple[bytes, list[Fault]]:
    del files
    sheet = _Sheet(content)
    chosen = sheet.some(25, rng)
    first = len(sheet.rows) + 1
    sheet.rows += [list(sheet.rows[row]) for row in chosen]
    at = tuple(range(first, first + len(chosen)))
    return sheet.content(), [Fault(file, "", "duplicate", "rows that repeat an earlier row", len(chosen), at)]


def _last_years_rows(content: bytes, file: str, files: Files, rng: Generator) -> tuple[bytes, list[Fault]]:
    """Append rows of the return before, as when a year is exported with too wide a window."""
    year = re.search(r"20\d\d", file)
    before = file.replace(year.group(), str(int(year.group()) - 1)) if year else file
    if before not in files or before == file:
        return content, []
    sheet, older = _Sheet(content), _Sheet(files[before])
    chosen = older.some(30, rng)
    first = len(sheet.rows) + 1
    sheet.rows += [older.rows[row] for row in chosen]
    what = "rows that belong to the return of the year before"
    return sheet.content(), [
        Fault(file, "", "overlapping years", what, len(chosen), tuple(range(first, first + len(chosen))))
    ]


def _template(content: bytes, file: str, files: Files, rng: Generator) -> tuple[bytes, list[Fault]]:
    """Leave rows of a template at the end: a family that is none."""
    del files, rng
    sheet = _Sheet(content)
    at = (len(sheet.rows) + 1, len(sheet.rows) + 2)
    sheet.rows += [["*dummy*", *[""] * (len(sheet.header) - 1)] for _ in at]
    return sheet.content(), [
        Fault(file, "", "placeholder row", "rows of the template, with a family that is none", 2, at)
    ]


def _one_byte(content: bytes, file: str, files: Files, rng: Generator) -> tuple[bytes, list[Fault]]:
    del files, rng
    rows = len(_Sheet(content).rows)
    return b"\n", [Fault(file, "", "one byte", f"the file is one byte long; its {rows} rows are lost", 0)]


def _two_digits(date: str) -> str:
    return date[:6] + date[8:]


def _iso(date: str) -> str:
    return f"{date[6:]}-{date[3:5]}-{date[:2]}"


def _nought(identifier: str) -> str:
    return "0" + identifier


def _day_first(date: str) -> str:
    return f"{date[8:]}/{date[5:7]}/{date[:4]}"


def _day_number(date: str) -> str:
    return str((dt.date.fromisoformat(date) - dt.date(1899, 12, 30)).days)


def _spaced(words: str) -> str:
    return words + "  "


def _no_break(identifier: str) -> str:
    return identifier + _NBSP


def _short_year(date: str) -> str:
    return _two_digits(_day_first(date))


def _nowhere(_: str) -> str:
    return "ZX99 9ZZ"


def _checked(match: re.Match[str]) -> str:
    return match.group() + " checked "


def _vendor(_: re.Match[str]) -> str:
    return "AssessmentFactor"


def _truth(match: re.Match[str]) -> str:
    return "<ReferralNFA>" + ("true" if match.group(1) == "1" else "false")


def _no_day(_: re.Match[str]) -> str:
    return "2019-02-30"


def _inside(element: str) -> str:
    return f"(?<=<{element}>)[^<]+"


def _xml(
    pattern: str, number: int, column: str, kind: str, what: str, change: Callable[[re.Match[str]], str]
) -> Planter:
    """Change some matches in a census file, at most one a child."""

    def plant_one(content: bytes, file: str, files: Files, rng: Generator) -> tuple[bytes, list[Fault]]:
        del files
        text = content.decode("utf-8").split("<Child>")
        able = np.array([1.0 if re.search(pattern, part) else 0.0 for part in text])
        able[0] = 0.0
        wanted = int(able.sum()) if number < 0 else number
        single = number >= 0 and column != "AssessmentFactors"
        chosen = sorted(draw(able, min(wanted, int(able.sum())), rng).tolist())
        for part in chosen:
            text[part] = re.sub(pattern, change, text[part], count=1 if single else 0)
        return "<Child>".join(text).encode("utf-8"), [
            Fault(file, column, kind, what, len(chosen), tuple(chosen[:1000]))
        ]

    return plant_one


def _child_twice(content: bytes, file: str, files: Files, rng: Generator) -> tuple[bytes, list[Fault]]:
    del files
    start, *children = content.decode("utf-8").split("<Child>")
    *others, last = children
    chosen = sorted(draw(np.ones(len(others)), 10, rng).tolist())
    body = "".join("<Child>" + child for child in [*others, *(others[one] for one in chosen)])
    what = "children whose whole block is there twice"
    at = tuple(range(len(others) + 1, len(others) + 1 + len(chosen)))
    return (start + body + "<Child>" + last).encode("utf-8"), [Fault(file, "Child", "duplicate", what, len(chosen), at)]


_EPISODES = "ssda903/{year}/episodes.csv"
_CENSUS = "cin/CIN_{year}.xml"
_REGISTER, _ISO = "programme_register.csv", r"\d{4}-\d\d-\d\d"

#: File, with the year dealt in turn, and what is done to it. Whole-file faults come last: they hide the headings.
_PLAN: tuple[tuple[str, Planter], ...] = (
    (_EPISODES, _cells("DECOM", 40, "mixed dates", "dates with a year of two digits", _two_digits)),
    (_EPISODES, _cells("DECOM", 40, "mixed dates", "dates written year first", _iso)),
    ("ssda903/{year}/header.csv", _cells("CHILD", 10, "identifier", "a nought before the identifier", _nought)),
    (_EPISODES, _cells("LS", 12, "unknown code", "a legal status that is on no list", lambda _: "Z9")),
    (_EPISODES, _cells("PLACE", 8, "unknown code", "a placement that is on no list", lambda _: "Q7")),
    (_EPISODES, _cells("DECOM", 6, "bad date", "a day that does not exist", lambda _: "31/02/2019")),
    (_EPISODES, _cells("DEC", 3, "bad date", "a day eighty years off", lambda _: "01/01/2105")),
    ("ssda903/{year}/missing.csv", _cells("MIS_END", 15, "placeholder", "NULL for a missing date", lambda _: "NULL")),
    ("ssda903/{year}/reviews.csv", _last_years_rows),
    ("ssda903/{year}/reviews.csv", _cells("CHILD", 20, "spaces", "a no-break space after the identifier", _no_break)),
    (_EPISODES, _repeats),
    (_CENSUS, _xml("</UPN(?:unknown)?>", 20, "UPN", "stray text", "text between two elements", _checked)),
    (
        _CENSUS,
        _xml("(?<=[</])AssessmentFactors(?=>)", 200, "AssessmentFactors", "vendor tag", "a vendor's name", _vendor),
    ),
    (_CENSUS, _xml("<ReferralNFA>([01])", -1, "ReferralNFA", "flag", "true and false for 1 and 0", _truth)),
    (
        _CENSUS,
        _xml(_inside("ReferralSource"), 15, "ReferralSource", "unknown code", "a source on no list", lambda _: "99"),
    ),
    (_CENSUS, _xml(_inside("CINclosureDate"), 5, "CINclosureDate", "bad date", "a day that does not exist", _no_day)),
    (_CENSUS, _child_twice),
    ("ssd_address.csv", _cells("addr_address_postcode", 12, "unknown postcode", "a postcode not looked up", _nowhere)),
    ("ssd_family.csv", _repeats),
    (_REGISTER, _cells("start", 10, "mixed dates", "dates with the day first", _day_first)),
    (_REGISTER, _cells("start", 6, "two digits", "dates with a year of two digits", _short_year, _ISO)),
    (_REGISTER, _cells("start", 6, "day number", "a day number for a date", _day_number, _ISO)),
    (_REGISTER, _cells("end", 6, "placeholder", "NULL for a missing date", lambda _: "NULL", _ISO)),
    (_REGISTER, _cells("end", 4, "bad date", "a day that does not exist", lambda _: "2022-02-30", _ISO)),
    (_REGISTER, _cells("id", 8, "spaces", "a no-break space after the identifier", _no_break)),
    (_REGISTER, _cells("project", 12, "spaces", "spaces after the words", _spaced)),
    (_REGISTER, _cells("id_kind", 5, "unknown code", "a kind of identifier on no list", lambda _: "X9")),
    (_REGISTER, _repeats),
    (_REGISTER, _template),
    (_REGISTER, _heading("project", "Project ", "a heading in other letters, with a space after it")),
    (_REGISTER, _bom),
    ("annex_a.xlsx", dirt_annex_a.spoil),
    (_EPISODES, _heading("DECOM", "DECOM" + _NBSP, "a no-break space after the heading")),
    (_EPISODES, _heading("LS", "LS ", "a space after the heading")),
    ("ssda903/{year}/header.csv", _bom),
    ("ssda903/{year}/uasc.csv", _one_byte),
)
