"""Where do rows wait until they are stacked? In memory while they are few; on disk, in buckets of children, beyond.

Every row of a child lies in the same bucket, so each bucket can be stacked on its own and a national set of returns
never has to fit into memory. The folder on disk is private to the user and is removed with the object.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from btc_eval.records.statutory.contract import Table
from btc_eval.records.statutory.vocabulary import TABLES

#: Rows held in memory before they go to disk: about 150 MB.
MOST_ROWS = 1_500_000
#: Rows written to disk at a time.
_PIECE = 200_000
BUCKETS = 16


def bucket_of(table: Table, rows: Any) -> npt.NDArray[np.int64]:
    """In which bucket does each row lie? By its identifier without leading zeros, so that look-alikes meet."""
    column = "child_id" if "child_id" in table.by_name else table.key[0]
    text = pc.fill_null(pc.utf8_ltrim(rows[column], "0"), "").combine_chunks()
    coded = text.dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    hashes = pd.util.hash_array(np.asarray(coded.dictionary.to_pylist(), dtype=object), categorize=False)
    buckets: npt.NDArray[np.int64] = (hashes % BUCKETS).astype(np.int64)[np.asarray(coded.indices)]
    return buckets


class Shelf:
    """Tables that grow: kept in memory up to a number of rows, then moved to Parquet files.

    Parameters
    ----------
    folder
        Where files are written, once there are too many rows.
    most_rows
        Rows, over all tables, kept in memory.
    split
        Whether files are split into buckets of children.
    """

    def __init__(self, folder: PrivateFolder, *, most_rows: int, split: bool) -> None:
        self._folder, self._most, self._split = folder, most_rows, split
        self._held: dict[str, list[Any]] = {}
        self._rows = 0
        self._writers: dict[tuple[str, int], Any] = {}
        self.on_disk = False

    def add(self, name: str, rows: Any) -> None:
        """Put rows of one table on the shelf."""
        if not rows.num_rows:
            return
        self._held.setdefault(name, []).append(rows)
        self._rows += rows.num_rows
        if self._rows > (_PIECE if self.on_disk else self._most):
            self._write()

    def _write(self) -> None:
        self.on_disk = True
        for name, pieces in self._held.items():
            rows = _joined(pieces)
            if not self._split:
                self._writer(name, 0, rows.schema).write_table(rows)
                continue
            buckets = bucket_of(TABLES[name], rows)
            order = np.argsort(buckets, kind="stable")
            edges = np.searchsorted(buckets[order], np.arange(BUCKETS + 1))
            rows = rows.take(pa.array(order))
            for bucket, (first, last) in enumerate(pairwise(edges.tolist())):
                if last > first:
                    self._writer(name, bucket, rows.schema).write_table(rows.slice(first, last - first))
        self._held, self._rows = {}, 0

    def _writer(self, name: str, bucket: int, schema: Any) -> Any:
        key = (name, bucket)
        if key not in self._writers:
            path = self._folder.path / (f"{name}.{bucket}.parquet" if self._split else f"{name}.parquet")
            codec = "lz4" if self._split else "zstd"
            self._writers[key] = pq.ParquetWriter(path, schema, compression=codec, use_dictionary=not self._split)
        return self._writers[key]

    def close(self) -> None:
        """Finish the files, where there are any."""
        if self.on_disk:
            self._write()
        for writer in self._writers.values():
            writer.close()

    def buckets(self) -> Iterator[Mapping[str, Any]]:
        """Take the tables off the shelf: all at once from memory, else bucket by bucket; each is then forgotten."""
        self.close()
        if not self.on_disk:
            held, self._held = self._held, {}
            yield {name: _joined(pieces) for name, pieces in held.items()}
            return
        for bucket in range(BUCKETS):
            tables = {}
            for name in [name for name, where in self._writers if where == bucket]:
                path = self._folder.path / f"{name}.{bucket}.parquet"
                tables[name] = pq.read_table(path, memory_map=False)
                path.unlink()
            yield tables

    def tables(self) -> Mapping[str, Any]:
        """Return what stands on an unsplit shelf: arrow tables, or the files that hold them."""
        self.close()
        if not self.on_disk:
            return {name: _joined(pieces) for name, pieces in self._held.items()}
        return {name: self._folder.path / f"{name}.parquet" for name, _ in self._writers}


def _joined(pieces: list[Any]) -> Any:
    return pieces[0] if len(pieces) == 1 else pa.concat_tables(pieces)


class PrivateFolder:
    """A folder that only this user can open: made when it is first needed, removed when nobody holds it any more.

    Parameters
    ----------
    beside
        Where it is made; the system's folder for temporary files by default.
    """

    def __init__(self, beside: Path | None) -> None:
        self._beside = beside
        self._made: Path | None = None
        self._removal: weakref.finalize[..., PrivateFolder] | None = None

    @property
    def path(self) -> Path:
        """Return where it is."""
        if self._made is None:
            self._made = Path(tempfile.mkdtemp(prefix="btc_eval-", dir=self._beside))
            self._removal = weakref.finalize(self, shutil.rmtree, self._made, ignore_errors=True)
        return self._made

    def remove(self) -> None:
        """Remove it now, with everything in it."""
        if self._removal is not None:
            self._removal()
