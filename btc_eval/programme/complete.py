"""What a set of records must not leave out: a weakness without an answer, an item of a guideline without a place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from btc_eval.errors import Refusal
from btc_eval.programme.appraisal import Commitment, InspectionFinding
from btc_eval.programme.options import Side
from btc_eval.programme.planning import CheckItem, Grading, Guideline, Readiness, Step
from btc_eval.programme.read import Read
from btc_eval.programme.schema import Document, Event, Record

#: A page of the book and an address on it.
_PLACE = re.compile(r"^[a-z-]+(?:/[a-z0-9-]+)?#[a-z0-9-]+$")
_HIGHEST = 5  # both scales of evidence end there


def incomplete(read: Sequence[Read]) -> list[Refusal]:
    """What is missing, doubled or out of range, seen over all files? One fault each, with file and line."""
    return [*_weaknesses(read), *_items(read), *_places(read), *_levels(read), *_dates(read)]


def _of(read: Sequence[Read], kind: type[Record]) -> Iterator[tuple[str, int, Record]]:
    for item in read:
        for record, lines in item.records:
            if isinstance(record, kind):
                yield item.table.file, lines.header, record


def _unsound(read: Sequence[Read], kind: type[Record]) -> bool:
    """Is anything wrong in a file of such records? Then it is told of, and what seems missing may be what is wrong."""
    return any(item.table.kind is kind and item.faults for item in read)


def _weaknesses(read: Sequence[Read]) -> Iterator[Refusal]:
    if _unsound(read, Readiness):
        return
    answered = Counter(record.weakness for _, _, record in _of(read, Readiness) if isinstance(record, Readiness))
    for file, line, found in _of(read, InspectionFinding):
        if isinstance(found, InspectionFinding) and found.side is Side.WEAKNESS and answered[found.id] != 1:
            yield Refusal(
                file,
                f"line {line}, {found.id}",
                f"{answered[found.id]} answers in readiness.toml",
                "one answer for each weakness: what the plan does about it, or that it does nothing",
                "Add the answer, or take the second one away.",
            )


def _items(read: Sequence[Read]) -> Iterator[Refusal]:
    if _unsound(read, CheckItem):
        return
    items = [record for _, _, record in _of(read, CheckItem) if isinstance(record, CheckItem)]
    for file, line, guideline in _of(read, Guideline):
        if not isinstance(guideline, Guideline):
            continue
        given = Counter(item.paragraph.removeprefix("item ") for item in items if item.guideline == guideline.id)
        wanted = Counter(guideline.numbers)
        if given != wanted:
            odd = sorted((given - wanted) + (wanted - given))
            yield Refusal(
                file,
                f"line {line}, {guideline.id}",
                f"items unanswered, unknown or answered twice: {', '.join(odd)}",
                "every number of `numbers` once in checklists.toml, as `paragraph`",
                "Answer the item, or correct its number.",
            )


def _places(read: Sequence[Read]) -> Iterator[Refusal]:
    for file, line, item in _of(read, CheckItem):
        if isinstance(item, CheckItem) and not _PLACE.match(item.place):
            yield Refusal(
                file,
                f"line {line}, {item.id}, place",
                repr(item.place),
                "a page and an address on it, such as assurance/methods#false-alarms",
                "Name the place where the report answers.",
            )


def _levels(read: Sequence[Read]) -> Iterator[Refusal]:
    for file, line, grading in _of(read, Grading):
        if isinstance(grading, Grading):
            for scale in ("maryland", "nesta"):
                if not 0 <= getattr(grading, scale) <= _HIGHEST:
                    yield Refusal(
                        file,
                        f"line {line}, {grading.id}, {scale}",
                        str(getattr(grading, scale)),
                        f"0 to {_HIGHEST}",
                        "Correct the step of the scale.",
                    )


def _dates(read: Sequence[Read]) -> Iterator[Refusal]:
    dated = {
        record_id for item in read if item.table.kind in (Commitment, Event, Document) for record_id, _ in item.ids
    }
    for file, line, step in _of(read, Step):
        if isinstance(step, Step) and step.dated_by not in dated:
            yield Refusal(
                file,
                f"line {line}, {step.id}, dated_by",
                repr(step.dated_by),
                "a promise, an event or a paper: what has a date, or could have one",
                "Name the record from which the step takes its date.",
            )
