"""A zip that was changed on the way is refused at every door, whatever the change: never another kind of error."""

from __future__ import annotations

import io
import random
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from btc_eval.disclosure import gate_packed
from btc_eval.edition import archive
from btc_eval.errors import BtcEvalError, RefusedError
from btc_eval.records import decode, intake
from btc_eval.records.statutory import guard_layers, sources, workbook
from btc_eval.records.tables import Faults

PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
MEMBERS = ("one/edition.json", "one/xl/worksheets/sheet1.xml", "one/list.csv")


def damaged(seed: int, number: int) -> Iterator[bytes]:
    """Yield archives of each packing with a few bytes changed, some cut short."""
    draw = random.Random(seed)
    for packing in PACKINGS:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", packing) as held:
            for name in MEMBERS:
                held.writestr(name, "child,started\n" + "17,2024-03-01\n" * 200)
        whole = out.getvalue()
        for _ in range(number):
            changed = bytearray(whole)
            for _ in range(draw.choice((1, 1, 2, 4))):
                changed[draw.randrange(len(changed))] = draw.randrange(256)
            yield bytes(changed[: draw.randrange(len(changed))] if draw.random() < 0.15 else changed)


def offered(content: bytes, path: Path) -> None:  # noqa: ARG001
    _, found = intake.open_zip("offered.zip", content)
    if found:
        raise RefusedError(found)


def official_workbook(content: bytes, path: Path) -> None:  # noqa: ARG001
    faults = Faults("book.xlsx")
    decode._workbook(content, faults)
    if faults:
        raise RefusedError(faults.found)


def looked_into(content: bytes, path: Path) -> None:  # noqa: ARG001
    list(guard_layers.layers(content))


def published(content: bytes, path: Path) -> None:  # noqa: ARG001
    list(gate_packed.members(content, [10**9]))


def returns(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    found, refusals = sources.gather([path])
    if refusals:
        raise RefusedError(refusals)
    for source in found:
        source.sha256()


def returned_workbook(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    book = path.with_suffix(".xlsx")
    book.write_bytes(content)
    (source,) = sources.gather([book])[0]
    workbook._inspect(source, book)


def edition(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    with archive.opened(path):
        pass


DOORS = (offered, official_workbook, looked_into, published, returns, returned_workbook, edition)
REFUSALS = (BtcEvalError, guard_layers.Unreadable, gate_packed.Unreadable)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_a_damaged_zip_is_refused_or_read_and_nothing_else(door: Callable[[bytes, Path], None], tmp_path: Path) -> None:
    refused = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name twice, said by Python's own reader
        for content in damaged(1, 250):
            try:
                door(content, tmp_path / "damaged.zip")
            except REFUSALS:
                refused += 1
    assert refused > 100
