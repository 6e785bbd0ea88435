"""How is a demonstration extract written? Complete returns for a synthetic Wirral; the same seed, the same bytes."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from btc_eval import records
from btc_eval.errors import UsageError, refuse
from btc_eval.records.statutory.vocabulary import DEMONSTRATION_FILE
from btc_eval.synthetic.agreement import check_words
from btc_eval.synthetic.borough import Borough, build
from btc_eval.synthetic.dirt import plant
from btc_eval.synthetic.dirt_faults import Fault
from btc_eval.synthetic.effect import known_effect
from btc_eval.synthetic.margins import Margins, margins
from btc_eval.synthetic.parameters import Parameters, load
from btc_eval.synthetic.published import Statistics
from btc_eval.synthetic.totals import Total, totals
from btc_eval.synthetic.write_903 import looked_after_return
from btc_eval.synthetic.write_annex_a import annex_a
from btc_eval.synthetic.write_cin import cin_census
from btc_eval.synthetic.write_ssd import case_system

FIRST_YEAR, LAST_YEAR = 2017, 2025

#: Fewer children than this cannot fill the published breakdowns.
FEWEST_CHILDREN = 300

_NOTICE = """DEMONSTRATION DATA, NOT ABOUT WIRRAL

Every child, family, address and event in this folder was made by a program. The totals were drawn to match figures that
Wirral Council published through the Department for Education; no record is of a real person, and nothing found here is
a finding about Wirral. Made by btc_eval with seed {seed}.
"""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file of an extract: its path in the folder, its size in bytes and its checksum."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was written.

    Parameters
    ----------
    folder
        Where.
    seed, first_year, last_year
        As asked for; years end 31 March, both included.
    children
        Children known to the synthetic council, by contact, referral or otherwise.
    scale
        Size against Wirral; 1 where the published totals themselves were drawn.
    files
        Every file, the manifest itself excepted.
    totals
        What was asked for and what was drawn, by measure and year.
    faults
        What was planted, where dirt was asked for.
    """

    folder: Path
    seed: int
    first_year: int
    last_year: int
    children: int
    scale: float
    files: tuple[WrittenFile, ...]
    totals: tuple[Total, ...]
    faults: tuple[Fault, ...]

    def frame(self) -> pd.DataFrame:
        """Return the totals: `measure`, `year`, `target`, `drawn`, `published`."""
        return pd.DataFrame([total.as_dict() for total in self.totals])

    def as_dict(self) -> dict[str, object]:
        """Return the manifest as it stands in `manifest.json`; the folder's own place is left out."""
        return {
            "seed": self.seed,
            "first_year": self.first_year,
            "last_year": self.last_year,
            "children": self.children,
            "scale": self.scale,
            "provenance": "demonstration",
            "files": [asdict(file) for file in self.files],
            "totals": [total.as_dict() for total in self.totals],
            "faults": len(self.faults),
        }


def write(
    out: str | Path,
    *,
    seed: int,
    first_year: int = FIRST_YEAR,
    last_year: int = LAST_YEAR,
    children: int | None = None,
    dirt: bool = False,
    statistics: Statistics | None = None,
    parameters: Parameters | None = None,
) -> Manifest:
    """How is a demonstration extract written? Complete returns in the statutory formats for a synthetic Wirral.

    Parameters
    ----------
    out
        The folder to make; it may exist if it is empty. It appears whole or not at all.
    seed
        The same seed gives the same bytes.
    first_year, last_year
        Collection years (ending 31 March), both included.
    children
        About how many children the synthetic council knows; by default as many as go with Wirral's published totals,
        which are then met exactly.
    dirt
        Whether to plant the faults of real files, with `dirt_key.json` saying which and where.
    statistics, parameters
        What to draw to; by default the compiled official statistics and `data/assumptions/synthetic.toml`.

    Returns
    -------
    Manifest
        What was written and how it compares with the totals.

    Raises
    ------
    UsageError
        Where the seed or the number of children cannot be used.
    RefusedError
        Where the folder holds something, or a year has no published total.

    Examples
    --------
    >>> import tempfile
    >>> made = write(Path(tempfile.mkdtemp()) / "demo", seed=1, first_year=2024, last_year=2024, children=600)
    >>> sorted(path.name for path in made.folder.iterdir())[:3]
    ['DEMONSTRATION.txt', 'annex_a.xlsx', 'cin']
    """
    folder = Path(out)
    _check(folder, seed, children)
    parameters = parameters or load()
    targets = _targets(statistics or records.official(), parameters, first_year, last_year, children)
    generator = np.random.default_rng(seed)
    making, writing, spoiling = generator.spawn(3)
    borough = build(targets, parameters, making)
    files = _files(borough, writing)
    faults: tuple[Fault, ...] = ()
    if dirt:
        files, faults = plant(files, list(range(first_year, last_year + 1)), spoiling)
        files["dirt_key.json"] = _json([fault.as_dict() for fault in faults])
    files["known_effect.json"] = _json(known_effect(borough, seed))
    notice = _NOTICE.format(seed=seed).encode()
    for place in sorted({str(Path(name).parent) for name in files}):
        files[str(Path(place) / DEMONSTRATION_FILE)] = notice
    manifest = Manifest(
        folder=folder,
        seed=seed,
        first_year=first_year,
        last_year=last_year,
        children=len(borough.people),
        scale=targets.scale,
        files=tuple(WrittenFile(n, len(c), hashlib.sha256(c).hexdigest()) for n, c in sorted(files.items())),
        totals=totals(borough),
        faults=faults,
    )
    files["manifest.json"] = _json(manifest.as_dict())
    _put(folder, files)
    return manifest


def _check(folder: Path, seed: int, children: int | None) -> None:
    if seed < 0:
        raise UsageError(f"--seed: found {seed}; allowed: a whole number, nought or more.")
    if children is not None and children < FEWEST_CHILDREN:
        raise UsageError(
            f"--children: found {children}; allowed: {FEWEST_CHILDREN} or more, so that no breakdown is empty."
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise refuse(
            str(folder),
            "",
            found="a folder that holds something, or a file",
            allowed="a folder that does not exist yet, or is empty",
            do="Choose another folder: an extract never mixes with what is there.",
        )


def _targets(
    statistics: Statistics, parameters: Parameters, first_year: int, last_year: int, children: int | None
) -> Margins:
    whole = margins(statistics, parameters, first_year=first_year, last_year=last_year)
    check_words(whole, parameters)
    if children is None:
        return whole
    usual = parameters.number("families", "children_for_each_referral")
    expected = usual * sum(whole.count("referrals", year) for year in whole.years)
    return margins(statistics, parameters, first_year=first_year, last_year=last_year, scale=children / expected)


def _files(borough: Borough, rng: np.random.Generator) -> dict[str, bytes]:
    years = range(borough.margins.first_year, borough.margins.last_year + 1)
    yearly, workbook = rng.spawn(2)
    files: dict[str, bytes] = {}
    for year, own in zip(years, yearly.spawn(len(years))):
        files[f"cin/CIN_{year}.xml"] = cin_census(borough, year)
        for name, content in looked_after_return(borough, year, own).items():
            files[f"ssda903/{year}/{name}"] = content
    files["annex_a.xlsx"] = annex_a(borough, workbook)
    return {**files, **case_system(borough)}


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _put(folder: Path, files: dict[str, bytes]) -> None:
    """Write everything beside the folder and move it in at the end."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_all(staging, files.items())
        staging.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        staging.replace(folder)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _write_all(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    for name, content in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
