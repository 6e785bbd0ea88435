"""How long do synthetic controls with all their placebos take, beside pysyncon and diff-diff on the same work?

Proposition 99: California, each of 38 donors taken as treated, and each weighted donor left out in turn. Before a time
is printed the losses are compared: a fast answer that fits worse is no answer. Predictors as in Abadie, Diamond and
Hainmueller (2010), and earlier outcomes alone; ridge-augmented; synthetic difference in differences.

Run `python -m benchmarks.bench_synth`. The nested search of pysyncon takes minutes a fit on a busy machine, so by
default it fits California and three placebos and its time for all is scaled up by the number of fits, which is printed;
`--all` runs every one. Times are wall-clock seconds in one process; set OPENBLAS_NUM_THREADS=1 for steady ones.
"""

from __future__ import annotations

import sys
import time
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from btc_eval import its

DATA = Path(__file__).resolve().parents[1] / "tests" / "reference" / "synth" / "prop99.csv"
CALL: dict[str, Any] = {"unit": "state", "time": "year", "outcome": "cigsale", "treated": "California", "start": 1989}
PREDICTORS = [
    ("lnincome", 1980, 1988),
    ("retprice", 1980, 1988),
    ("age15to24", 1980, 1988),
    ("beer", 1984, 1988),
    ("cigsale", 1988),
    ("cigsale", 1980),
    ("cigsale", 1975),
]
BEFORE = range(1970, 1989)


def ours(panel: pd.DataFrame, **options: Any) -> tuple[float, int, pd.DataFrame]:
    """Return seconds, fits, and the loss of every unit: the fit, all placebos and all leave-one-outs."""
    began = time.perf_counter()
    found = its.synthetic_control(panel, **CALL, **options)
    placebo, without = found.placebo(), found.leave_one_out()
    seconds = time.perf_counter() - began
    table = placebo.tidy().set_index("unit")
    return seconds, len(table) + len(without), (table["pre_rmspe"] ** 2).rename("ours").to_frame()


def runs(panel: pd.DataFrame, limit: int | None) -> list[tuple[str, list[str]]]:
    """Return the fits of the peer: the treated unit and its donors, the leave-one-outs last."""
    states = sorted(set(panel["state"]) - {"California"})
    fits = [("California", states)] + [(state, [s for s in states if s != state]) for state in states]
    if limit is not None:
        return fits[:limit]
    left_out = ["Utah", "Nevada", "Montana", "Colorado", "Connecticut"]
    return fits + [("California", [s for s in states if s != donor]) for donor in left_out]


def pysyncon_nested(panel: pd.DataFrame, treated: str, donors: list[str]) -> float:
    """Return the loss of pysyncon's fit with predictors, started from the regression, its better start here."""
    from pysyncon import Dataprep, Synth

    prepared = Dataprep(
        foo=panel,
        predictors=["lnincome", "retprice", "age15to24"],
        predictors_op="mean",
        time_predictors_prior=range(1980, 1989),
        special_predictors=[
            ("beer", range(1984, 1989), "mean"),
            ("cigsale", [1988], "mean"),
            ("cigsale", [1980], "mean"),
            ("cigsale", [1975], "mean"),
        ],
        dependent="cigsale",
        unit_variable="state",
        time_variable="year",
        treatment_identifier=treated,
        controls_identifier=donors,
        time_optimize_ssr=BEFORE,
    )
    synth = Synth()
    synth.fit(dataprep=prepared, optim_method="Nelder-Mead", optim_initial="ols")
    outcomes = prepared.make_outcome_mats(time_period=BEFORE)
    return float(((outcomes[1] - outcomes[0] @ synth.W) ** 2).mean())


def pysyncon_outcomes(panel: pd.DataFrame, treated: str, donors: list[str]) -> float:
    """Return the loss of pysyncon's fit to earlier outcomes alone."""
    from pysyncon import Synth

    wide = panel[panel["year"].isin(BEFORE)].pivot(index="year", columns="state", values="cigsale")
    synth = Synth()
    X0, x1 = wide[donors], wide[treated]
    synth.fit(X0=X0, X1=x1, Z0=X0, Z1=x1, custom_V=np.ones(len(wide)))
    return float(((x1 - X0 @ synth.W) ** 2).mean())


