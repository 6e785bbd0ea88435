"""Terms and works in prose become plain words in a notebook; a work that is not listed is refused with its page."""

from __future__ import annotations

from pathlib import Path

import pytest

from btc_eval.edition.roles import in_words, works
from btc_eval.errors import RefusedError

BIB = """@article{cox1972,
  author    = {Cox, David R.},
  title     = {{Regression models and life-tables}},
  year      = {1972},
}

@article{aalen1978,
  author    = {Aalen, Odd O. and Johansen, Søren},
  year      = {1978},
}

@book{andersen1993,
  author    = {Andersen, Per Kragh and Borgan, Ørnulf and Gill, Richard D. and Keiding, Niels},
  year      = {1993},
}
"""


@pytest.fixture
def known(tmp_path: Path) -> dict[str, tuple[str, str]]:
    path = tmp_path / "references.bib"
    path.write_text(BIB, encoding="utf-8")
    return works(path)


def test_one_author_two_and_many(known: dict[str, tuple[str, str]]) -> None:
    assert known == {
        "cox1972": ("Cox", "1972"),
        "aalen1978": ("Aalen and Johansen", "1978"),
        "andersen1993": ("Andersen et al.", "1993"),
    }


def test_without_a_list_there_are_no_works(tmp_path: Path) -> None:
    assert works(tmp_path / "none.bib") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("as {cite:t}`cox1972` says", "as Cox (1972) says"),
        ("so {cite:p}`cox1972,aalen1978`.", "so (Cox, 1972; Aalen and Johansen, 1978)."),
        ("{cite:t}`cox1972, andersen1993`", "Cox (1972), Andersen et al. (1993)"),
        ("the {term}`gaps <Gap>` and a {term}`cohort`", "the gaps and a cohort"),
        ("**{term}`programme register`**", "**programme register**"),
        ("`{code}` and {glue:text}`x` stay", "`{code}` and {glue:text}`x` stay"),
    ],
)
def test_what_is_written_out(text: str, said: str, known: dict[str, tuple[str, str]]) -> None:
    assert in_words(text, known, page="book/a.md") == said


def test_a_work_that_is_not_listed_is_refused_with_its_page(known: dict[str, tuple[str, str]]) -> None:
    with pytest.raises(RefusedError) as caught:
        in_words("{cite:p}`cox1972,cox1927`", known, page="book/assurance/methods.md")
    (fault,) = caught.value.refusals
    assert fault.file == "book/assurance/methods.md"
    assert "'cox1927'" in fault.found
