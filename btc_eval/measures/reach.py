"""Who was reached? Children and families on the programme register, beside all children in need of the same year.

Definitions
-----------
A child was **in need in the year** that was in need on a day of it (see `measures.cases`). A child was **reached**
that was on the register, itself or with its family, on a day of it. What is said of a child (age, ward, need, troubles
of a parent) is what was known on the first day of the year on which it was in need. A family is in a group with each
child that is, and once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btc_eval import programme
from btc_eval.errors import refuse
from btc_eval.estimates import Papers
from btc_eval.measures.cohort_covariates import covariates
from btc_eval.measures.cohort_rule import TO_CARE, CohortRule
from btc_eval.measures.days import NOT_KNOWN, day_of
from btc_eval.measures.happenings import happenings
from btc_eval.measures.history import History
from btc_eval.measures.people import people
from btc_eval.records.statutory import StatutoryRecords

#: What children are told apart by, with its words; each a column of what is known of a child.
GROUP_WORDS = {
    "age_band": "Age",
    "sex": "Sex",
    "disabled": "Disability",
    "ethnicity_group": "Ethnicity",
    "need": "Main need",
    "disadvantage": "Troubles of a parent recorded",
    "locality": "Locality",
    "ward_name": "Ward",
}
_YES_NO = {True: "disabled", False: "not disabled"}
#: Stands for three groups or more that are counted together because each is small; of two, both are named.
TOGETHER = "others, counted together"
_COUNTED = ("in_need", "reached", "families_in_need", "families_reached")


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """Who was in need, and who was on the register, in one year. It holds children: it is counted, never shown.

    Parameters
    ----------
    year
        The year, by the 31 March on which it ends.
    children
        One row a child in need in the year: `child_id`, `family`, the columns of `GROUP_WORDS`, `reached`.
    register
        One row a child and project on the register in the year: `child_id`, `family`, `project`, `in_need`.
    papers
        Provenance, sources and window.
    """

    year: int
    children: pd.DataFrame
    register: pd.DataFrame
    papers: Papers

    def __post_init__(self) -> None:
        both = self.register.loc[self.register["in_need"], "child_id"].nunique()
        if both != int(self.children["reached"].sum()) or not self.children["child_id"].is_unique:
            raise ValueError("the register and the children in need do not agree on who was reached")

    def total(self) -> pd.DataFrame:
        """How many in all? One row: `year`, children in need, of them reached, and all on the register."""
        row = {"year": self.year, **_counts(self.children)}
        row |= {"registered": self.register["child_id"].nunique(), "families": self.register["family"].nunique()}
        return pd.DataFrame([row])

    def by_project(self, *, least: int) -> pd.DataFrame:
        """How many did each project reach? `project`, `registered` (children), `families`, `in_need`.

        A child with two projects counts in both. Projects with fewer than `least` children are counted together.
        """
        known = {project.id: project.name or f"{_words(project.id)} (no paper names it)" for project in _projects()}
        told = self.register.assign(project=self.register["project"].map(lambda name: known.get(name, name)))
        size = told.groupby("project")["child_id"].nunique()
        need = told[told["in_need"]].groupby("project")["child_id"].nunique().reindex(size.index).fillna(0)
        few = [name for name in size.index if _small(int(size[name]), int(need[name]), least)]
        held = told.assign(project=told["project"].where(~told["project"].isin(few), TOGETHER))
        rows = [
            {"project": name, "registered": part["child_id"].nunique(), "families": part["family"].nunique(),
             "in_need": part.loc[part["in_need"], "child_id"].nunique()}
            for name, part in held.groupby("project")
        ]  # fmt: skip
        table = pd.DataFrame(rows, columns=["project", "registered", "families", "in_need"])
        table = table.assign(last=table["project"] == TOGETHER)
        table = table.sort_values(["last", "registered"], ascending=[True, False], ignore_index=True)
        return table.drop(columns="last")

    def by(self, *columns: str, least: int) -> pd.DataFrame:
        """How many of each group were reached, of those in need?

        Parameters
        ----------
        *columns
            Of `GROUP_WORDS`.
        least
            Groups in which fewer children than this were reached, or were not, or with fewer than twice as many
            children, are counted together until none is. So no small number is in the table, and none can be worked
            out from the totals of two groupings.

        Returns
        -------
        pd.DataFrame
            `by`, `group`, `in_need` (children), `reached`, `families_in_need`, `families_reached`.

        Raises
        ------
        RefusedError
            For a column that is not one of `GROUP_WORDS`.
        """
        odd = [name for name in columns if name not in GROUP_WORDS]
        if odd:
            raise refuse("reach.by", "columns", found=", ".join(odd), allowed=", ".join(GROUP_WORDS), do="Name some.")
        parts = [self._by(name, least) for name in columns]
        return pd.concat(parts, ignore_index=True)

    def _by(self, column: str, least: int) -> pd.DataFrame:
        labels = said(self.children[column])
        order = [name for name in labels.cat.categories if (labels == name).any()]
        rows = [{"by": GROUP_WORDS[column], "group": name, **_counts(self.children[labels == name])} for name in order]
        small = [row["group"] for row in rows if _small(row["in_need"], row["reached"], least)]
        while small and len(small) < len(rows):
            pooled = self.children[labels.isin(small)]
            if not _small(len(pooled), int(pooled["reached"].sum()), least):
                break
            rest = [row for row in rows if row["group"] not in small]
            small.append(min(rest, key=lambda row: row["reached"])["group"])
        kept = [row for row in rows if row["group"] not in small]
        if small:
            name = " or ".join(name for name in order if name in small) if len(small) < 3 else TOGETHER
            kept.append({"by": GROUP_WORDS[column], "group": name, **_counts(self.children[labels.isin(small)])})
        return pd.DataFrame(kept, columns=["by", "group", *_COUNTED])


def reach(records: StatutoryRecords, year: int | None = None) -> Reach:
    """Who was in need in the year, and which of them were on the programme register?

    Parameters
    ----------
    records
        The census of children in need, the programme register (`id, project, start, end`) and, where the register names
        families, the case system's list of who belongs to which.
    year
        By the 31 March on which it ends; the last of the census by default.

    Returns
    -------
    Reach

    Raises
    ------
    RefusedError
        For a year that the census does not hold, and where nobody was on the register in it.

    Examples
    --------
    >>> from btc_eval.records import statutory
    >>> seen = [{"child_id": child, "referred": "2022-05-01"} for child in ("Ana", "Ben")]
    >>> held = [{"child_id": child, "referred": "2022-05-01", "authorised": "2022-06-01"} for child in ("Ana", "Ben")]
    >>> listed = [{"id": "Ana", "project": "project-4", "started": "2022-07-01"}]
    >>> returns = statutory.made_up({"cin_children": [{"child_id": "Ana"}, {"child_id": "Ben"}], "cin_episodes": seen,
    ...     "cin_assessments": held, "programme_register": listed}, years=[2023])
    >>> reach(returns).total()[["in_need", "reached"]].iloc[0].tolist()
    [2, 1]
    """
    years = records.years("cin_episodes")
    chosen = max(years, default=0) if year is None else year
    if chosen not in years:
        raise refuse(
            "reach", "year", found=str(chosen), allowed=", ".join(map(str, years)) or "a census",
            do="Ask for a year that the census holds.",
        )  # fmt: skip
    first, last = day_of(f"{chosen - 1}-04-01"), day_of(f"{chosen}-03-31")
    log = happenings(records, ["referral", "assessment", "protection plan", "start of care", "early help",
                               "child in need", "programme register"])  # fmt: skip
    here = log[(log["day"] <= last).to_numpy() & (log["until"] > first).to_numpy()]
    need = here[here["event"] == "child in need"].groupby("child_id")["day"].min().clip(lower=first)
    listed = here[here["event"] == "programme register"].drop_duplicates(["child_id", "detail"])
    if listed.empty or need.empty:
        raise refuse(
            "reach", f"the year to March {chosen}", found="nobody on the programme register, or nobody in need",
            allowed="a register with a row in force in the year", do="Supply the register, or ask for another year.",
        )  # fmt: skip
    everyone = people(records)
    rows = pd.DataFrame({"child_id": need.index, "index": need.to_numpy(dtype=np.int64), "number": 1})
    rows["born"] = everyone.born(rows["child_id"])
    for name in ("sex", "ethnicity_group", "disabled", "family"):
        rows[name] = everyone.of(rows["child_id"], name)
    known = covariates(records, _RULE, History.cut(rows, log))
    known["reached"] = known["child_id"].isin(listed["child_id"]).to_numpy()
    register = pd.DataFrame({"child_id": listed["child_id"].to_numpy(), "project": listed["detail"].to_numpy()})
    register["family"] = everyone.of(register["child_id"], "family")
    register["in_need"] = register["child_id"].isin(known["child_id"])
    papers = records.papers(*(name for name in _TABLES if name in records.tables))
    window = papers.over(f"{chosen - 1}-04", f"{chosen}-03")
    return Reach(chosen, known[["child_id", "family", *GROUP_WORDS, "reached"]], register, window)


#: Only so that what is known of a child is made as for every cohort: all that is held, once for each child.
_RULE = CohortRule(
    name="in need in the year", entry="child in need", first="2000-01-01", last="2000-01-01", cut_off="2000-01-01",
    outcomes=(TO_CARE,),
)  # fmt: skip
_TABLES = ("cin_episodes", "programme_register", "families", "addresses", "ward_lookup")


def said(column: pd.Series) -> pd.Series:
    """Which word does each row say? A category with "not known" for what is missing, yes and no as words.

    Examples
    --------
    >>> said(pd.Series([True, None], dtype="boolean")).tolist()
    ['disabled', 'not known']
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        levels: Sequence[str] = [*map(str, column.cat.categories)]
        text = column.astype("object")
    else:
        levels, text = [*_YES_NO.values()], column.astype("object").map(_YES_NO)
    words = text.where(text.notna(), NOT_KNOWN).astype("str")
    return words.astype(pd.CategoricalDtype([*levels, *([] if NOT_KNOWN in levels else [NOT_KNOWN])]))


def _counts(part: pd.DataFrame) -> dict[str, int]:
    held = part[part["reached"]]
    numbers = (len(part), len(held), part["family"].nunique(), held["family"].nunique())
    return dict(zip(_COUNTED, map(int, numbers)))


def _small(whole: int, part: int, least: int) -> bool:
    return whole < 2 * least or 0 < part < least or 0 < whole - part < least


def _projects() -> list[Any]:
    return list(programme.projects())


def _words(id: str) -> str:
    return id.replace("-", " ").capitalize()
