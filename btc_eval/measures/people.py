"""Who are the children? One row each: born, sex, ethnicity, disability, family; and where they lived on a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from btc_eval import programme
from btc_eval.errors import refuse
from btc_eval.measures.days import NEVER, NOT_KNOWN, UNKNOWN, DayOfBirth, Days, days_of, to_mid_month
from btc_eval.measures.groups import ETHNICITY, coded, grouped, said
from btc_eval.records import statutory
from btc_eval.records.statutory import StatutoryRecords
from btc_eval.records.statutory.vocabulary import SEX

#: What stands for a ward or locality that is not known.
NO_WARD = "ward not known"
_NO_DISABILITY = "no disability"


@dataclass(frozen=True, slots=True)
class People:
    """The children of the returns.

    Parameters
    ----------
    frame
        Index `child_id`; `born` and `died` (days; see `measures.days`), `sex`, `ethnicity_group`, `disabled` (missing
        where not recorded), `family` (the family's identifier, or the child's own where no family is known).
    without_family
        Children whose family is not known: each stands for a family of one.
    in_several_families
        Children listed in more than one family: the first of the list is taken.
    """

    frame: pd.DataFrame
    without_family: int
    in_several_families: int

    def of(self, child_ids: pd.Series, column: str) -> pd.Series:
        """What is known of each of these children, in their order?"""
        told = self.frame[column].reindex(child_ids.to_numpy()).reset_index(drop=True)
        return told.fillna(NOT_KNOWN) if isinstance(told.dtype, pd.CategoricalDtype) else told

    def born(self, child_ids: pd.Series) -> Days:
        """On which day was each of these children born? `UNKNOWN` where that is not recorded."""
        return cast(Days, self.of(child_ids, "born").fillna(UNKNOWN).to_numpy(dtype=np.int64))


def one_council(records: StatutoryRecords) -> None:
    """Are these the returns of one council? Identifiers of two could mean different children.

    Raises
    ------
    RefusedError
        Where the returns name more than one.
    """
    named: set[str] = set()
    for name in ("cin_episodes", "looked_after_episodes"):
        named |= {str(code) for code in records.table(name, columns=["council"])["council"].dropna().unique()} - {""}
    if len(named) > 1:
        raise refuse(
            "the returns", "council", found=f"{len(named)} councils", allowed="the returns of one council",
            do="Read one council's returns at a time.",
        )  # fmt: skip


def people(records: StatutoryRecords, *, day_of_birth: DayOfBirth = "as held") -> People:
    """Who are the children of these returns?

    Parameters
    ----------
    records
        Any of the census, the looked-after return and the case system's families.
    day_of_birth
        "as held", or "mid-month" for returns that keep only the month: every birth then falls on its fifteenth.

    Returns
    -------
    People

    Raises
    ------
    RefusedError
        Where the returns are of more than one council.

    Notes
    -----
    Where both returns know a child, the census of children in need is taken, and the looked-after return fills its
    blanks. A child not yet born has the expected day of birth.
    """
    one_council(records)
    need = records.table("cin_children")
    need = need.assign(born=need["date_of_birth"].fillna(need["expected_date_of_birth"]), died=need["date_of_death"])
    care = records.table("looked_after_children").rename(columns={"date_of_birth": "born"})
    care["died"] = pd.Series(pd.NaT, index=care.index, dtype=need["died"].dtype)
    columns = ["child_id", "born", "died", "sex", "ethnicity"]
    both = pd.concat([_plain(need[columns]), _plain(care[columns])], ignore_index=True)
    frame = both.groupby("child_id", sort=True).first()
    others = [records.table(name, columns=["child_id"])["child_id"] for name in _OTHERS]
    frame = frame.reindex(frame.index.union(pd.Index(pd.concat(others).unique(), dtype=frame.index.dtype)))
    born = days_of(frame["born"], missing=UNKNOWN)
    families = records.table("families")[["child_id", "family_id"]]
    family = families.drop_duplicates("child_id").set_index("child_id")["family_id"].reindex(frame.index)
    told = pd.DataFrame(
        {
            "born": to_mid_month(born) if day_of_birth == "mid-month" else born,
            "died": days_of(frame["died"], missing=NEVER),
            "sex": said(frame["sex"], SEX.words_in_order),
            "ethnicity_group": grouped(frame["ethnicity"], ETHNICITY),
            "disabled": _disabled(records, frame.index),
            "family": family.fillna("child " + frame.index.to_series().astype("str")).to_numpy(),
        },
        index=frame.index,
    )
    return People(
        told, int(family.isna().sum()), int(families[families["child_id"].duplicated()]["child_id"].nunique())
    )


#: Tables whose children may be in no other.
_OTHERS = ("cin_episodes", "looked_after_episodes", "contacts", "early_help_episodes", "families")


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(sex=frame["sex"].astype("object"), ethnicity=frame["ethnicity"].astype("object"))


def _disabled(records: StatutoryRecords, children: pd.Index) -> pd.Series:
    rows = records.table("cin_disabilities")
    has = (rows["disability"].astype("object") != _NO_DISABILITY).groupby(rows["child_id"]).any()
    return has.astype("boolean").reindex(children)


def localities() -> dict[str, str]:
    """In which locality does each ward lie? Ward code → locality, from the council's papers."""
    return {ward.code: ward.locality.value for ward in programme.wards()}


