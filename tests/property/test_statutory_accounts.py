"""Whatever is done to a return, every row is accounted for or the file is refused; there is never a traceback."""

from __future__ import annotations

import datetime as dt
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from btc_eval.errors import RefusedError
from btc_eval.records import statutory
from btc_eval.records.statutory import StatutoryRecords
from btc_eval.synthetic.workbook import workbook

DATA = Path(__file__).resolve().parents[1] / "data" / "statutory"
EPISODES = (DATA / "care" / "2022" / "episodes.csv").read_bytes()
HEADER = (DATA / "care" / "2022" / "header.csv").read_bytes()
CENSUS = (DATA / "cin_2023.xml").read_bytes()
CARE_XML = (DATA / "care.xml").read_bytes()

#: What is written over a cell or an element: every kind of oddity met in real files, and some that were not.
ODD = st.sampled_from(
    [
        b"", b" ", b"NULL", b"*DUMMY*", b"31/02/2022", b"2105-01-01", b"1900-01-01", b"C2", b"ZZ9", b'"', b"=1+1",
        b",,,", b"\xc2\xa0", b"\xff\xfe", b"\x00", b"\r", b"\n", b"true", b"1e99", b"-1", b"01/01/22", b"001", b"1",
        b"&amp;", b"<", b"</Child>", b"<Child>", b"\xf0\x9f\x99\x82", b"9" * 30, b"Yes",
        b"CHILD,DECOM", "٣".encode(), b"]]>", b"<!--",
    ]
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, content: bytes) -> bytes:
    """Cut, double, overwrite and sprinkle pieces of a valid return."""
    for _ in range(draw(st.integers(1, 6))):
        first = draw(st.integers(0, len(content)))
        last = min(len(content), first + draw(st.integers(0, 40)))
        how = draw(st.sampled_from(["over", "cut", "double", "truncate"]))
        if how == "over":
            content = content[:first] + draw(ODD | st.binary(max_size=6)) + content[last:]
        elif how == "cut":
            content = content[:first] + content[last:]
        elif how == "double":
            content = content[:last] + content[first:]
        elif draw(st.integers(0, 4)) == 0:
            content = content[:first]
    return content


def outcome(files: dict[str, bytes]) -> StatutoryRecords | None:
    """Read these files; `None` where they were refused, in the four-part form."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in files.items():
            (folder / file).write_bytes(content)
        try:
            return statutory.read(folder)
        except RefusedError as refused:
            if not all(refusal.found and refusal.allowed and refusal.do for refusal in refused.refusals):
                raise ValueError("a refusal lacks one of its four parts") from refused
            return None


def closes(records: StatutoryRecords | None) -> None:
    if records is None:
        return
    used: dict[str, int] = {}
    for line in records.ledger.lines:
        assert line.rows_in == line.rows_used + sum(line.rows_set_aside.values())
        used[line.name] = used.get(line.name, 0) + line.rows_used
        json.dumps(line.as_dict())
    for name, rows in used.items():
        frame = records.table(name)
        assert len(frame) == rows
        assert frame["child_id" if "child_id" in frame else "adopter_id"].notna().all()
    if "looked_after_episodes" in records.tables:
        episodes = records.table("looked_after_episodes")
        assert not episodes.duplicated(["council", "child_id", "started"]).any()
        assert (
            statutory.periods_of_care(records)["episodes"].sum()
            == (~episodes["legal_status"].isin(["short breaks, each episode", "short breaks, agreement"])).sum()
        )
    if "cin_episodes" in records.tables:
        statutory.need_by_year(records)


@settings(max_examples=80, deadline=None)
@given(mutated(EPISODES), mutated(HEADER))
def test_a_mutated_looked_after_set(episodes: bytes, header: bytes) -> None:
    closes(outcome({"episodes.csv": episodes, "header.csv": header}))


@settings(max_examples=80, deadline=None)
@given(mutated(CENSUS))
def test_a_mutated_census(census: bytes) -> None:
    closes(outcome({"cin.xml": census}))


@settings(max_examples=40, deadline=None)
@given(mutated(CARE_XML))
def test_a_mutated_looked_after_return_in_xml(content: bytes) -> None:
    closes(outcome({"care.xml": content}))


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["episodes.csv", "cin.xml", "annex.xlsx", "care.zip", "header.txt"]))
def test_any_bytes_under_any_name(content: bytes, name: str) -> None:
    closes(outcome({name: content}))


LIST: list[list[Any]] = [
    ["List 2: early help", None, None, None, None, None, None, None],
    [
        "Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age of Child (Years)", "Assessment start date",
        "Assessment completion date", "Organisation completing assessment",
    ],
    ["00123", "a) Male", "a) WBRI", dt.date(2012, 2, 1), 12, dt.date(2024, 5, 6), None, "A school"],
    [124, "b) Female", "Refused", "01/02/2013", "11", 45_450, "2024-07-01", "A hub"],
]  # fmt: skip
CARE_ROWS = [line.split(",") for line in EPISODES.decode().splitlines()]

#: What a cell of a workbook may hold instead of what belongs there.
CELL = st.one_of(
    st.none(), st.text(max_size=8), st.integers(-(10**17), 10**17), st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(), st.datetimes(dt.datetime(1900, 1, 2), dt.datetime(2200, 1, 1)), st.times(),
    st.sampled_from(["=1+1", "=NOW()", "#N/A", "CHILD", "Child Unique ID", "00123", "31/02/2024", "1E+20", "\u00a0"]),
)  # fmt: skip


@st.composite
def workbooks(draw: st.DrawFn) -> bytes:
    """Overwrite, double, shift and drop cells and rows of two valid sheets."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in (("List 2", LIST), ("episodes", CARE_ROWS)):
        changed: list[list[object]] = [list(row) for row in rows]
        for _ in range(draw(st.integers(0, 5))):
            row = draw(st.integers(0, len(changed) - 1))
            how = draw(st.sampled_from(["cell", "double", "drop", "shift", "blank"]))
            if how == "cell":
                changed[row][draw(st.integers(0, len(changed[row]) - 1))] = draw(CELL)
            elif how == "double":
                changed.append(list(changed[row]))
            elif how == "drop" and len(changed) > 1:
                del changed[row]
            elif how == "shift":
                changed[row].insert(0, draw(CELL))
            else:
                changed.insert(row, [None])
        page = book.create_sheet(name)
        for row_number, cells in enumerate(changed, start=1):
            for column, value in enumerate(cells, start=1):
                legal = "".join(c for c in value if c.isprintable()) if isinstance(value, str) else value
                page.cell(row_number, column, legal)  # type: ignore[arg-type]
    book.save(out)
    return out.getvalue()


