"""Does a notebook that readers download show anything that was not released? Its outputs, its words, its metadata."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from typing import Any

from btc_eval.disclosure import gate_pages
from btc_eval.disclosure.gate_faults import Reading
from btc_eval.disclosure.gate_numbers import numbers
from btc_eval.disclosure.gate_prose import few_people
from btc_eval.disclosure.gate_register import plain

_RECORD = "application/papermill.record/text/plain"
_METADATA = frozenset({"kernelspec", "language_info"})
_CELL = frozenset({"cell_type", "id", "metadata", "source", "execution_count", "outputs"})
_THROUGH = "figures, tables, findings and phrases of btc_eval.publish"


def parse(reading: Reading, file: str, text: str) -> dict[str, Any] | None:
    """Return a notebook, and note every phrase that it pastes; `None`, and a fault, where it is none."""
    try:
        held = json.loads(text)
    except ValueError:
        held = None
    if not isinstance(held, dict) or not isinstance(held.get("cells"), list):
        reading.refuse(file, "", "no notebook that can be read", "a notebook as the build writes it")
        return None
    for _, output in outputs(held):
        about = _about(output)
        said = _said(output)
        if said is not None and about.get("kind") in ("paste", "finding"):
            reading.phrases[plain(said)] = about.get("provenance") != "official"
        if isinstance(about.get("finding"), dict):
            reading.findings[str(about.get("id"))] = {**about["finding"], "chapter": ""}
    return held


def read(reading: Reading, file: str, held: Mapping[str, Any]) -> None:
    """Read one notebook against the register."""
    chapter = file.removeprefix("notebooks/").removesuffix(".ipynb")
    reading.words(file, "\n".join(strings(held)), "its words and metadata")
    odd = [*(set(held.get("metadata", {})) - _METADATA)]
    odd += [key for cell in held["cells"] for key in cell if key not in _CELL]
    odd += [key for cell in held["cells"] if cell.get("attachments") for key in ("attachments",)]
    if odd:
        reading.refuse(file, "metadata", f"{len(odd)} entries that the build does not write", ", ".join(_METADATA))
    if reading.register.strictest:
        for number, cell in enumerate(held["cells"], start=1):
            if isinstance(cell, dict) and cell.get("cell_type") == "markdown" and few_people(_source(cell)):
                found = "a small number of children, families or people, typed in its words"
                reading.refuse(file, f"cell {number}", found, "numbers pasted from released tables")
    for number, output in outputs(held):
        _output(reading, file, chapter, f"cell {number}", output)


def _source(cell: Mapping[str, Any]) -> str:
    """Return the words of a cell, one paragraph a line."""
    source = cell.get("source", "")
    text = source if isinstance(source, str) else "".join(map(str, source))
    return "\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def outputs(held: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Every output of a notebook, with the number of its cell, counted from one."""
    for number, cell in enumerate(held["cells"], start=1):
        if isinstance(cell, dict):
            for output in cell.get("outputs") or []:
                if isinstance(output, dict):
                    yield number, output


def strings(node: Any) -> Iterator[str]:
    """Every text in nested values, names included; pages inside outputs apart, which are read as pages."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for key, inner in node.items():
            yield str(key)
            if key != "text/html":
                if isinstance(inner, str | int):
                    yield f"{key}: {inner}"
                else:
                    yield from strings(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from strings(inner)
    elif node is not None:
        yield str(node)


def _about(output: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = output.get("metadata")
    about = metadata.get("btc_eval") if isinstance(metadata, dict) else None
    return about if isinstance(about, dict) else {}


def _said(output: Mapping[str, Any]) -> str | None:
    text = (output.get("data") or {}).get(_RECORD)
    if not isinstance(text, str):
        return None
    try:
        words = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return words if isinstance(words, str) else text


def _output(reading: Reading, file: str, chapter: str, place: str, output: Mapping[str, Any]) -> None:
    about, data = _about(output), output.get("data") or {}
    kind = about.get("kind")
    if output.get("output_type") != "display_data" or kind not in ("exhibit", "paste", "finding"):
        reading.refuse(file, place, "an output that did not come through publish", _THROUGH)
        # What it shows is read all the same, so that the list of faults is whole.
        reading.words(file, "\n".join(str(text) for text in data.values()), place)
        return
    wanted = "text/html" if kind == "exhibit" else _RECORD
    if set(data) != {wanted}:
        reading.refuse(file, place, "an output of another form than publish gives it", wanted)
        return
    if kind == "exhibit":
        identity = str(about.get("id", ""))
        if (chapter, identity) not in reading.register.tables:
            reading.refuse(file, place, "an exhibit that is not in the register", "released tables")
            return
        text = data["text/html"] if isinstance(data["text/html"], str) else "".join(data["text/html"])
        if not _on_page(reading, chapter, text):
            gate_pages.read(reading, file, text, chapter=chapter)
        return
    _phrase(reading, file, place, about, _said(output) or "")


def _on_page(reading: Reading, chapter: str, text: str) -> bool:
    """Does the page, which is read for itself, show the very same exhibit? Its addresses begin one folder higher."""
    deep = chapter.count("/")
    page = reading.contents.get(f"{chapter}.html", b"").decode("utf-8", "replace")
    here = text.replace(f'"{"../" * (deep + 1)}', f'"{"../" * deep or "./"}')
    return bool(page) and here.strip() in page


def _phrase(reading: Reading, file: str, place: str, about: Mapping[str, Any], said: str) -> None:
    """Hold the numbers of a phrase that rests on children's records against the cells that it quotes."""
    if about.get("provenance") == "official":
        return
    quoted = {one for quote in about.get("quotes") or [] for one in numbers(str(quote.get("said", "")))}
    loose = [one for one in numbers(said) if one not in quoted]
    if loose:
        allowed = "numbers quoted from released tables by publish.quantity"
        reading.refuse(file, place, f"{len(loose)} numbers that no released cell stands behind", allowed)
    finding, least = about.get("finding") or {}, reading.register.strictest
    few = finding.get("n")
    if isinstance(few, int) and 0 < few < least:
        reading.refuse(file, place, "a finding from fewer than may be shown", f"{least} and more")