def deprivation() -> dict[str, float]:
    """How deprived is each ward? Ward code → score of the index of 2019."""
    return {ward.code: ward.deprivation for ward in programme.wards()}


def ward_codes(
    records: StatutoryRecords, events: pd.DataFrame, *, day: str, postcode: pd.Series | None = None
) -> pd.Series:
    """In which ward did each child live on the day? Its code, or "ward not known"; in the order of the rows.

    Parameters
    ----------
    events
        With `child_id` and the column of days named by `day`.
    postcode
        Where a return itself says where the child lived (the home postcode of a start of care), that is taken before
        the address of the case system, which on that day may already be the placement's.
    """
    placed = statutory.ward_on(records, events, day=day)["ward_code"].reset_index(drop=True)
    if postcode is not None:
        known = records.table("ward_lookup").drop_duplicates("postcode").set_index("postcode")["ward_code"]
        placed = _first_known(postcode.reset_index(drop=True).astype("object").map(known), placed)
    return placed.fillna(NO_WARD).astype("str")


def _first_known(first: pd.Series, second: pd.Series) -> pd.Series:
    """Return the first where it is known, else the second."""
    return first.astype("object").where(first.notna(), second.astype("object"))


def ward_levels(records: StatutoryRecords) -> tuple[list[str], dict[str, str]]:
    """Which wards are there? Codes in order with "ward not known" last, and code → name."""
    known = records.table("ward_lookup").drop_duplicates("ward_code").sort_values("ward_code")
    names = dict(zip(known["ward_code"], known["ward_name"]))
    return [*map(str, names), NO_WARD], {**{str(k): str(v) for k, v in names.items()}, NO_WARD: NO_WARD}


def with_place(frame: pd.DataFrame, code: pd.Series, records: StatutoryRecords) -> pd.DataFrame:
    """Return the rows with `ward_code`, `ward_name` and `locality`, each a category of every level."""
    codes, names = ward_levels(records)
    lies = localities()
    where = [lies.get(ward, NOT_KNOWN) for ward in codes]
    place = pd.Categorical(code.to_numpy(), categories=codes).codes.astype(np.int64)
    return frame.assign(
        ward_code=coded(place, codes),
        ward_name=_recoded(place, [names[ward] for ward in codes]),
        locality=_recoded(place, where),
    )


def _recoded(place: Any, words: list[str]) -> pd.Categorical:
    levels = [*sorted({*words} - {NO_WARD, NOT_KNOWN}), *[w for w in (NO_WARD, NOT_KNOWN) if w in words]]
    return coded(np.array([levels.index(word) for word in words])[place], levels)
