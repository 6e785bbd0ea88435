"""Which element of an XML return opens, closes or fills what? The blocks of a return, compiled for one pass."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from btc_eval.records.statutory.contract import Table, plain

#: Children turned into columns at a time.
BATCH_CHILDREN = 20_000
#: Deepest element; a return has eight levels.
MOST_DEPTH = 60
#: Longest text of one field, and most different elements a file may have.
MOST_TEXT, MOST_TAGS = 4_000, 2_000

Row = list[Any]
#: (place of the block, place of the column in its rows)
Target = tuple[int, int]


@dataclass(frozen=True)
class Block:
    """How the rows of one table stand in the file.

    Parameters
    ----------
    table
        The table.
    tags
        Elements that open a row, in plain form; none for a table of leaves or of loose fields.
    parent
        Name of the table whose row it hangs on, or blank for the child itself.
    inherits
        Columns copied from that row when the child is complete.
    leaf
        The column of a table with one row for each element of one field (disabilities, factors, review dates).
    opened_by
        Fields that open a row by being filled, for tables whose fields lie loose in the child's header.
    marker
        A yes-or-no element that opens a row without being a column of it.
    """

    table: Table
    tags: frozenset[str] = frozenset()
    parent: str = ""
    inherits: tuple[str, ...] = ()
    leaf: str = ""
    opened_by: bool = False
    marker: str = ""


@dataclass
class Flow:
    """What one pass hands over and counts.

    Attributes
    ----------
    rows
        One list of rows a block, emptied at every hand-over; the last cell of a row is its parent.
    counts
        Rows read so far, a block.
    header
        Plain tag → text, of the fields before the children.
    departures
        (place of the block, what) → how often; −1 for the file as a whole.
    unknown_tags
        Elements that no table has → how often.
    odd_tags
        Elements under a name that no guide has → how often; they were read.
    children
        Children read so far.
    """

    rows: list[list[Row]]
    counts: list[int]
    header: dict[str, str] = field(default_factory=dict)
    departures: Counter[tuple[int, str]] = field(default_factory=Counter)
    unknown_tags: Counter[str] = field(default_factory=Counter)
    odd_tags: Counter[str] = field(default_factory=Counter)
    children: int = 0


class Plan:
    """The blocks of a return, compiled: which element opens, closes or fills what.

    Parameters
    ----------
    blocks
        In order, a parent before its children; the first is the child.
    containers, header
        Elements, in plain form, that hold others, and those that come before the children.
    spellings
        Names of blocks, and of fields that changed theirs, exactly as the guides spell them.
    """

    def __init__(
        self, blocks: tuple[Block, ...], containers: frozenset[str], header: frozenset[str], spellings: frozenset[str]
    ) -> None:
        self.blocks, self.containers, self.header = blocks, containers, header
        self.place = {block.table.name: place for place, block in enumerate(blocks)}
        self.widths = [len(block.table.columns) for block in blocks]
        self.parents = [self.place.get(block.parent, -1) for block in blocks]
        self.opens = {tag: place for place, block in enumerate(blocks) for tag in block.tags}
        self.spellings = spellings | {column.statutory for block in blocks for column in block.table.columns}
        self.copies = [self._copies(block) for block in blocks]
        self.targets: dict[str, tuple[Target, ...]] = {}
        for place in reversed(range(len(blocks))):  # deeper blocks come later and are asked first
            for number, column in enumerate(blocks[place].table.columns):
                if column.name not in blocks[place].inherits:
                    for heading in column.headings - self.opens.keys():
                        self.targets[heading] = (*self.targets.get(heading, ()), (place, number))
            if blocks[place].marker:
                self.targets[blocks[place].marker] = ((place, -1),)

    def _copies(self, block: Block) -> tuple[tuple[int, int], ...]:
        if not block.parent:
            return ()
        own = [column.name for column in block.table.columns]
        above = [column.name for column in self.blocks[self.place[block.parent]].table.columns]
        return tuple((own.index(name), above.index(name)) for name in block.inherits)


def classify(tag: str) -> str:
    """How is a tag compared? Without its namespace, in plain form."""
    return plain(tag.rpartition(":")[2])
