"""Where does everyone live? Postcodes that no post office knows, each in a ward of the synthetic borough.

A demonstration postcode begins with the area ZX, which does not exist. Its two digits are the ward, in the order of the
ward codes; ZX90 is outside the borough and in no ward.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from btc_eval.synthetic.days import NEVER, Flags, Ints
from btc_eval.synthetic.people import Words
from btc_eval.synthetic.world import World

Generator = np.random.Generator

_OUTSIDE = 90
_ENDS = "ABDEFGHJLNPQRSTUWXYZ"


def postcode(ward: Ints, number: Ints) -> Words:
    """Which postcode has this number in this ward (a position in the list; `_OUTSIDE` - 1 for none)?"""
    return np.array(
        [
            f"ZX{w + 1:02d} {n // 20 % 9 + 1}{_ENDS[n % 20]}{_ENDS[(n * 7 + 3) % 20]}"
            for w, n in zip(ward.tolist(), number.tolist())
        ],
        dtype=object,
    )


def ward_lookup(world: World) -> pd.DataFrame:
    """In which ward is each postcode? `postcode`, `ward_code`, `ward_name`, one row a postcode."""
    wards = world.parameters.wards
    ward = np.repeat(np.arange(len(wards.codes)), wards.postcodes)
    number = np.tile(np.arange(wards.postcodes), len(wards.codes))
    codes, names = np.array(wards.codes, dtype=object), np.array(wards.names, dtype=object)
    return pd.DataFrame({"postcode": postcode(ward, number), "ward_code": codes[ward], "ward_name": names[ward]})


def _number(world: World, family: Ints, *, after: bool) -> Ints:
    """Return which of its ward's postcodes a family lives at; it differs after a move."""
    return (family * 7919 + (4241 if after else 0)) % world.parameters.wards.postcodes


def home_postcode(world: World, child: Ints, when: Ints) -> Words:
    """At which postcode did each child's family live on a day?"""
    family = world.children["family"][child]
    moved = world.families["moved"][family] <= when
    number = np.where(moved, _number(world, family, after=True), _number(world, family, after=False))
    return postcode(world.wards(when, child), number)


def placement_postcodes(world: World, child: Ints, at_home: Flags, when: Ints, rng: Generator) -> Words:
    """At which postcode is each placement? With parents at home; else four in five in the borough, in any ward."""
    wards = world.parameters.wards
    ward = rng.choice(len(wards.codes), size=len(child), p=wards.children / wards.children.sum())
    outside = rng.random(len(child)) < world.parameters.number("care_detail", "outside_the_borough")
    ward = np.where(outside, _OUTSIDE - 1, ward)
    away = postcode(ward, rng.integers(0, wards.postcodes, size=len(child)))
    away[at_home] = home_postcode(world, child, when)[at_home]
    return away


def addresses(world: World, child_id: Words) -> pd.DataFrame:
    """Where did each child live, from when to when? One row an address, ready for the case system's table.

    Returns
    -------
    pd.DataFrame
        `child` (a position), `child_id`, `started`, `ended` (days, `ended` not included), `postcode`. The first address
        starts at birth; a move ends one address and starts the next on the same day.
    """
    children = world.children
    everyone = np.arange(len(children))
    moved = world.families["moved"][children["family"]]
    start = np.minimum(children["born"], children["known"])
    has_moved = np.flatnonzero((moved != NEVER) & (moved > start))
    ended = np.full(len(children), NEVER, dtype=np.int64)
    ended[has_moved] = moved[has_moved]
    before = {"child": everyone, "started": start, "ended": ended, "postcode": home_postcode(world, everyone, start)}
    after = {
        "child": has_moved,
        "started": moved[has_moved],
        "ended": NEVER,
        "postcode": home_postcode(world, has_moved, moved[has_moved]),
    }
    both = pd.concat([pd.DataFrame(before), pd.DataFrame(after)], ignore_index=True)
    both.insert(1, "child_id", child_id[both["child"].to_numpy()])
    return both.sort_values(["child", "started"], kind="stable", ignore_index=True)
