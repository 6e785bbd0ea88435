"""How much is spent on help early and late, on each child, and on a week in care; and what drives the bill?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from btc_eval import assumptions
from btc_eval.assumptions import SpendLines
from btc_eval.errors import Refusal, RefusedError, refuse
from btc_eval.measures import DEFINITIONS, AnnualPanel, Definition, annual_of
from btc_eval.records import Official

_TABLE = "spend"
_DAYS = 365.0  # the publisher's year, also where it has 366
_WEEK = 7.0


def per_child(official: Official, *lines: str, title: str = "") -> AnnualPanel:
    """How much was spent on this line, or these together, for each child aged 0 to 17, in the prices of each year?

    Children are those of the mid-year before the year ends, as in every rate of this report.

    Examples
    --------
    >>> from btc_eval import records
    >>> wirral = per_child(records.official(), "spend_looked_after").of(records.WIRRAL).set_index("year")["value"]
    >>> round(float(wirral[2021]))  # £37.0 million for 65,774 children
    563
    """
    known = {name: definition for name, definition in DEFINITIONS.items() if definition.unit.startswith("£ gross")}
    unknown = [line for line in lines if line not in known]
    if unknown or not lines:
        raise refuse(
            "costs.per_child",
            ", ".join(unknown) or "lines",
            found="no line of spend of that name" if unknown else "no line",
            allowed=", ".join(sorted(known)),
            do="Name one or more of these.",
        )
    words = title or " and ".join(known[line].title.lower() for line in lines).capitalize()
    name, unit = f"{'_and_'.join(lines)}_per_child", "£ a child aged 0 to 17, prices of the year"
    return annual_of(official, Definition(name, words, unit, _TABLE, lines, ("population",)))


def early_share(
    frame: pd.DataFrame, *, unit: str = "area_code", year: str = "year", definition: str | SpendLines = "main"
) -> pd.DataFrame:
    """Which share of early and late spending together is early?

    Parameters
    ----------
    frame
        One row a unit and year, a column for each line (pounds). Not changed.
    unit, year
        Columns of the council and of the year ending 31 March.
    definition
        A name in `data/assumptions/spend_lines.toml`, which says what counts as early and what as late, or such lines.

    Returns
    -------
    pd.DataFrame
        `unit`, `year`, `early` and `late` (pounds), `value` (% of the two together; blank where a line is),
        `comparable` (false for years before the lines meant what they do now) and `reason` (why a share is blank or not
        comparable).

    Raises
    ------
    RefusedError
        For a missing column, a unit and year twice, a negative line or one that is not finite.

    Examples
    --------
    >>> import pandas as pd
    >>> spent = pd.DataFrame({"area_code": ["A"], "year": [2024], "spend_family_support": [10.0],
    ...                       "spend_early_years": [5.0], "spend_young_people": [5.0], "spend_looked_after": [50.0],
    ...                       "spend_safeguarding": [30.0]})
    >>> early_share(spent)["value"].tolist()
    [20.0]
    """
    lines = assumptions.spend_lines(definition) if isinstance(definition, str) else definition
    wanted = (unit, year, *lines.early, *lines.late)
    absent = [name for name in wanted if name not in frame.columns]
    if absent:
        raise refuse(
            "costs.early_share", ", ".join(absent), found="no such column", allowed=", ".join(map(str, frame.columns)),
            do=f"The definition {lines.name!r} needs these lines; give them, or name another definition.",
        )  # fmt: skip
    money = frame[[*lines.early, *lines.late]].apply(pd.to_numeric, errors="coerce").astype("float64")
    faults = []
    if frame.duplicated([unit, year]).any():
        faults.append(_fault(frame.duplicated([unit, year]), "a unit and year twice", "each once"))
    negative = (money < 0).any(axis=1) | np.isinf(money).any(axis=1)
    if negative.any():
        faults.append(
            _fault(negative, "a line below nought, or not finite", "pounds spent, nought or more, or a blank")
        )
    if faults:
        raise RefusedError(faults)
    early = money[list(lines.early)].sum(axis=1, min_count=len(lines.early))
    late = money[list(lines.late)].sum(axis=1, min_count=len(lines.late))
    both = early + late
    value = 100.0 * early / both.where(both > 0)
    before = frame[year].astype("int64") < lines.comparable_from
    reason = pd.Series("", index=frame.index, dtype="str")
    reason = reason.mask(before, f"lines before {lines.comparable_from} were drawn otherwise or not published here")
    reason = reason.mask(value.isna(), "a line is not published")
    return pd.DataFrame(
        {unit: frame[unit], year: frame[year], "early": early, "late": late, "value": value, "comparable": ~before,
         "reason": reason}
    ).reset_index(drop=True)  # fmt: skip


def early_share_panel(official: Official, definition: str = "main") -> AnnualPanel:
    """How has the early share moved, council by council, under this definition of early and late?"""
    lines = assumptions.spend_lines(definition)
    name = f"early_share_{lines.name.replace('-', '_')}"
    title = "Early share" if lines.name == "main" else f"Early share, {lines.name.replace('-', ' ')}"
    base = Definition(name, title, lines.unit, _TABLE, lines.early, (*lines.early, *lines.late), 100.0)
    panel = annual_of(official, base)
    sources = tuple(sorted({*panel.papers.sources, assumptions.SOURCE}))
    return replace(panel, papers=replace(panel.papers, sources=sources))


def early_share_panels(official: Official, *definitions: str) -> list[AnnualPanel]:
    """The early share under each of these definitions, or under all of them: the first is the one chosen beforehand."""
    return [early_share_panel(official, name) for name in definitions or assumptions.spend_line_names()]


def weekly_cost(
    frame: pd.DataFrame, *, spend: str = "spend_looked_after", children: str = "children", before: str | None = None
) -> pd.DataFrame:
    """What does a week of care cost, for each child?

    Parameters
    ----------
    frame
        One row a council and year. Not changed.
    spend, children
        Columns of the year's spend (pounds) and of children looked after on 31 March.
    before
        Column of children a year earlier. Given, the mean of the two counts takes the place of the later one: the
        publisher divides by the children left at the year's end, which overstates a week's cost where numbers fall.

    Returns
    -------
    pd.DataFrame
        The frame with `weekly` (pounds a child a week; spend ÷ children ÷ 365 × 7, as the publisher, unrounded) and
        `child_years` (what was divided by).

    Raises
    ------
    RefusedError
        For a missing column, negative spend, or children of nought or fewer.

    Examples
    --------
    >>> import pandas as pd
    >>> year = pd.DataFrame({"spend_looked_after": [57_724_942.0], "children": [681]})
    >>> round(float(weekly_cost(year)["weekly"].iloc[0]))  # the publisher rounds it to £1,625
    1626
    """
    wanted = [spend, children, *([before] if before else [])]
    absent = [name for name in wanted if name not in frame.columns]
    if absent:
        raise refuse(
            "costs.weekly_cost", ", ".join(absent), found="no such column", allowed=", ".join(map(str, frame.columns)),
            do="Name the columns of spend and of children.",
        )  # fmt: skip
    spent = frame[spend].astype("float64")
    counts = frame[[children, *([before] if before else [])]].astype("float64")
    faults = []
    if ((spent < 0) | np.isinf(spent)).any():
        faults.append(_fault((spent < 0) | np.isinf(spent), "spend below nought, or not finite", "pounds, or a blank"))
    if (counts <= 0).any(axis=1).any():
        faults.append(_fault((counts <= 0).any(axis=1), "no children", "one child or more, or a blank"))
    if faults:
        raise RefusedError(faults)
    years = counts.mean(axis=1, skipna=False)
    return frame.assign(weekly=spent / years / _DAYS * _WEEK, child_years=years)


def drivers(*, children: tuple[float, float], spend: tuple[float, float]) -> pd.DataFrame:
    """Did the bill grow because there were more children, or because each one cost more?

    The change of a product is split so that nothing is left over: each factor's change at the mean of the other
    (Marshall and Edgeworth).

    Parameters
    ----------
    children, spend
        Children, and pounds at the prices of one year, before and after.

    Returns
    -------
    pd.DataFrame
        One row: `children_before`, `children_after`, `cost_before`, `cost_after` (pounds a child a year), `change`,
        `by_number` and `by_cost` (pounds; the two add up to `change`).

    Examples
    --------
    >>> row = drivers(children=(100.0, 90.0), spend=(1000.0, 1800.0)).iloc[0]
    >>> row[["by_number", "by_cost", "change"]].tolist()
    [-150.0, 950.0, 800.0]
    """
    numbers = (*children, *spend)
    if not all(np.isfinite(x) and x > 0 for x in numbers):
        raise refuse(
            "costs.drivers", "children, spend", found="a number that is not above nought",
            allowed="finite, above nought",
            do="Compare years in which there were children and spend.",
        )  # fmt: skip
    cost = tuple(pounds / count for pounds, count in zip(spend, children))
    return pd.DataFrame(
        {
            "children_before": [children[0]], "children_after": [children[1]],
            "cost_before": [cost[0]], "cost_after": [cost[1]],
            "change": [spend[1] - spend[0]],
            "by_number": [(children[1] - children[0]) * (cost[0] + cost[1]) / 2.0],
            "by_cost": [(cost[1] - cost[0]) * (children[0] + children[1]) / 2.0],
        }
    )  # fmt: skip


def _fault(where: pd.Series, found: str, allowed: str) -> Refusal:
    rows = [str(i + 1) for i, yes in enumerate(where) if yes]
    return Refusal("costs", f"row {', '.join(rows[:6])}", found, allowed, "Look at these rows.")