def pysyncon_augmented(panel: pd.DataFrame, treated: str, donors: list[str]) -> float:
    """Return the loss of pysyncon's ridge-augmented fit, its ridge chosen by cross-validation."""
    from pysyncon import AugSynth, Dataprep

    prepared = Dataprep(
        foo=panel,
        predictors=[],
        predictors_op="mean",
        dependent="cigsale",
        unit_variable="state",
        time_variable="year",
        treatment_identifier=treated,
        controls_identifier=donors,
        time_predictors_prior=BEFORE,
        time_optimize_ssr=BEFORE,
    )
    synth = AugSynth()
    synth.fit(prepared, use_covariates=False)
    outcomes = prepared.make_outcome_mats(time_period=BEFORE)
    return float(((outcomes[1] - outcomes[0] @ synth.W) ** 2).mean())


def compare(name: str, panel: pd.DataFrame, peer: Any, limit: int | None, **options: Any) -> None:
    """Print seconds for all fits, and how the losses compare on the fits that both made.

    The augmented fit has no loss to be lowest in: there the two agree where they choose nearly the same ridge.
    """
    seconds, fits, losses = ours(panel, **options)
    print(f"{name}\n  btc_eval   {seconds:9.3f} s for {fits} fits")
    if find_spec("pysyncon") is None:
        print("  pysyncon   not installed: pip install --group bench")
        return
    work = runs(panel, limit)
    began = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = [(unit, peer(panel, unit, donors)) for unit, donors in work]
    taken = time.perf_counter() - began
    whole = taken * fits / len(work)
    pairs = [(losses.loc[unit, "ours"], loss) for unit, loss in theirs[: len(losses)]]
    if "method" in options:
        words, count = "losses agree to 1 in 100", sum(abs(a - b) <= 1e-2 * b for a, b in pairs)
    else:
        words, count = "loss as low or lower", sum(a <= b * (1 + 1e-6) for a, b in pairs)
    print(f"  pysyncon   {whole:9.3f} s for {fits} fits ({len(work)} run, {taken:.1f} s)")
    print(f"  {whole / seconds:.0f} times faster; {words} in {count} of {len(pairs)} fits")
    print(f"  California's loss: {pairs[0][0]:.4f} against {pairs[0][1]:.4f}")


def sdid(panel: pd.DataFrame) -> None:
    """Print the same for synthetic difference in differences, with all placebos."""
    began = time.perf_counter()
    found = its.synthetic_control(panel, method="sdid", **CALL)
    error = found.placebo().std_error
    print("Synthetic difference in differences, estimate and placebo standard error")
    print(f"  btc_eval   {time.perf_counter() - began:9.3f} s   {found.att:.5f} ({error:.3f}, every donor once)")
    if find_spec("diff_diff") is None:
        print("  diff-diff  not installed: pip install 'btc_eval[did]'")
        return
    import diff_diff

    frame = panel.assign(treat=(panel["state"] == "California").astype(int))
    began = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = diff_diff.SyntheticDiD(variance_method="placebo", n_bootstrap=38, seed=0).fit(
            frame,
            outcome="cigsale",
            treatment="treat",
            unit="state",
            time="year",
            post_periods=list(range(1989, 2001)),
        )
    print(f"  diff-diff  {time.perf_counter() - began:9.3f} s   {peer.att:.5f} ({peer.se:.3f}, 38 random draws)")


def main(arguments: list[str]) -> int:
    """Run the comparisons."""
    panel = pd.read_csv(DATA)
    everything = "--all" in arguments
    compare("Predictors, nested search", panel, pysyncon_nested, None if everything else 4, predictors=PREDICTORS)
    compare("Earlier outcomes alone", panel, pysyncon_outcomes, None)
    compare("Ridge-augmented, ridge by cross-validation", panel, pysyncon_augmented, None, method="augmented")
    sdid(panel)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
