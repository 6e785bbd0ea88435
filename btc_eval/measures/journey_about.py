"""What is known of a journey? Who made it, when it began, who referred, with which need, where the child lived."""

from __future__ import annotations

import numpy as np
import pandas as pd

from btc_eval.measures.days import DayOfBirth, Days, bands, dates_of
from btc_eval.measures.groups import SOURCES, coded, grouped, said
from btc_eval.measures.happenings import happenings
from btc_eval.measures.journey_path import DayPath
from btc_eval.measures.journey_states import CLOSED, STATES
from btc_eval.measures.nearest import nearest
from btc_eval.measures.people import people, ward_codes, with_place
from btc_eval.records.statutory import StatutoryRecords
from btc_eval.records.statutory.vocabulary import NEED, REFERRAL_SOURCE

#: What is known of a journey from its beginning: what it can be told by.
ABOUT = (
    "source", "source_group", "need", "ward_code", "ward_name", "locality", "age_band", "sex", "ethnicity_group",
    "early_help_before",
)  # fmt: skip


def about(
    records: StatutoryRecords, path: DayPath, number: Days, window: tuple[int, int], day_of_birth: DayOfBirth
) -> pd.DataFrame:
    """Who made each journey of the window, when did it begin, and what is known of it?"""
    begins = path.days["before"].to_numpy() == CLOSED
    opening = path.days[begins].reset_index(drop=True)
    last = path.days.assign(journey=number).drop_duplicates("journey", keep="last")
    over = np.where(last["after"].to_numpy() == CLOSED, last["day"].to_numpy(), window[1] + 1)
    told = pd.DataFrame(
        {
            "journey": np.arange(len(opening)),
            "child_id": path.children[opening["child"].to_numpy()].astype("str"),
            "number": opening.groupby("child").cumcount().to_numpy() + 1,
            "origin": opening["day"].to_numpy(),
            "over": over,
            "began": dates_of(opening["day"].to_numpy()),
            "first_state": coded(opening["after"], STATES),
        }
    )
    inside = (told["origin"] <= window[1]) & (told["over"] >= window[0])
    told = told[inside].reset_index(drop=True)
    told["id"] = told["child_id"] + "/" + told["number"].astype("str")
    everyone = people(records, day_of_birth=day_of_birth)
    known = _first_reported(records, told)
    told = with_place(told, ward_codes(records, told, day="began"), records)
    return told.assign(
        family=everyone.of(told["child_id"], "family"),
        source=said(known["source"], REFERRAL_SOURCE.words_in_order),
        source_group=grouped(known["source"], SOURCES),
        need=said(known["need"], NEED.words_in_order),
        age_band=bands(everyone.born(told["child_id"]), told["origin"].to_numpy()),
        sex=everyone.of(told["child_id"], "sex"),
        ethnicity_group=everyone.of(told["child_id"], "ethnicity_group"),
        early_help_before=_helped_before(records, told),
    )


def _first_reported(records: StatutoryRecords, told: pd.DataFrame) -> pd.DataFrame:
    """Return source and need of each journey's first referral; without one, the source of the contact that began it."""
    log = happenings(records, ["referral", "contact"])
    found = {}
    for kind in ("referral", "contact"):
        rows = log.loc[(log["event"] == kind).to_numpy(), ["child_id", "day", "source", "need"]]
        near = nearest(told[["child_id", "origin", "over"]], rows, on="origin", day="day", direction="forward")
        within = near["day"] <= near["over"]
        found[kind] = near.assign(source=near["source"].where(within), need=near["need"].where(within))
    first = found["referral"]
    return first.assign(source=first["source"].where(first["source"].notna(), found["contact"]["source"]))


def _helped_before(records: StatutoryRecords, told: pd.DataFrame) -> pd.Series:
    """Had early help begun before the journey did, the day itself left out?"""
    first = happenings(records, ["early help"]).groupby("child_id")["day"].min()
    return pd.Series(first.reindex(told["child_id"]).to_numpy() < told["origin"].to_numpy())
