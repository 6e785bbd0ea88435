"""How do children move between groups so that each 31 March shows the published mix? By score, in exact numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from btc_eval.synthetic.days import Floats, Ints, first_day, last_day

Generator = np.random.Generator


@dataclass
class Changes:
    """Changes of one kind: the stay, the day and the new value (a position in `LEGAL` or `GROUPS`)."""

    stay: list[Ints] = field(default_factory=list)
    day: list[Ints] = field(default_factory=list)
    value: list[Ints] = field(default_factory=list)

    def add(self, stay: Ints, day: Ints, value: Ints | int) -> None:
        """Note changes."""
        self.stay.append(stay)
        self.day.append(day)
        # A copy: the caller goes on changing its own array from year to year.
        self.value.append(np.array(np.broadcast_to(np.asarray(value, dtype=np.int64), stay.shape)))

    def frame(self, name: str) -> pd.DataFrame:
        """Return every change, one a stay and day, in order."""
        frame = pd.DataFrame(
            {"stay": np.concatenate(self.stay), "day": np.concatenate(self.day), name: np.concatenate(self.value)}
        )
        newest: pd.DataFrame = frame.drop_duplicates(["stay", "day"], keep="last")
        return pd.DataFrame(newest.sort_values(["stay", "day"], ignore_index=True))


def deal(scores: Mapping[int, Floats], wanted: Mapping[int, int], rest: int) -> Ints:
    """Give each group its number of the highest scores, in order, and the rest to one group."""
    size = len(next(iter(scores.values())))
    group = np.full(size, rest, dtype=np.int64)
    free = np.ones(size, dtype=bool)
    for name, score in scores.items():
        ranked = np.argsort(-np.where(free & np.isfinite(score), score, -np.inf), kind="stable")
        able = int((free & np.isfinite(score)).sum())
        chosen = ranked[: min(wanted[name], able)]
        group[chosen], free[chosen] = name, False
    return group


def change(changes: Changes, here: Ints, now: Ints, since: Ints, target: Ints, year: int, rng: Generator) -> None:
    """Move whoever's group at 31 March is not the one held, on a day of the year."""
    moving = target != now[here]
    stay = here[moving]
    low = np.maximum(since[stay] + 10, first_day(year))
    day = np.minimum(low + np.floor(rng.random(len(stay)) * np.maximum(last_day(year) - low + 1, 1)).astype(np.int64),
                     last_day(year))  # fmt: skip
    changes.add(stay, day, target[moving])
    now[stay], since[stay] = target[moving], day
