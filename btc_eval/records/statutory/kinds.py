"""What is this file? Looks at its first bytes and its headings, before anything is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from btc_eval.errors import RefusedError, refuse
from btc_eval.records.statutory.contract import Return
from btc_eval.records.statutory.sources import Source, gather
from btc_eval.records.statutory.tabular import SUFFIXES, tables_in
from btc_eval.records.statutory.xml_returns import kind_of_xml

_NOT_TABLES = "not a table or an XML file"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_ARCHIVE = b"PK\x03\x04"
#: How far into an XML file its telling elements are looked for.
_HEAD = 1 << 16


def is_xml(source: Source) -> bool:
    """Does this file start as XML does, in any encoding?"""
    return source.head(64).replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def what_is(source: Source) -> tuple[Return | None, str]:
    """Of which return is this file? `None` and the reason where it is of none.

    Raises
    ------
    RefusedError
        Where a file claims to be a table or XML and cannot be read as one.
    """
    name = source.file.lower()
    head = source.head(_HEAD)
    if head.startswith(_OLD_WORKBOOK):
        raise _wrong(source, "a workbook in the old .xls format, or one locked with a password", "save it as .xlsx")
    if head.startswith(_ARCHIVE) and not name.endswith((".xlsx", ".xlsm")):
        if name.endswith(SUFFIXES):
            raise _wrong(source, "an archive or a workbook under another name", "give it its own ending, .xlsx or .zip")
        return None, _NOT_TABLES
    if is_xml(source):
        kind = kind_of_xml(head)
        if kind is None and name.endswith(".xml") and source.size <= _HEAD and b"<!DOCTYPE" in head:
            raise _wrong(source, "a document type and no return", "ask whoever sent it for the return itself")
        return kind, "XML, and neither a children in need census nor a looked-after return"
    if name.endswith(".xml"):
        raise _wrong(source, "a file without XML in it", "export the return again")
    if not name.endswith(SUFFIXES):
        return None, _NOT_TABLES
    tables = tables_in(source)
    return (tables[0].kind, "") if tables else (None, "a table that no return has")


def recognise(path: str | Path) -> str | None:
    """Does this path hold a return, and which? Looks no further than the first bytes and headings.

    Parameters
    ----------
    path
        A file, a folder or a zip.

    Returns
    -------
    str or None
        "cin_census", "ssda903", "annex_a", "ssd", "programme_register" or "ward_lookup", the first found; `None` where
        there is none, also where nothing can be read: `read` then says what is wrong.
    """
    kind, _ = _standing(Path(path))
    return kind


def _standing(path: Path) -> tuple[str | None, bool]:
    """Return the first return found behind this path, and whether something there cannot be read at all."""
    try:
        sources, refusals = gather([path])
    except OSError:
        return None, True
    broken = bool(refusals)
    for source in sources:
        try:
            kind, _ = what_is(source)
        except RefusedError:
            broken = True
            continue
        if kind is not None:
            return kind.value, broken
    return None, broken


def split(paths: Sequence[str | Path]) -> tuple[list[Path], list[Path]]:
    """Which of these files are returns, and which are something else (official statistics, notes)?

    A zip goes as a whole. Folders are searched to the bottom; what a return's folder holds beside it (its marker as a
    demonstration) is found from the return itself. A file that cannot be read goes with the returns if there are any,
    so that it is refused and not passed over.
    """
    files: list[Path] = []
    for given in paths:
        path = Path(given)
        files += sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    standing = [_standing(file) for file in files]
    returns = any(kind is not None for kind, _ in standing)
    mine = [kind is not None or (broken and returns) for kind, broken in standing]
    ours = [file for file, own in zip(files, mine) if own]
    return ours, [file for file, own in zip(files, mine) if not own]


def _wrong(source: Source, found: str, do: str) -> RefusedError:
    return refuse(
        source.name,
        "",
        found=found,
        allowed="a CSV file, a workbook saved as .xlsx, or XML",
        do=f"{do[0].upper()}{do[1:]}.",
    )
