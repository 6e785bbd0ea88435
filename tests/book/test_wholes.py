"""The whole report in one file: the PDF of the small book, and the real book's workbook beside its CSVs."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pypdf
import pytest
from openpyxl import load_workbook

from btc_eval.edition import paper, paper_check
from tests.book.conftest import Book
from tests.browser import chromium


@pytest.fixture(scope="module")
def printed(built_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The small book with its PDF. Without a browser the tests are skipped, and fail where CI is set."""
    if paper.browser() is None:
        chromium.missing("the PDF was not tested")
    root = tmp_path_factory.mktemp("printed") / "book"
    shutil.copytree(built_once, root, copy_function=shutil.copy2)
    book = Book(root)
    book.build("--pdf")
    return book


def test_a_build_without_the_option_has_tables_and_no_pdf(book: Book) -> None:
    assert not (book.site / paper.NAME).exists()
    assert (book.site / "report.xlsx").is_file()


@pytest.mark.browser
def test_the_small_book_is_printed_tagged_with_numbered_contents(printed: Book) -> None:
    data = (printed.site / paper.NAME).read_bytes()
    found = paper_check.check(data)
    assert found.good, found.faults
    assert found.headings == 3
    reader = pypdf.PdfReader(printed.site / paper.NAME)
    assert reader.metadata is not None
    assert reader.metadata.title == "A small book"
    texts = [" ".join(one.extract_text().split()) for one in reader.pages]
    chapter = next(number for number, text in enumerate(texts, start=1) if "The total is" in text)
    assert f"On small numbers {chapter}" in texts[1]
    assert texts[chapter - 1].startswith(f"{chapter}A small book")
    assert not any(word in " ".join(texts) for word in ("Search", "Skip to", "emit.record"))


@pytest.mark.browser
def test_without_a_font_the_build_says_so_and_the_site_stays(printed: Book, tmp_path: Path) -> None:
    """The drawings need none: they were made, and only the browser has nothing to write with."""
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{tmp_path}/none</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>")
    before = printed.bytes()
    shutil.rmtree(printed.root / "_build" / "work" / "wholes")
    printed.edit("book/index.md", "The next page", "The very next page")
    done = printed.run("build", "--strict", "--pdf", environment={"FONTCONFIG_FILE": str(fonts)})
    assert done.returncode == 1, done.stdout
    assert "report.pdf, " in done.stderr
    assert "the browser has no font to print with" in done.stderr
    assert "Install one" in done.stderr
    assert printed.bytes() == before
    printed.edit("book/index.md", "The very next page", "The next page")


@pytest.mark.browser
def test_printing_again_gives_the_same_bytes(printed: Book) -> None:
    before = printed.bytes()
    shutil.rmtree(printed.root / "_build" / "work" / "wholes")
    printed.edit("book/index.md", "The next page", "The  next page")
    printed.build("--pdf")
    after = printed.bytes()
    assert after[paper.NAME] == before[paper.NAME]
    assert after["report.xlsx"] == before["report.xlsx"]


def test_no_browser_stops_the_build_before_it_begins(book: Book) -> None:
    before = book.bytes()
    done = book.run("build", "--pdf", environment={"PATH": str(book.root)})
    if paper.browser() in paper.PLACES:
        pytest.skip("this system's browser is found without a path")
    assert done.returncode == 1
    assert "--pdf: found no browser" in done.stderr
    assert book.bytes() == before


def test_the_workbook_of_the_real_book_holds_every_table_with_the_numbers_of_its_csv(real_site: Path) -> None:
    book = load_workbook(real_site / "report.xlsx")
    files = {path.stem: path for path in (real_site / "csv").rglob("*.csv")}
    sheets = {name.removeprefix("demo-"): book[name] for name in book.sheetnames[3:]}
    assert len(sheets) == len(files) > 10
    for name, path in files.items():
        page = next(
            page for key, page in sheets.items() if key == name or (len(page.title) == 31 and name.startswith(key))
        )
        (one,) = page.tables.values()
        header, *rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        cells = list(page.iter_rows(min_row=page.max_row - len(rows) + 1, values_only=True))
        assert one.ref == f"A{page.max_row - len(rows)}:{page.dimensions.split(':')[1]}"
        assert len(cells[0]) == len(header) if cells else True
        for cell_row, row in zip(cells, rows, strict=True):
            for cell, text in zip(cell_row, row, strict=True):
                if not text:
                    assert cell in ("[c]", "[x]", "[z]"), f"{name}: an empty cell without a sign"
                else:
                    same = float(text) == cell if isinstance(cell, int | float) else text == cell
                    assert same, f"{name}: the file and the workbook differ"
        marked = page.title.startswith("demo-")
        assert str(page["A1"].value).startswith("Demonstration data") == marked


def test_every_page_offers_the_workbook_and_the_pdf_only_where_there_is_one(real_site: Path) -> None:
    text = (real_site / "outcomes" / "demand.html").read_text(encoding="utf-8")
    assert 'href="../report.xlsx"' in text
    assert ('href="../report.pdf"' in text) == (real_site / paper.NAME).is_file()
