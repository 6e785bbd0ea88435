"""What was known of each child on the entry date? Made from the history alone, which ends there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from btc_eval.measures.cohort_result import COVARIATES, WHO
from btc_eval.measures.cohort_rule import CohortRule
from btc_eval.measures.days import age_on, bands, dates_of
from btc_eval.measures.groups import DISADVANTAGE, SOURCES, TROUBLES, coded, grouped, said
from btc_eval.measures.history import History
from btc_eval.measures.people import deprivation, ward_codes, with_place
from btc_eval.records.statutory import StatutoryRecords
from btc_eval.records.statutory.vocabulary import NEED, REFERRAL_SOURCE


def covariates(records: StatutoryRecords, rule: CohortRule, past: History) -> pd.DataFrame:
    """What was known of each child on the entry date? `WHO`, with the entry date for the index, and `COVARIATES`."""
    rows, back = past.rows, rule.lookback_days
    born, index = rows["born"].to_numpy(dtype=np.int64), past.index
    age = age_on(born, index)
    source = past.latest("referral", "source").astype("object")
    plans = pd.to_numeric(past.latest("protection plan", "detail"), errors="coerce").fillna(0) > 0
    number = "/" + rows["number"].astype("str") if rule.which == "every" else ""
    frame = pd.DataFrame(
        {
            "id": rows["child_id"].astype("str") + number,
            "child_id": rows["child_id"],
            "family": rows["family"],
            "entered": dates_of(index),
            "age": age,
            "age_band": bands(born, index),
            "sex": rows["sex"],
            "ethnicity_group": rows["ethnicity_group"],
            "disabled": rows["disabled"],
            "prior_referrals": past.count("referral", within=back),
            "prior_plan": past.had("protection plan", within=back) | (plans & (back is None)),
            "prior_care": past.had("start of care", within=back),
            "early_help_before": past.had("early help", within=back),
            "need": said(past.latest("referral", "need"), NEED.words_in_order),
            "source": said(source, REFERRAL_SOURCE.words_in_order),
            "source_group": grouped(source, SOURCES),
        }
    )
    frame = with_place(frame, ward_codes(records, frame, day="entered"), records)
    frame["deprivation"] = frame["ward_code"].astype("object").map(deprivation()).astype("float64")
    frame = pd.concat([frame, _troubles(past)], axis=1).assign(index=frame["entered"])
    return frame[[*WHO, *COVARIATES]]


def _troubles(past: History) -> pd.DataFrame:
    """Which troubles of a parent did the latest completed assessment find? Missing where none was completed."""
    said_in = past.latest("assessment", "detail")
    assessed = said_in.notna()
    words = said_in.fillna("").astype("str")
    found = {name: words.str.contains(name, regex=False) for name in TROUBLES}
    number = sum((flag.astype("int64") for flag in found.values()), start=pd.Series(0, index=words.index))
    place = number.where(assessed, len(DISADVANTAGE) - 1).to_numpy(dtype=np.int64)
    told = {name: flag.astype("boolean").mask(~assessed) for name, flag in found.items()}
    return pd.DataFrame(told).assign(disadvantage=coded(place, DISADVANTAGE))
