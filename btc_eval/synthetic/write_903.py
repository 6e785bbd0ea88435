"""How is the looked-after return of a year written? A set of CSV files, as of 31 March, with the codes of its year."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from btc_eval.records.statutory.vocabulary import TABLES
from btc_eval.synthetic import care_tables
from btc_eval.synthetic.borough import Borough
from btc_eval.synthetic.days import NEVER, Ints, birthday, first_day, last_day
from btc_eval.synthetic.looked_after import in_words_of
from btc_eval.synthetic.tables import csv_bytes, written

Generator = np.random.Generator

#: English table name → file stem, where the file is not named as the readers' first choice.
_STEMS = {"placed_for_adoption": "placed_for_adoption"}


def looked_after_return(borough: Borough, year: int, rng: Generator) -> dict[str, bytes]:
    """How is the return of this collection year written?

    Parameters
    ----------
    borough
        Everything that happened.
    year
        Year ending 31 March; nothing later is told, and what is open then is open in the file.
    rng
        For what is asked anew each year: health, leavers, permanence.

    Returns
    -------
    dict
        File name → contents.
    """
    frames = _frames(borough, year, rng)
    people = borough.people
    born = people["born"].to_numpy()
    ids = people["child_id"].to_numpy(dtype=object)
    result = {}
    for name, frame in frames.items():
        child = frame["child"].to_numpy(dtype=np.int64)
        full = frame.assign(child_id=ids[child], date_of_birth=born[child])
        keys = [key for key in ("child_id", "started", "reviewed", "placed") if key in full]
        full = full.sort_values(keys, kind="stable")
        stem = _STEMS.get(name, TABLES[name].statutory)
        result[f"{stem}.csv"] = csv_bytes(written(name, full, year, style="british"))
    return result


def _frames(borough: Borough, year: int, rng: Generator) -> Mapping[str, pd.DataFrame]:
    world = borough.world
    episodes = _episodes(borough.episodes, year)
    leavers = care_tables.care_leavers(world, year, rng)
    child = np.union1d(episodes["child"], leavers["child"]).astype(np.int64)
    looked_after = episodes.loc[episodes["stay"] >= 0, "child"].unique()
    first, last = first_day(year), last_day(year)
    reviews, placed, absences = borough.reviews, borough.placed, borough.absences
    frames = {
        "looked_after_children": _header(borough, child, year),
        "looked_after_episodes": episodes,
        "asylum_seekers": _asylum(borough, child, year),
        "looked_after_reviews": reviews[(reviews["reviewed"] >= first) & (reviews["reviewed"] <= last)],
        "health_and_offending": care_tables.health(world, year, rng),
        "care_leavers": leavers,
        "adoption_decisions": borough.adoptions[
            (borough.adoptions["adopted"] >= first) & (borough.adoptions["adopted"] <= last)
        ],
        "placed_for_adoption": _hidden(
            placed[(placed["placed"] <= last) & placed["stay"].isin(episodes["stay"])], "ceased", "ceased_reason", last
        ),
        "previous_permanence": _permanence(borough, looked_after),
        "missing_episodes": _hidden(
            absences[(absences["started"] <= last) & (absences["ended"] >= first)], "ended", "", last
        ),
    }
    if year >= care_tables.SOCIAL_WORKERS_FROM:
        spells = borough.social_workers
        spells = spells[(spells["started"] <= last) & (spells["ended"] >= first)]
        frames["social_workers"] = _hidden(spells, "ended", "", last)
    return frames


def _hidden(frame: pd.DataFrame, date: str, reason: str, last: int) -> pd.DataFrame:
    """Return the rows as they stood on the last day: an end that came later is not yet there, nor its reason."""
    later = frame[date] > last
    frame = frame.assign(**{date: frame[date].where(~later, NEVER)})
    return frame.assign(**{reason: frame[reason].where(~later, "")}) if reason else frame


def _episodes(episodes: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the episodes open at some time in the year, as they stood on its last day."""
    last = last_day(year)
    rows = episodes[(episodes["started"] <= last) & (episodes["ended"] >= first_day(year))]
    rows = _hidden(_hidden(rows, "ended", "end_reason", last), "ended", "", last)
    still = rows["ended"] == NEVER
    rows = rows.assign(
        change_reason=rows["change_reason"].where(~still, ""), end_reason=rows["end_reason"].where(~still, "")
    )
    return rows.assign(placement=in_words_of(rows["placement"].to_numpy(dtype=object), year))


def _header(borough: Borough, child: Ints, year: int) -> pd.DataFrame:
    people = borough.people.iloc[child]
    at_school = last_day(year) - people["born"].to_numpy() > 1700
    serial = people["child_id"].str[-2:].astype(int).to_numpy()
    mother = (
        (people["sex"].to_numpy() == "female") & (serial == 7) & (last_day(year) - people["born"].to_numpy() > 6000)
    )
    own_child = np.where(mother, birthday(people["born"].to_numpy(), 16) + 40, NEVER)
    mother &= own_child <= last_day(year)
    return pd.DataFrame(
        {
            "child": child,
            "sex": people["sex"].to_numpy(dtype=object),
            "ethnicity": people["ethnicity"].to_numpy(dtype=object),
            "upn": np.where(at_school, people["upn"].to_numpy(dtype=object), "UN1"),
            "is_mother": np.where(mother, "1", ""),
            "own_child_born": np.where(mother, own_child, NEVER),
        }
    )


def _asylum(borough: Borough, child: Ints, year: int) -> pd.DataFrame:
    people = borough.people.iloc[child]
    alone = child[people["asylum"].to_numpy()]
    adult = birthday(borough.people["born"].to_numpy()[alone], 18)
    return pd.DataFrame(
        {
            "child": alone,
            "sex": borough.people["sex"].to_numpy(dtype=object)[alone],
            "status_ended": np.where(adult <= last_day(year), adult, NEVER),
        }
    )


def _permanence(borough: Borough, child: Ints) -> pd.DataFrame:
    """Say for each child looked after whether an order had given them a home before; the same answer every year."""
    share = borough.world.parameters.number("care", "previous_permanence")
    serial = borough.people["child_id"].str[-7:].astype(int).to_numpy()[child]
    started = (
        borough.episodes[borough.episodes["stay"] >= 0]
        .groupby("child")["started"]
        .min()
        .reindex(child)
        .to_numpy(dtype=np.int64)
    )
    born = borough.people["born"].to_numpy()[child]
    had = (serial * 37 % 1000 < share * 1000) & (started - born > 900)
    kinds = np.array(["adoption", "special guardianship order", "residence or child arrangements order"], dtype=object)
    ordered = pd.Series(born + (started - born) // 2)
    dates = (
        (pd.Timestamp("1970-01-01") + pd.to_timedelta(ordered, unit="D")).dt.strftime("%d/%m/%Y").to_numpy(dtype=object)
    )
    return pd.DataFrame(
        {
            "child": child,
            "previous_order": np.where(had, kinds[serial % 3], "none"),
            "ordered": np.where(had, dates, ""),
        }
    )
