"""What happens at each start, text and end of an element. Closures over local names: this is the inner loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from btc_eval.errors import refuse
from btc_eval.records.statutory.codes_shared import TRUE
from btc_eval.records.statutory.sources import Source
from btc_eval.records.statutory.xml_plan import (
    BATCH_CHILDREN,
    MOST_DEPTH,
    MOST_TAGS,
    MOST_TEXT,
    Flow,
    Plan,
    Row,
    classify,
)

STRAY = "text outside any field"
REPEATED = "a field given twice: the last was read"
MISPLACED = "a field outside its block, not read"
LONG = f"a field longer than {MOST_TEXT:,} characters, cut"

#: What a tag is: opens a block, fills a field, or neither.
_OPEN, _FIELD, _HEADER, _OTHER = range(4)


def attach(parser: Any, plan: Plan, flow: Flow, hand_over: Callable[[Flow], None], source: Source) -> None:
    """Hang the handlers of one pass on an expat parser."""
    blocks, parents, widths, copies = plan.blocks, plan.parents, plan.widths, plan.copies
    rows, counts, header, departures = flow.rows, flow.counts, flow.header, flow.departures
    current: list[Row | None] = [None] * len(blocks)
    fresh: list[tuple[Row, tuple[tuple[int, int], ...]]] = []
    kinds: dict[str, tuple[int, Any]] = {}
    text = ""
    depth = 0

    def kind_of(tag: str) -> tuple[int, Any]:
        name = classify(tag)
        if name in plan.opens:
            found: tuple[int, Any] = (_OPEN, plan.opens[name])
        elif name in plan.targets:
            found = (_FIELD, plan.targets[name])
        elif name in plan.header:
            found = (_HEADER, name)
        else:
            found = (_OTHER, name not in plan.containers)
        if len(kinds) >= MOST_TAGS:
            raise refuse(
                source.name,
                f"line {parser.CurrentLineNumber:,}",
                found=f"more than {MOST_TAGS:,} different elements",
                allowed="the elements of a return, about seventy",
                do="Export the return again.",
            )
        kinds[tag] = found
        return found

    def new_row(place: int) -> Row:
        row: Row = [None] * widths[place]
        row.append(current[parents[place]] if parents[place] >= 0 else None)
        rows[place].append(row)
        counts[place] += 1
        fresh.append((row, copies[place]))
        return row

    def start(tag: str, _attributes: Any) -> None:
        nonlocal text, depth
        if text:
            if not text.isspace():
                departures[-1, STRAY] += 1
            text = ""
        depth += 1
        if depth > MOST_DEPTH:
            raise refuse(
                source.name, f"line {parser.CurrentLineNumber:,}", found=f"elements nested more than {MOST_DEPTH} deep",
                allowed="eight levels, as in a return", do="Export the return again.",
            )  # fmt: skip
        kind, what = kinds.get(tag) or kind_of(tag)
        if kind == _OPEN:
            current[what] = new_row(what)

    def characters(data: str) -> None:
        nonlocal text
        text = text + data if text else data
        if len(text) > MOST_TEXT:
            departures[-1, LONG] += 1
            text = text[:MOST_TEXT]

    def end(tag: str) -> None:
        nonlocal text, depth
        depth -= 1
        value, text = text, ""
        kind, what = kinds[tag]
        if kind == _FIELD:
            if value and not value.isspace():
                fill(what, value)
        elif kind == _OPEN:
            if value and not value.isspace():
                departures[-1, STRAY] += 1
            current[what] = None
            if what == 0:
                complete()
        elif kind == _HEADER:
            header.setdefault(what, value.strip()[:100])
        else:
            if what:
                flow.unknown_tags[tag] += 1
            elif value and not value.isspace():
                departures[-1, STRAY] += 1

    def fill(targets: Any, value: str) -> None:
        for place, number in targets:
            row = current[place]
            if row is not None:
                if row[number] is not None:
                    departures[place, REPEATED] += 1
                row[number] = value
                return
            block = blocks[place]
            if block.leaf and current[parents[place]] is not None:
                new_row(place)[number] = value
                return
            if block.opened_by and current[parents[place]] is not None:
                if number >= 0:
                    row = current[place] = new_row(place)
                    row[number] = value
                elif value.strip().casefold() in TRUE:
                    current[place] = new_row(place)
                return
        departures[targets[-1][0], MISPLACED] += 1

    def complete() -> None:
        """Copy what rows inherit, now that the child is whole, and hand a batch over."""
        for row, pairs in fresh:
            above = row[-1]
            if above is not None:
                for own, other in pairs:
                    row[own] = above[other]
                row[-1] = None
        fresh.clear()
        for place in range(len(current)):
            current[place] = None
        flow.children += 1
        if flow.children % BATCH_CHILDREN == 0:
            hand_over(flow)

    def doctype(*_: Any) -> None:
        raise refuse(
            source.name,
            f"line {parser.CurrentLineNumber:,}",
            found="a document type definition, in which entities can be defined",
            allowed="a return without one: no case system writes it",
            do="Do not open the file elsewhere. Ask whoever sent it for the return itself.",
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
