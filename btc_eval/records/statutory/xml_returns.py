"""Which return is this XML file, and what are its blocks? The children in need census and the looked-after return."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from btc_eval.errors import refuse
from btc_eval.records.statutory import tables_903 as care
from btc_eval.records.statutory import tables_cin as cin
from btc_eval.records.statutory.contract import Return, Table, plain
from btc_eval.records.statutory.days import month_of, read_day, year_of_month
from btc_eval.records.statutory.notes import shown_heading
from btc_eval.records.statutory.parts import Part, put
from btc_eval.records.statutory.sources import Source
from btc_eval.records.statutory.vocabulary import DEMONSTRATION_SOFTWARE
from btc_eval.records.statutory.warehouse import Shelf
from btc_eval.records.statutory.xml_plan import Block, Flow, Plan
from btc_eval.records.statutory.xml_stream import stream

_HEADER = frozenset(
    {
        "collection", "year", "referencedate", "lea", "softwarecode", "sourcelevel", "release", "serialno", "datetime",
    }
)  # fmt: skip
_TAG = re.compile(rb"<\s*([A-Za-z_][\w:.\-]*)")


def _tags(*tables: Table) -> frozenset[str]:
    return frozenset(name for table in tables for name in table.names_in_plain)


def _hanging(table: Table) -> Block:
    return Block(table, _tags(table), "cin_episodes", ("child_id", "referred"))


_CIN = Plan(
    (
        Block(cin.CHILDREN, frozenset({"child"})),
        Block(cin.DISABILITIES, parent="cin_children", inherits=("child_id",), leaf="disability"),
        Block(cin.EPISODES, _tags(cin.EPISODES), "cin_children", ("child_id",)),
        _hanging(cin.ASSESSMENTS),
        Block(cin.FACTORS, parent="cin_assessments", inherits=("child_id", "referred", "started"), leaf="factor"),
        _hanging(cin.PLANS),
        _hanging(cin.SECTION_47),
        _hanging(cin.PROTECTION_PLANS),
        Block(
            cin.PROTECTION_REVIEWS,
            parent="protection_plans",
            inherits=("child_id", "referred", "started"),
            leaf="reviewed",
        ),
        _hanging(cin.PRE_PROCEEDINGS),
    ),
    containers=frozenset(
        {
            "message",
            "header",
            "collectiondetails",
            "source",
            "content",
            "children",
            "childidentifiers",
            "childcharacteristics",
            "disabilities",
            "factorsidentifiedatassessment",
            "reviews",
            "cindetailscollection",
        }
    ),
    header=_HEADER,
    spellings=frozenset({"Child", "Sex"} | {table.statutory for table in cin.CIN_TABLES}),
)

_OF_CHILD = ("child_id", "date_of_birth")


def _below(table: Table, *tags: str, inherits: tuple[str, ...] = _OF_CHILD) -> Block:
    return Block(table, frozenset(tags), "looked_after_children", inherits)


_CARE = Plan(
    (
        Block(care.HEADER, frozenset({"child"})),
        _below(care.EPISODES, "episode", inherits=("child_id",)),
        _below(care.MISSING, "amissing"),
        _below(care.REVIEWS, "areview"),
        _below(care.PERMANENCE, "permanence"),
        _below(care.HEALTH, "oc2"),
        _below(care.PLACED_FOR_ADOPTION, "adplaced"),
        _below(care.SOCIAL_WORKERS, "swepisode", "asw", "swdetails"),
        _below(care.DEPRIVATION, "dolo", "adolo"),
        Block(care.ASYLUM_SEEKERS, frozenset(), care.HEADER.name, (*_OF_CHILD, "sex"), opened_by=True, marker="uasc"),
        Block(care.ADOPTION, frozenset(), care.HEADER.name, _OF_CHILD, opened_by=True),
        Block(care.CARE_LEAVERS, frozenset(), care.HEADER.name, _OF_CHILD, opened_by=True),
    ),
    containers=frozenset({"expssda903", "header", "message", "children", "ad1", "oc3", "collectiondetails", "source"}),
    header=_HEADER,
    spellings=frozenset(
        {
            "CHILD",
            "CHILDID",
            "EPISODE",
            "PL",
            "AMISSING",
            "AREVIEW",
            "PERMANENCE",
            "OC2",
            "AD_PLACED",
            "UASC",
        }
    ),
)

PLANS: Mapping[Return, Plan] = {Return.CIN: _CIN, Return.LOOKED_AFTER: _CARE}


def kind_of_xml(head: bytes) -> Return | None:
    """Which return does an XML file with these first bytes hold? `None` where it is neither.

    The first elements are looked for as text, so that a file is recognised before it is parsed.
    """
    text = head.replace(b"\x00", b"")
    tags = {plain(found.decode("ascii", "replace").rpartition(":")[2]) for found in _TAG.findall(text)}
    collection = re.search(rb"<Collection>\s*(\w+)", text)
    if collection is not None and collection[1].upper() not in (b"CIN", b"CLA", b"SSDA903"):
        return None
    if "expssda903" in tags or {"child", "decom"} <= tags:
        return Return.LOOKED_AFTER
    if tags & {"lachildid", "cindetails", "cindetailscollection"} or collection is not None:
        return Return.CIN
    return None


def read_xml(source: Source, kind: Return, shelf: Shelf, first_number: int) -> list[Part]:
    """Read one XML return onto the shelf.

    Returns
    -------
    list of Part
        One for each table of the return, whether or not it has rows.

    Raises
    ------
    RefusedError
        See `stream`; nothing of a refused file may be used, so the caller drops the whole read.
    """
    plan = PLANS[kind]
    parts = [
        Part(first_number + place, block.table, source, optional=place > 0) for place, block in enumerate(plan.blocks)
    ]

    def hand_over(flow: Flow) -> None:
        for place, (part, rows) in enumerate(zip(parts, flow.rows)):
            if rows:
                flow.counts[place] += len(rows)
                cells = _columns(part.table, rows)
                flow.rows[place].clear()
                put(part, cells, len(cells["child_id"]), shelf, inherited=plan.blocks[place].inherits)

    flow = stream(source, plan, hand_over)
    _account(parts, flow, source)
    return parts


def _columns(table: Table, rows: list[list[Any]]) -> dict[str, Any]:
    columns = zip(*rows, strict=True)
    return {column.name: pa.array(cells, type=pa.string()) for column, cells in zip(table.columns, columns)}


def _account(parts: list[Part], flow: Flow, source: Source) -> None:
    header = flow.header
    year = _stated_year(header)
    for place, part in enumerate(parts):
        part.rows_in = flow.counts[place]
        part.council = header.get("lea", "")
        part.stated_year, part.year_in_header = year, _year_in_header(header)
        part.demonstration = source.demonstration or header.get("softwarecode", "") == DEMONSTRATION_SOFTWARE
    for (place, what), times in flow.departures.items():
        parts[max(place, 0)].notes.depart("", what, times)
    for tag, times in flow.odd_tags.most_common(20):
        parts[0].notes.depart(shown_heading(tag), "an element under a vendor's name, read", times)
    for tag, times in flow.unknown_tags.most_common(20):
        parts[0].notes.depart(shown_heading(tag), "an element that no table has", times)
    if rest := sum(flow.unknown_tags.values()) - sum(n for _, n in flow.unknown_tags.most_common(20)):
        parts[0].notes.depart("", "other elements that no table has", rest)
    if not year:
        parts[0].notes.depart("", "a header without a reference date: the dates of the referrals tell the year")
    elif _year_in_header(header) not in (0, year):
        parts[0].notes.depart("", "a header whose year and reference date disagree: the reference date was used")
    if not flow.children:
        raise refuse(
            source.name, "", found="no child in it", allowed="a return with children", do="Export the return again."
        )


def _stated_year(header: Mapping[str, str]) -> int:
    """Return the collection year of the reference date; 0 where there is none: `Year` alone is often wrong."""
    day, _ = read_day(header.get("referencedate", ""))
    return year_of_month(month_of(day)) if day is not None else 0


def _year_in_header(header: Mapping[str, str]) -> int:
    stated = header.get("year", "")
    return int(stated) if stated.isdigit() and len(stated) == 4 else 0
