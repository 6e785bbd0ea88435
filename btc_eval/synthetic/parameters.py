"""What is assumed beyond the published totals? The numbers of `data/assumptions/synthetic.toml`, with their sources."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from btc_eval.errors import refuse
from btc_eval.locations import data_folder, note_read
from btc_eval.synthetic.days import Floats, Ints, day_of

Block = Mapping[str, Any]


@dataclass(frozen=True)
class Effect:
    """The programme effect that is built into an extract.

    Parameters
    ----------
    ward_code, comparison_ward_codes
        The ward where the programme runs, and wards like it where it does not.
    start
        First day on which it acts, included.
    referral_ratio, contact_ratio
        Referrals and contacts from the ward from `start` on, as a ratio to what its share would have been.
    plan_to_care_hazard_ratio
        Hazard of starting to be looked after for a child on a protection plan whose family is on the register, against
        the other children on plans of the same age that day.
    """

    ward_code: str
    comparison_ward_codes: tuple[str, ...]
    start: datetime.date
    referral_ratio: float
    contact_ratio: float
    plan_to_care_hazard_ratio: float
    source: str

    @property
    def start_day(self) -> int:
        """Return the first day on which it acts."""
        return day_of(self.start)


@dataclass(frozen=True)
class Wards:
    """Wards in the order of their codes: names, children aged 0 to 17, deprivation score, chance of a referral."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    children: Ints
    deprivation: Floats
    rate_growth: float
    postcodes: int
    moves: float

    @property
    def weights(self) -> Floats:
        """Return each ward's share of referrals without a programme; they sum to 1."""
        rate = self.children * self.rate_growth**self.deprivation
        return np.asarray(rate / rate.sum())

    def weights_on(self, when: int, effect: Effect, ratio: float) -> Floats:
        """Return each ward's share on a day, with the effect's ratio in its ward from its start on."""
        weights = self.weights.copy()
        if when >= effect.start_day:
            weights[self.codes.index(effect.ward_code)] *= ratio
        return np.asarray(weights / weights.sum())


@dataclass(frozen=True)
class Parameters:
    """Every assumption, block by block; the blocks typed here are the ones that shape a result."""

    effect: Effect
    wards: Wards
    blocks: Mapping[str, Block]
    path: Path

    def block(self, name: str) -> Block:
        """Return one block of the file."""
        block: Block = self.blocks[name]
        return block

    def number(self, block: str, name: str) -> float:
        """Return one number."""
        return float(self.blocks[block][name])

    def array(self, block: str, name: str) -> Floats:
        """Return a list of numbers."""
        return np.array(self.blocks[block][name], dtype=np.float64)

    def shares(self, block: str, name: str) -> dict[str, float]:
        """Return named shares."""
        return {key: float(value) for key, value in self.blocks[block][name].items()}


def load(path: Path | None = None) -> Parameters:
    """What is assumed? Reads the file of the data folder in use, or the one named.

    Raises
    ------
    RefusedError
        Where the file is missing, is not TOML, or a block or an entry of it is missing or of the wrong sort.
    """
    path = path or data_folder() / "assumptions" / "synthetic.toml"
    if not path.is_file():
        raise _wrong(path, "", "no such file")
    note_read(path)
    return _load(path, path.stat().st_mtime_ns)


@cache
def _load(path: Path, _stamp: int) -> Parameters:
    try:
        blocks = tomllib.loads(path.read_text(encoding="utf-8"))
        effect, wards = blocks["effect"], blocks["wards"]
        return Parameters(
            effect=Effect(
                ward_code=effect["ward_code"],
                comparison_ward_codes=tuple(effect["comparison_ward_codes"]),
                start=effect["start"],
                referral_ratio=float(effect["referral_ratio"]),
                contact_ratio=float(effect["contact_ratio"]),
                plan_to_care_hazard_ratio=float(effect["plan_to_care_hazard_ratio"]),
                source=effect["source"],
            ),
            wards=Wards(
                codes=tuple(wards["codes"]),
                names=tuple(wards["names"]),
                children=np.array(wards["children"], dtype=np.int64),
                deprivation=np.array(wards["deprivation"], dtype=np.float64),
                rate_growth=float(wards["rate_growth_a_point"]),
                postcodes=int(wards["postcodes_a_ward"]),
                moves=float(wards["households_move_a_year"]),
            ),
            blocks=blocks,
            path=path,
        )
    except tomllib.TOMLDecodeError as error:
        raise _wrong(path, str(error), "text that is not TOML") from None
    except (KeyError, TypeError, ValueError) as error:
        raise _wrong(path, str(error), "an entry that is missing or of the wrong sort") from None


def _wrong(path: Path, place: str, found: str) -> Exception:
    return refuse(
        str(path),
        place,
        found=found,
        allowed="the parameters of the demonstration extract, as in the version under control",
        do="Restore the file from version control.",
    )
