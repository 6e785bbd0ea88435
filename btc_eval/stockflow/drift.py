"""How far do councils' rates wander from one year to the next, beyond chance? Learnt from all their histories.

A council's rate of the last few years fixes its rate of the next year only so well. Inspections, courts, a new head of
service, a war abroad: rates move by far more than the chance of small counts. How much more is a question about
councils in general, and the published histories of all of them answer it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import optimize

from btc_eval.errors import refuse
from btc_eval.inference import Floats
from btc_eval.stockflow.spec import Drift, assumed

#: Years ahead that are compared with the recent level.
_AHEAD = 3
#: Years that make up a recent level; at the usual discount an older one would count for a sixteenth or less.
_BACK = 4


def drift(
    histories: pd.DataFrame,
    *,
    aged_out: float,
    area: str = "area_code",
    time: str = "year",
    discount: float | None = None,
    least: float = 20.0,
    source: str = "",
) -> Drift:
    """How far do rates of coming in and leaving wander, over and above the chance of small counts?

    Parameters
    ----------
    histories
        A row a council and year ending 31 March: `stock` on that day and `starts` in the year. Gaps are allowed; only
        unbroken runs of years are used.
    aged_out
        Children who leave because they turn 18, a year, as a share of the stock: they are no matter of rates.
    area, time
        Columns of the council and of the year.
    discount
        How much a year counts against the year after it in a recent level; that of the assumptions where None.
    least
        Councils with fewer starts or leavers than this in any year used are left out: their logarithms are not normal.
    source
        Words for where the histories come from.

    Returns
    -------
    Drift

    Notes
    -----
    For council c, last known year T and k = 1, 2, 3 years on, r_k is the log of the rate in year T + k over the
    discounted mean rate up to T. What of r_k follows from the imbalance x of starts and leavers up to T is the pull
    (least squares with a mean). Of the rest, with chance taken off, E[r_j r_k] = level² + walk² min(j, k) +
    year² [j = k]. The three are fitted to the mean products over all councils and years by least squares with no part
    below nought. The mean is not taken off: a tide that lifts all councils at once is part of what a projection must
    allow for. Leavers are those that make the published stock balance.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from btc_eval import stockflow
    >>> rng = np.random.default_rng(1)
    >>> rows = [(c, y, 400.0, float(rng.poisson(200))) for c in range(60) for y in range(2010, 2018)]
    >>> steady = pd.DataFrame(rows, columns=["area_code", "year", "stock", "starts"])
    >>> found = stockflow.drift(steady, aged_out=0.1)
    >>> found.entry_walk < 0.03
    True
    """
    weight = float(assumed("pooling")["discount"]) if discount is None else discount
    missing = [name for name in (area, time, "stock", "starts") if name not in histories.columns]
    if missing:
        raise refuse(
            "stockflow.drift",
            "columns",
            found=f"no column {', '.join(missing)}",
            allowed=f"{area}, {time}, stock and starts",
            do="Name the columns that the frame has.",
        )
    collected = [
        row
        for _, rows in histories.dropna(subset=["stock", "starts"]).groupby(area, sort=True)
        for row in _departures(rows.sort_values(time), time, weight, aged_out, least)
    ]
    if len(collected) < 30:
        raise refuse(
            "stockflow.drift",
            "histories",
            found=f"{len(collected)} places where three years follow on a known level",
            allowed="30 or more",
            do="Give the histories of more councils or of longer runs of years.",
        )
    table = np.array(collected)  # (n, 2 flows, K ahead, 4: departure, chance, shared chance, imbalance)
    pulls = [_pull(table[:, flow]) for flow in (0, 1)]
    table[..., 0] -= table[..., 3] * np.array(pulls)
    entry, exit_ = (_components(table[:, flow]) for flow in (0, 1))
    cross = np.nanmean(table[:, 0, :, 0] * table[:, 1, :, 0])
    spread = [np.sqrt(level**2 + year**2 + 2.0 * walk**2) for level, walk, year in (entry, exit_)]
    rho = float(np.clip(cross / max(spread[0] * spread[1], 1e-9), -0.95, 0.95))
    return Drift(
        *entry,
        *exit_,
        correlation=rho,
        entry_pull=tuple(float(-p) for p in pulls[0]),
        exit_pull=tuple(float(p) for p in pulls[1]),
        source=source or f"{len(collected)} runs of years",
    )


def _departures(rows: pd.DataFrame, time: str, discount: float, aged_out: float, least: float) -> list[Floats]:
    """Return, for each year T of each unbroken run, the log departures of the years after it."""
    years = rows[time].to_numpy(dtype=int)
    stock, starts = rows["stock"].to_numpy(dtype=float), rows["starts"].to_numpy(dtype=float)
    follows = np.append(False, np.diff(years) == 1)
    before = np.append(np.nan, stock[:-1])
    held = (before + stock) / 2.0
    left = before + starts - stock - aged_out * held
    good = follows & (starts >= least) & (left >= least)
    found = []
    for last in range(1, len(years) - 1):
        back = np.arange(max(last - _BACK + 1, 0), last + 1)
        back = back[_run(good, years, back, last)]
        if not good[last] or len(back) < 2:
            continue
        weights = discount ** (last - back)
        out = np.full((2, _AHEAD, 4), np.nan)
        out[:, :, 3] = np.log((weights * starts[back]).sum() / (weights * (left + aged_out * held)[back]).sum())
        for flow, (events, exposure) in enumerate(((starts, np.ones(len(years))), (left, held))):
            level = (weights * events[back]).sum() / (weights * exposure[back]).sum()
            shared = 1.0 / (weights * events[back]).sum()  # the variance that the gamma posterior has
            for k in range(1, _AHEAD + 1):
                at = last + k
                if at < len(years) and good[last + 1 : at + 1].all() and years[at] == years[last] + k:
                    out[flow, k - 1, :3] = np.log(events[at] / exposure[at] / level), 1.0 / events[at], shared
        if np.isfinite(out[:, 0, 0]).all():
            found.append(out)
    return found


def _run(good: np.ndarray, years: np.ndarray, back: np.ndarray, last: int) -> np.ndarray:
    """Which of these years join the last one without a gap?"""
    return np.array([good[b : last + 1].all() and years[last] - years[b] == last - b for b in back])


def _pull(rows: Floats) -> Floats:
    """Slope of the departure on the imbalance before it, for each year ahead; the mean of all councils is no pull."""
    out = np.zeros(_AHEAD)
    for k in range(_AHEAD):
        seen = np.isfinite(rows[:, k, 0])
        x, y = rows[seen, k, 3], rows[seen, k, 0]
        if seen.sum() > 2 and x.var() > 0:
            out[k] = ((x - x.mean()) * y).sum() / ((x - x.mean()) ** 2).sum()
    return out


def _components(rows: Floats) -> tuple[float, float, float]:
    """Fit level², walk² and year² to the mean products of departures, chance taken off."""
    design, aim, count = [], [], []
    for j in range(_AHEAD):
        for k in range(j, _AHEAD):
            product = rows[:, j, 0] * rows[:, k, 0] - rows[:, j, 2] - (rows[:, j, 1] if j == k else 0.0)
            seen = np.isfinite(product)
            if not seen.any():
                continue
            design.append([1.0, min(j, k) + 1.0, float(j == k)])
            aim.append(product[seen].mean())
            count.append(seen.sum())
    weight = np.sqrt(np.array(count, dtype=float))
    squares, _ = optimize.nnls(np.array(design) * weight[:, None], np.array(aim) * weight)
    level, walk, year = (float(np.sqrt(value)) for value in squares)
    return level, walk, year
