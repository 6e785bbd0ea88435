"""Where everything lies: the project, its pages in reading order, the data, the work folder and the site."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import btc_eval
from btc_eval.errors import Refusal, RefusedError, UsageError, refuse
from btc_eval.locations import data_folder, project_folder

#: The part of a page's path that the site does not show: `book/index` is published as `index.html`.
BOOK = "book"

#: The whole report in one file, and all its tables in one, at the top of the site.
REPORT_PDF, REPORT_TABLES = "report.pdf", "report.xlsx"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the book.

    Parameters
    ----------
    name
        Its address in the site without a suffix, such as "outcomes/demand".
    source
        The MyST file it is written in.
    """

    name: str
    source: Path

    @property
    def label(self) -> str:
        """Return the file as a person names it, such as "book/outcomes/demand.md"."""
        return f"{BOOK}/{self.name}.md"

    @property
    def root(self) -> str:
        """Return the way from this page to the top of the site: "./" or "../" once for each folder."""
        return "../" * self.name.count("/") or "./"


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one build; every path is absolute.

    Parameters
    ----------
    root
        The clone.
    data
        The data folder in use.
    out
        Where the site goes; replaced whole.
    work
        Caches and half-made things; may be deleted at any time.
    library
        The folder of the library that chapters run with: the one that is running, or that of a frozen edition.
    previous
        The edition before this one, with which it is compared; `None` where there is none.
    """

    root: Path
    data: Path
    out: Path
    work: Path
    library: Path = field(default_factory=lambda: Path(btc_eval.__file__).resolve().parent)
    previous: Path | None = None

    @property
    def book(self) -> Path:
        """Return the folder the chapters are written in."""
        return self.root / BOOK

    @property
    def toc(self) -> Path:
        """Return the table of contents."""
        return self.root / "_toc.yml"

    @property
    def config(self) -> Path:
        """Return the book's settings."""
        return self.root / "_config.yml"

    @property
    def lock(self) -> Path:
        """Return the file that pins every package."""
        return self.root / "requirements.lock"


def layout(*, data: Path | None = None, out: Path | None = None) -> Layout:
    """In which folders does this build read and write?

    Parameters
    ----------
    data
        The data folder; `None` for `data/` of the project.
    out
        The folder of the site; `None` for `_build/site` of the project.

    Raises
    ------
    UsageError
        Where the data folder holds no catalogue, or the site would overwrite something that is not a site.
    """
    root = project_folder()
    data = (data or data_folder()).resolve()
    if not (data / "catalogue.toml").is_file():
        raise UsageError(
            f"--data: found no catalogue.toml in {data}; allowed: a data folder of this project. "
            "Name the folder that holds catalogue.toml, or leave --data out."
        )
    out = (out or root / "_build" / "site").resolve()
    _refuse_precious(out, root, data)
    return Layout(root=root, data=data, out=out, work=root / "_build" / "work")


def _refuse_precious(out: Path, root: Path, data: Path) -> None:
    """Refuse to replace a folder that is not a site: the old one is deleted once the new one is in place."""
    if out.exists() and not out.is_dir():
        found = "a file"
    elif any(out == place or out in place.parents for place in (root, data, root / BOOK, root / "_build" / "work")):
        found = "a folder that holds the project or its data"
    elif any(out.is_relative_to(place) for place in (data, root / BOOK, root / "_build" / "work")):
        found = "a folder inside the book, the data or the builder's own"
    elif out.is_dir() and any(out.iterdir()) and not (out / "edition.json").is_file():
        found = "a folder with other files in it"
    else:
        return
    raise UsageError(
        f"--out: found {found} at {out}; allowed: a new or empty folder, or a site built earlier (it holds "
        "edition.json), because the folder is replaced whole. Name another folder."
    )


def read_toc(where: Layout) -> dict[str, Any]:
    """What does the table of contents say, with the leading `book/` taken off every page?"""
    import yaml

    try:
        toc = yaml.safe_load(where.toc.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise refuse(
            "_toc.yml",
            "",
            found=f"text that is not YAML ({' '.join(str(error).split())})",
            allowed="a Jupyter Book table of contents",
            do="Mend the file; the line is named above.",
        ) from error
    if not isinstance(toc, dict) or "root" not in toc:
        raise refuse(
            "_toc.yml",
            "root",
            found="no root page",
            allowed="a Jupyter Book table of contents with `root: book/index`",
            do="Add the root page.",
        )
    stripped: dict[str, Any] = _strip(toc)
    return stripped


def _strip(node: Any) -> Any:
    """Take the leading `book/` off the pages in a table of contents, at any depth."""
    if isinstance(node, list):
        return [_strip(item) for item in node]
    if isinstance(node, dict):
        return {
            key: value.removeprefix(f"{BOOK}/") if key in ("file", "root") and isinstance(value, str) else _strip(value)
            for key, value in node.items()
        }
    return node


def _names(node: Any) -> list[str]:
    if isinstance(node, list):
        return [name for item in node for name in _names(item)]
    if isinstance(node, dict):
        return [
            name
            for key, value in node.items()
            for name in ([value] if key in ("file", "root") and isinstance(value, str) else _names(value))
        ]
    return []


def pages(where: Layout) -> tuple[Page, ...]:
    """Which pages has the book, in reading order?

    Raises
    ------
    RefusedError
        Where the table of contents names a page that is not there, or the same page twice; every such page is listed.
    """
    names = [name.removesuffix(".md") for name in _names(read_toc(where))]
    found = [Page(name, where.book / f"{name}.md") for name in names]
    faults = [
        Refusal(
            "_toc.yml",
            page.name,
            f"a page without its file {page.label}",
            "pages that exist",
            "Write the page, or take it out of _toc.yml.",
        )
        for page in found
        if not page.source.is_file()
    ]
    faults += [
        Refusal("_toc.yml", name, "the same page twice", "every page once", "Take one of the two out.")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if faults:
        raise RefusedError(faults)
    return tuple(found)
