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

#: What a tag is: fills one field, fills one of several, opens a block, belongs to the header, or none of these.
_FIELD, _CHOICE, _OPEN, _HEADER, _OTHER = range(5)
#: Added to the above where the tag is spelt as no guide spells it.
_ODD = 10


class _Kinds(dict[str, tuple[int, Any, Any]]):
    """Tag as written → what it is; worked out once for each spelling."""

    def __init__(self, plan: Plan, source: Source, parser: Any) -> None:
        super().__init__()
        self.plan, self.source, self.parser = plan, source, parser

    def __missing__(self, tag: str) -> tuple[int, Any, Any]:
        if len(self) >= MOST_TAGS:
            raise refuse(
                self.source.name,
                f"line {self.parser.CurrentLineNumber:,}",
                found=f"more than {MOST_TAGS:,} different elements",
                allowed="the elements of a return, about seventy",
                do="Export the return again.",
            )
        kind, what, number = self._classified(classify(tag))
        odd = kind in (_FIELD, _CHOICE, _OPEN) and tag not in self.plan.spellings
        self[tag] = found = (kind + _ODD if odd else kind, what, number)
        return found

    def _classified(self, name: str) -> tuple[int, Any, Any]:
        plan = self.plan
        if name in plan.opens:
            return _OPEN, plan.opens[name], None
        if name in plan.targets:
            targets = plan.targets[name]
            place, number = targets[0]
            block = plan.blocks[place]
            if len(targets) == 1 and not block.leaf and not block.opened_by:
                return _FIELD, place, number
            return _CHOICE, targets, None
        if name in plan.header:
            return _HEADER, name, None
        return _OTHER, name not in plan.containers, None


def attach(parser: Any, plan: Plan, flow: Flow, hand_over: Callable[[Flow], None], source: Source) -> None:
    """Hang the handlers of one pass on an expat parser."""
    blocks, parents, copies = plan.blocks, plan.parents, plan.copies
    blank = [[None] * (width + 1) for width in plan.widths]
    rows, header, departures = flow.rows, flow.header, flow.departures
    current: list[Row | None] = [None] * len(blocks)
    closed = tuple(current)
    fresh: list[tuple[Row, tuple[tuple[int, int], ...]]] = []
    kinds = _Kinds(plan, source, parser)
    text = ""
    depth = 0

    def new_row(place: int) -> Row:
        row: Row = blank[place].copy()
        if place:
            row[-1] = current[parents[place]]
        rows[place].append(row)
        fresh.append((row, copies[place]))
        return row

    def start(tag: str, _attributes: Any) -> None:
        nonlocal text, depth
        if text:
            departures[-1, STRAY] += 1
            text = ""
        depth += 1
        kind, what, _ = kinds[tag]
        if kind == _OPEN or kind == _OPEN + _ODD:
            current[what] = new_row(what)
        elif depth > MOST_DEPTH:
            raise refuse(
                source.name, f"line {parser.CurrentLineNumber:,}", found=f"elements nested more than {MOST_DEPTH} deep",
                allowed="eight levels, as in a return", do="Export the return again.",
            )  # fmt: skip

    def characters(data: str) -> None:
        nonlocal text
        if data.isspace():
            return
        if not text:
            text = data
        elif len(text) < MOST_TEXT:
            text += data
        else:
            departures[-1, LONG] += 1

    def end(tag: str) -> None:
        nonlocal text, depth
        depth -= 1
        value, text = text, ""
        kind, what, number = kinds[tag]
        if kind >= _ODD:
            kind -= _ODD
            flow.odd_tags[tag] += 1
        if kind == _FIELD:
            if value:
                row = current[what]
                if row is None:
                    departures[what, MISPLACED] += 1
                else:
                    if row[number] is not None:
                        departures[what, REPEATED] += 1
                    row[number] = value
            return
        if kind == _CHOICE:
            if value:
                fill(what, value)
            return
        if kind == _OPEN:
            current[what] = None
            if what == 0:
                complete()
        elif kind == _HEADER:
            header.setdefault(what, value.strip()[:100])
            return
        elif what:
            flow.unknown_tags[tag] += 1
            return
        if value:
            departures[-1, STRAY] += 1

    def fill(targets: Any, value: str) -> None:
        """Fill the field in the deepest block that is open, or open the row that the field stands for."""
        for place, number in targets:
            row = current[place]
            if row is not None:
                if number >= 0:
                    if row[number] is not None:
                        departures[place, REPEATED] += 1
                    row[number] = value
                return
            block = blocks[place]
            if not (block.leaf or block.opened_by) or current[parents[place]] is None:
                continue
            if block.leaf:
                new_row(place)[number] = value
            elif number >= 0:
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
        current[:] = closed
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


def detach(parser: Any) -> None:
    """Take the handlers off again: they hold the parser, and with it everything read, until somebody collects rings."""
    parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = None