@settings(max_examples=30, deadline=None)
@given(workbooks())
def test_a_mutated_workbook(content: bytes) -> None:
    closes(outcome({"annex.xlsx": content}))


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("2022/episodes.csv", EPISODES), ("2022/header.csv", HEADER), ("cin.xml", CENSUS)):
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


ZIP = zipped()
#: Written by the demonstration's own writer, which asks no clock: the same bytes in every run.
BOOK = workbook({"List 2": LIST[1:]}, title="made up", creator="nobody", stamp="2025-07-31T12:00:00Z")


@settings(max_examples=40, deadline=None)
@given(mutated(ZIP), mutated(BOOK))
def test_damaged_bytes_of_zips_and_workbooks(archive: bytes, book: bytes) -> None:
    closes(outcome({"returns.zip": archive}))
    closes(outcome({"annex.xlsx": book}))


_DAYS = st.dates(min_value=pd.Timestamp("2019-04-01").date(), max_value=pd.Timestamp("2022-03-31").date())


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 4), _DAYS, st.integers(0, 400) | st.none(), st.sampled_from("SLPB"), st.booleans()),
        min_size=1,
        max_size=25,
    ),
    st.randoms(use_true_random=False),
)
def test_stacking_does_not_depend_on_order(
    rows: list[tuple[int, object, int | None, str, bool]], mixer: object
) -> None:
    """Returns of three years made from drawn episodes: shuffled rows and renamed files give the same episodes."""
    headings = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC"
    years: dict[int, dict[tuple[int, object], str]] = {2020: {}, 2021: {}, 2022: {}}
    for child, start, length, rne, again in rows:
        began = pd.Timestamp(str(start))
        ended = None if length is None else began + pd.Timedelta(days=length)
        for year, lines in years.items():
            if began <= pd.Timestamp(year, 3, 31) and (again or began > pd.Timestamp(year - 1, 3, 31)):
                shown = "" if ended is None or ended > pd.Timestamp(year, 3, 31) else f"{ended:%d/%m/%Y}"
                lines[child, start] = f"{child},{began:%d/%m/%Y},{rne},C2,N1,U6,PR1,{shown},{'X1' if shown else ''}"

    def read(shuffled: bool) -> pd.DataFrame:
        files = {}
        for year, lines in years.items():
            body = list(lines.values())
            if shuffled:
                mixer.shuffle(body)  # type: ignore[attr-defined]
            body = [f"{line},{year}" for line in body]
            files[f"{'z' if shuffled else 'a'}{2030 - year if shuffled else year}-episodes.csv"] = "\n".join(
                [headings + ",YEAR", *body]
            ).encode()
        records = outcome(files)
        assert records is not None
        closes(records)
        return records.table("looked_after_episodes").sort_values(["child_id", "started"], ignore_index=True)

    pd.testing.assert_frame_equal(read(False), read(True))
