"""Terms and works named in prose: links on the site, plain words in the notebook that a reviewer downloads.

A chapter writes ``{term}`counterfactual <Counterfactual>` `` where it first uses a term of the glossary, and
``{cite:t}`cox1972` `` where it uses a work. Sphinx makes links of both. A notebook has no Sphinx.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from btc_eval.errors import refuse

#: A term, with the words that are shown and, where they differ, the entry that is meant.
TERM = re.compile(r"\{term\}`([^`<]+?)(?:\s*<([^`>]+)>)?`")
#: One work or several, in the sentence (t) or in brackets (p).
CITE = re.compile(r"\{cite:([tp])\}`([^`]+)`")

_ENTRY = re.compile(r"^@\w+\{(\w+),\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^  (author|year) *= \{(.*)\},$", re.MULTILINE)


def works(file: Path) -> dict[str, tuple[str, str]]:
    """Which works can be cited? By key, their authors as they are named in a sentence, and the year.

    Parameters
    ----------
    file
        A BibTeX file; without it there are none.

    Examples
    --------
    >>> import tempfile
    >>> entry = "@article{cox1972,\\n  author = {Cox, David R.},\\n  year = {1972},\\n}\\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "references.bib"
    ...     _ = path.write_text(entry, encoding="utf-8")
    ...     works(path)
    {'cox1972': ('Cox', '1972')}
    """
    if not file.is_file():
        return {}
    found = {}
    for key, body in _ENTRY.findall(file.read_text(encoding="utf-8")):
        fields = dict(_FIELD.findall(body))
        found[key] = (_names(fields.get("author", "")), fields.get("year", ""))
    return found


def _names(authors: str) -> str:
    """Return the last names: one, two, or the first and others."""
    last = [name.partition(",")[0].strip() for name in authors.split(" and ")]
    return " and ".join(last) if len(last) < 3 else f"{last[0]} et al."


def in_words(text: str, known: Mapping[str, tuple[str, str]], *, page: str) -> str:
    """What does prose say once its terms and works are written out?

    Parameters
    ----------
    text
        Prose of a chapter.
    known
        The works that can be cited, see `works`.
    page
        The file, for a refusal.

    Raises
    ------
    RefusedError
        Where a work is cited that the list does not hold.

    Examples
    --------
    >>> in_words("a {term}`gap <Gap>`, {cite:t}`cox1972`", {"cox1972": ("Cox", "1972")}, page="book/a.md")
    'a gap, Cox (1972)'
    """

    def cited(match: re.Match[str]) -> str:
        named = []
        for key in match[2].split(","):
            if key.strip() not in known:
                raise refuse(
                    page,
                    "prose",
                    found=f"a citation of {key.strip()!r}, which the list of works does not hold",
                    allowed="a key of book/references.bib",
                    do="Correct the key, or add the work with where it is used.",
                )
            authors, year = known[key.strip()]
            named.append(f"{authors} ({year})" if match[1] == "t" else f"{authors}, {year}")
        return ", ".join(named) if match[1] == "t" else f"({'; '.join(named)})"

    return CITE.sub(cited, TERM.sub(lambda match: match[1], text))
