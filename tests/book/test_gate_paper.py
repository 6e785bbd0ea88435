"""The gate's reader of the printed report: what the pages say passes, all else is refused, and nothing is repeated."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.annotations import FreeText, Link, Text
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from btc_eval import disclosure
from tests.book import released
from tests.book.papers import ABOUT, drawing, lines_of, paper
from tests.book.released import CHAPTER, put

NAME, HIDDEN = "report.pdf", "Zebedee Quillfeather"
NHS = "943 476 " + "5919"
POSTCODE = "ZX06" + " 1DX"


@pytest.fixture(scope="module")
def pages(released_once: Path) -> list[list[str]]:
    """Return what the paper says: the opening page, and the chapter on two pages that break inside its table."""
    chapter = lines_of(released_once, f"{CHAPTER}.html")
    at = chapter.index("Ward D")
    return [lines_of(released_once, "index.html"), chapter[:at], chapter[at:]]


def refused(site: Path, content: bytes, what: str) -> None:
    """Expect that this paper is refused for this reason, and nothing else is; nothing planted is repeated."""
    released.refused(site, NAME, content, what, planted=(HIDDEN, "Zebedee", NHS, POSTCODE))


def test_paper_that_says_what_the_pages_say_passes(site: Path, pages: list[list[str]]) -> None:
    put(site, NAME, paper(pages))
    found = disclosure.scan(site, canaries=[HIDDEN])
    assert found.refusals == (), found.words()


def test_cells_in_another_order_and_words_drawn_twice_pass(site: Path, pages: list[list[str]]) -> None:
    """A browser draws the cells of a table as it lays them out, and the outline of a label before the label."""
    first, body, rest = pages
    at = body.index("Ward A")
    cells = [body[at + 1], body[at]]
    put(site, NAME, paper([first, [*body[:at], *cells, body[at], *body[at + 2 :]], rest]))
    found = disclosure.scan(site)
    assert found.refusals == (), found.words()


def test_what_paper_alone_has_passes(site: Path, pages: list[list[str]]) -> None:
    """The contents with the pages on which chapters begin, numbers of a list's items, where a long table's rows are."""
    where = f"report.xlsx (see its contents) and in csv/{CHAPTER}/referrals.csv."
    long = f"The 4 rows of this table are on the site, in {where}"

    def mark(writer: PdfWriter) -> None:
        writer.add_outline_item(title="Wards", page_number=1)

    put(site, NAME, paper([["Wards 2", *pages[0]], pages[1], [*pages[2], "1. Wards", long]], mark))
    found = disclosure.scan(site)
    assert found.refusals == (), found.words()
    refused(site, paper([["Wards 9", *pages[0]], *pages[1:]], mark), "a number that no page")
    refused(site, paper([*pages[:2], [*pages[2], long.replace("4 rows", "9 rows")]]), "a number that no page")
    refused(site, paper([*pages[:2], [*pages[2], long.replace("referrals", "other")]]), "no page of the site says")


def test_the_running_title_passes_where_both_its_halves_are_words_of_the_pages(
    site: Path, pages: list[list[str]]
) -> None:
    """Also where the edition ends in a single digit and runs into the heading below it."""
    index = site / "index.html"
    far = "<p>" + "far from the words of the other pages " * 200 + "</p>"
    footer = f"{far}<p>A small report</p>{far}<footer><p>Edition draft c9936b6</p></footer>{far}</body>"
    index.write_text(index.read_text(encoding="utf-8").replace("</body>", footer), encoding="utf-8")
    running = "A small report · Edition draft c9936b6"
    put(site, NAME, paper(pages, running=running))
    found = disclosure.scan(site)
    assert found.refusals == (), found.words()
    refused(site, paper(pages, running=running.replace("b6", "b7")), "a number that no page")


# --- what its pages show ---------------------------------------------------------------------------------------------


def test_a_hidden_count_in_a_table_is_refused(site: Path, pages: list[list[str]]) -> None:
    """The blank of a ward is filled in: the number stands on the site nowhere near."""
    (blank,) = [at for at, word in enumerate(pages[1]) if pages[1][at - 1] == "Ward B"]
    filled = list(pages[1])
    filled[blank] = "1"
    refused(site, paper([pages[0], filled, pages[2]]), "a number that no page")


@pytest.mark.parametrize("number", ["2", "7", "62", "61.5", "four hundred and twelve"])
def test_a_number_more_is_refused(site: Path, pages: list[list[str]], number: str) -> None:
    at = pages[1].index("Ward B")
    refused(
        site, paper([pages[0], [*pages[1][:at], number, *pages[1][at:]], pages[2]]), "that no page of the site says"
    )


def test_a_row_more_is_refused(site: Path, pages: list[list[str]]) -> None:
    refused(site, paper([*pages[:2], [*pages[2], "Ward G", "41"]]), "that no page of the site says")


def test_another_value_is_refused(site: Path, pages: list[list[str]]) -> None:
    other = [word.replace("4152", "4153").replace("4,152", "4,153") for word in pages[2]]
    assert other != pages[2]
    refused(site, paper([*pages[:2], other]), "a number that no page")


def test_a_sentence_more_is_refused(site: Path, pages: list[list[str]]) -> None:
    refused(site, paper([*pages[:2], [*pages[2], "The child of one street was seen by nobody."]]), "words that no page")


@pytest.mark.parametrize(
    ("planted", "what"), [(NHS, "NHS number"), (POSTCODE, "postcode"), (HIDDEN, "from the register")]
)
def test_an_identifier_on_a_page_is_refused(site: Path, pages: list[list[str]], planted: str, what: str) -> None:
    refused(site, paper([*pages[:2], [*pages[2], planted]]), what)


# --- what it holds beside its pages ----------------------------------------------------------------------------------


def attached(writer: PdfWriter) -> None:
    writer.add_attachment("return.csv", b"ward,n")


def attached_in_packed_objects(writer: PdfWriter) -> None:
    """Hide the words by which a search of the bytes would know it."""
    held = StreamObject()
    held.set_data(b"ward,n")
    file = DictionaryObject(
        {NameObject("/Type"): NameObject("/Filespec"), NameObject("/UF"): TextStringObject("a.csv")}
    )
    file[NameObject("/EF")] = DictionaryObject({NameObject("/F"): writer._add_object(held)})
    writer.root_object[NameObject("/ViewerPreferences")] = writer._add_object(file)


def note(writer: PdfWriter) -> None:
    writer.add_annotation(1, Text(rect=(50, 50, 60, 60), text=HIDDEN))


def written_over(writer: PdfWriter) -> None:
    writer.add_annotation(1, FreeText(rect=(50, 50, 90, 60), text="Ward B: one"))


def link_to_a_file(writer: PdfWriter) -> None:
    action = {"/S": NameObject("/Launch"), "/F": TextStringObject("return.csv")}
    writer.root_object[NameObject("/ViewerPreferences")] = DictionaryObject(
        {NameObject(key): one for key, one in action.items()}
    )


def words_of_a_link(writer: PdfWriter) -> None:
    link = writer.add_annotation(1, Link(rect=(50, 50, 90, 60), url="https://example.org/"))
    link[NameObject("/Contents")] = TextStringObject(HIDDEN)


def address_of_a_link(writer: PdfWriter) -> None:
    writer.add_annotation(1, Link(rect=(50, 50, 90, 60), url="https://example.org/" + HIDDEN.replace(" ", "%20")))


def bookmark(writer: PdfWriter) -> None:
    writer.add_outline_item(title=HIDDEN, page_number=1)


def words_for_a_picture(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/ViewerPreferences")] = DictionaryObject(
        {NameObject("/Alt"): TextStringObject(HIDDEN)}
    )


def bytes_of_a_string(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/ViewerPreferences")] = ByteStringObject(f"\xa0{HIDDEN}".encode("latin-1"))


def script(writer: PdfWriter) -> None:
    action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/ViewerPreferences")] = DictionaryObject(
        {NameObject(key): one for key, one in action.items()}
    )


def at_opening(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject({NameObject("/S"): NameObject("/GoTo")})


def form(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject()})


def layers(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/OCProperties")] = DictionaryObject()


def of_another_program(writer: PdfWriter) -> None:
    writer.pages[1][NameObject("/PieceInfo")] = DictionaryObject({NameObject("/Note"): TextStringObject("x")})


def author(writer: PdfWriter) -> None:
    writer.add_metadata({"/Author": "analyst"})


def keywords(writer: PdfWriter) -> None:
    writer.add_metadata({"/Keywords": HIDDEN})


def maker(writer: PdfWriter) -> None:
    writer.metadata = {**ABOUT, "/Producer": "Another program, at " + "/home" + "/analyst"}


def papers(words: str) -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        held = DecodedStreamObject()
        held.set_data(f'<?xpacket begin=""?><xmpmeta>{words}</xmpmeta><?xpacket end="w"?>'.encode())
        held |= {NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")}
        writer.root_object[NameObject("/Metadata")] = writer._add_object(held)

    return change


def papers_of_a_page(writer: PdfWriter) -> None:
    papers("<title>Wards</title>")(writer)
    writer.pages[1][NameObject("/Metadata")] = writer.root_object.raw_get("/Metadata")


def shown_photograph(writer: PdfWriter) -> None:
    """Hold a photograph without words, and show it."""
    photograph(b"")(writer)
    page = writer.pages[1]
    names = DictionaryObject({NameObject("/X1"): writer._objects[-1].indirect_reference})  # type: ignore[union-attr]
    page["/Resources"][NameObject("/XObject")] = names  # type: ignore[index]
    held = page["/Contents"].get_object()
    held.set_data(held.get_data() + b"q /X1 Do Q\n")  # type: ignore[attr-defined]


def photograph(words: bytes) -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        held = StreamObject()
        noted = b"\xff\xfe" + (len(words) + 2).to_bytes(2, "big") + words if words else b""
        held._data = b"\xff\xd8" + noted + b"\xff\xda\x00\x02\xff\xd9"
        names = {"/Type": "/XObject", "/Subtype": "/Image", "/Filter": "/DCTDecode", "/ColorSpace": "/DeviceGray"}
        held |= {NameObject(key): NameObject(one) for key, one in names.items()}
        for key in ("/Width", "/Height"):
            held[NameObject(key)] = NumberObject(1)
        kept = writer._add_object(held)
        if words:
            writer.pages[1]["/Resources"][NameObject("/XObject")] = DictionaryObject({NameObject("/X1"): kept})  # type: ignore[index]

    return change


def behind_words(commands: bytes) -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        held = writer.pages[1]["/Contents"].get_object()
        held.set_data(commands + b"\n" + held.get_data())  # type: ignore[attr-defined]

    return change


def in_white(writer: PdfWriter) -> None:
    held = writer.pages[1]["/Contents"].get_object()
    held.set_data(held.get_data() + b"3 Tr\n" + drawing(["Ward B 1"]))  # type: ignore[attr-defined]


ATTACKS: dict[str, tuple[Callable[[PdfWriter], object], str]] = {
    "a file": (attached, "has files inside it"),
    "a file under another name": (attached_in_packed_objects, "has files inside it"),
    "a note": (note, "notes or fields"),
    "words over a page": (written_over, "notes or fields"),
    "an action": (link_to_a_file, "runs something"),
    "words of a link": (words_of_a_link, "from the register"),
    "the address of a link": (address_of_a_link, "from the register"),
    "a bookmark": (bookmark, "from the register"),
    "a bookmark to what no page says": (
        lambda writer: writer.add_outline_item(title="Ward B: one child", page_number=1),
        "words that no page of the site says",
    ),
    "words for a picture": (words_for_a_picture, "from the register"),
    "a string of bytes": (bytes_of_a_string, "from the register"),
    "a script": (script, "runs something"),
    "an action at opening": (at_opening, "runs something"),
    "a form": (form, "runs something"),
    "layers": (layers, "runs something"),
    "entries of another program": (of_another_program, "runs something"),
    "an author": (author, "names who made it"),
    "keywords": (keywords, "names who made it"),
    "another maker": (maker, "does not say that the build did"),
    "words in its papers": (papers(f"<title>{HIDDEN}</title>"), "words in its papers"),
    "an entry in its papers": (papers("<creator>analyst</creator>"), "words in its papers"),
    "an attribute in its papers": (papers('<title by="analyst">Wards</title>'), "words in its papers"),
    "a comment in its papers": (papers("<!-- Ward B: 1 -->"), "words in its papers"),
    "damaged papers": (papers("<title>"), "papers that cannot be read"),
    "papers of a page": (papers_of_a_page, "papers behind its pictures"),
    "words in a photograph": (photograph(b"Ward B"), "metadata"),
    "words that machines say": (behind_words(b"/Span <</ActualText (Ward B: one)>> BDC EMC"), "words behind its words"),
    "the same in digits": (behind_words(b"/Span <</ActualText <FEFF0031>>> BDC EMC"), "words behind its words"),
    "a comment in a drawing": (behind_words(b"% Ward B: one"), "words behind its words"),
    "words that are not drawn": (in_white, "that no page of the site says"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_paper_that_holds_more_is_refused(site: Path, pages: list[list[str]], attack: str) -> None:
    change, what = ATTACKS[attack]
    refused(site, paper(pages, change), what)


def test_what_the_build_itself_adds_passes(site: Path, pages: list[list[str]]) -> None:
    """Its own papers, a picture without words, a space that is drawn as another: so that the attacks say something."""

    def own(writer: PdfWriter) -> None:
        papers("<title>Wards</title><CreateDate>2026-11-01T12:00:00Z</CreateDate>")(writer)
        shown_photograph(writer)
        behind_words(b"/Span <</ActualText <FEFF00A0> >> BDC EMC")(writer)
        writer.add_annotation(1, Link(rect=(50, 50, 90, 60), url="https://example.org/"))

    dated = {**ABOUT, "/CreationDate": "D:20261101120000Z", "/ModDate": "D:20261101120000Z"}
    put(site, NAME, paper(pages, own, dated))
    found = disclosure.scan(site)
    assert found.refusals == (), found.words()


def test_a_locked_paper_is_refused(site: Path, pages: list[list[str]]) -> None:
    refused(site, paper(pages, lambda writer: writer.encrypt("word", algorithm="RC4-128")), "locked")
    refused(site, paper(pages, lambda writer: writer.encrypt("", "word", algorithm="RC4-128")), "locked")


def test_a_broken_paper_is_refused(site: Path, pages: list[list[str]]) -> None:
    whole = paper(pages)
    for broken in (b"", b"%PDF-1.7\n", whole[: len(whole) // 2], whole[9:], b"PK\x03\x04" + whole):
        refused(site, broken, "damaged")
    refused(site, whole.replace(b"xref", b"yref", 1), "damaged|cannot be read")
    refused(site, whole.replace(b"/Root", b"/Toor", 1), "cannot be read")
    refused(site, whole.replace(b"/Kids", b"/Sdik", 1), "cannot be read")


def test_an_earlier_state_behind_the_last_is_refused(site: Path, pages: list[list[str]]) -> None:
    """A program that saves by adding leaves what it has replaced in the file."""
    refused(site, paper([*pages[:2], [*pages[2], HIDDEN]]) + paper(pages), "an earlier state of itself")


@pytest.mark.parametrize("words", ["% Ward B: one\n", f"% {HIDDEN}\n"])
def test_words_between_its_parts_are_refused(site: Path, pages: list[list[str]], words: str) -> None:
    head, _, rest = paper(pages).partition(b"\n")
    # The reader forgives a wrong place of its table where what stands before it is a comment; the gate does not.
    tail = rest.replace(b"startxref", words.encode() + b"startxref")
    refused(site, head + b"\n" + tail, "words between its parts")


def test_words_in_a_stream_that_nothing_shows_are_refused(site: Path, pages: list[list[str]]) -> None:
    def orphan(writer: PdfWriter) -> None:
        held = StreamObject()
        held._data = zlib.compress(drawing([HIDDEN, "Ward B 1"]))
        held[NameObject("/Filter")] = NameObject("/FlateDecode")
        writer._add_object(held)

    refused(site, paper(pages, orphan), "no page shows")

    def reached(writer: PdfWriter) -> None:
        orphan(writer)
        leading = DictionaryObject({NameObject("/Note"): writer._objects[-1].indirect_reference})  # type: ignore[union-attr]
        writer.root_object[NameObject("/ViewerPreferences")] = leading

    refused(site, paper(pages, reached), "no page shows")


def test_a_drawing_that_is_kept_and_not_shown_is_refused(site: Path, pages: list[list[str]]) -> None:
    def kept(writer: PdfWriter) -> None:
        held = DecodedStreamObject()
        held.set_data(drawing(["Ward B 1"]))
        held |= {NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Form")}
        resources = writer.pages[1]["/Resources"]
        resources[NameObject("/XObject")] = DictionaryObject({NameObject("/X1"): writer._add_object(held)})  # type: ignore[index]

    refused(site, paper(pages, kept), "no page shows")


def test_an_entry_of_another_program_is_refused(site: Path, pages: list[list[str]]) -> None:
    def entry(writer: PdfWriter) -> None:
        writer.root_object[NameObject("/Notes")] = TextStringObject("x")

    refused(site, paper(pages, entry), "entries that the build does not write")


def test_numbers_of_a_shape_are_no_identifiers(site: Path, pages: list[list[str]]) -> None:
    """Places of a drawing are numbers in a list, and may look like anything."""

    def shape(writer: PdfWriter) -> None:
        box = ArrayObject([FloatObject(943), FloatObject(476), FloatObject(5919)])
        writer.root_object[NameObject("/ViewerPreferences")] = box

    put(site, NAME, paper(pages, shape))
    assert disclosure.scan(site).refusals == ()
