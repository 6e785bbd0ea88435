"""Which estimator, and why: the default is chosen by the type of series, never by a test on its residuals."""

from __future__ import annotations

from btc_eval.errors import refuse
from btc_eval.its.door import LOW_INFORMATION, Series
from btc_eval.its.spec import COUNT_ESTIMATORS, Specification

#: Autocorrelation of the residuals above which estimators that take periods as independent are not to be believed.
ALIKE = 0.2
#: Below this many points the intervals of restricted likelihood are calibrated by simulation.
CALIBRATED_BELOW = 24
_AUTOREGRESSIVE = ("reml", "quasi-poisson-ar1")


def choose(series: Series, points: int, spec: Specification) -> tuple[Specification, str]:
    """Return the choices with estimator, intervals and control resolved, and the reason in a sentence or two.

    The rule. Whole numbers of 0 or more are counts; anything else is a rate or measure. From 12 points on, AR(1) errors
    by restricted likelihood with Kenward–Roger intervals: "reml" for rates, "quasi-poisson-ar1" for counts. Below 12,
    where autocorrelation cannot be seen, least squares or quasi-Poisson. Intervals are the model's own, except that in
    short series (restricted likelihood under 24 points; anything chosen by default under 12) they are widened by
    simulation until they hold at any autocorrelation from 0 to 0.8.
    """
    asked, intervals = spec.estimator, spec.intervals
    spec, why = _estimator(series, points, spec)
    if intervals == "auto":
        short = spec.estimator in _AUTOREGRESSIVE and points < CALIBRATED_BELOW
        short &= spec.small_sample == "kenward-roger"
        short |= asked == "auto" and points < LOW_INFORMATION
        intervals = "calibrated" if short and _can_calibrate(spec) else "model"
    if intervals == "calibrated" and not _can_calibrate(spec):
        allowed = "'ols', 'quasi-poisson', or 'reml' and 'quasi-poisson-ar1' with order (1, 0, 0), not stacked"
        raise _wrong(spec, "calibrated", allowed)
    if intervals in ("hac", "bootstrap") and spec.estimator not in COUNT_ESTIMATORS:
        raise _wrong(spec, intervals, "an estimator of counts (for rates, 'newey-west' is the estimator)")
    if intervals == "calibrated":
        why += " Its intervals are widened by simulation, to hold at any autocorrelation from 0 to 0.8."
    control = spec.control_as
    if control == "auto":
        control = "offset" if spec.estimator in COUNT_ESTIMATORS else "difference"
    _check_control(spec, control)
    return spec.using(intervals=intervals, control_as=control), why


def _estimator(series: Series, points: int, spec: Specification) -> tuple[Specification, str]:
    if spec.estimator != "auto":
        return spec, f"{spec.estimator} was asked for."
    if points < LOW_INFORMATION:
        name, words = ("quasi-poisson", "quasi-Poisson") if series.counts else ("ols", "least squares")
        return spec.using(estimator=name), (
            f"A series of {points} points cannot show its autocorrelation: {words}, labelled low-information."
        )
    if series.counts:
        return spec.using(estimator="quasi-poisson-ar1"), (
            "The outcome is counts: quasi-Poisson with AR(1) errors and Kenward–Roger intervals, which hold whether "
            "neighbouring periods are alike or not; plain quasi-Poisson is too sure where they are."
        )
    return spec.using(estimator="reml"), (
        f"A rate or measure with {points} points: REML with AR(1) errors and Kenward–Roger intervals, which hold from "
        "12 points on where those of least squares and Newey–West do not."
    )


def _can_calibrate(spec: Specification) -> bool:
    plain = spec.order == (1, 0, 0) and not any(spec.seasonal_order)
    known = spec.estimator in ("ols", "quasi-poisson") or (spec.estimator in _AUTOREGRESSIVE and plain)
    return known and not (spec.control and spec.control_as == "stacked")


def _wrong(spec: Specification, intervals: str, allowed: str) -> Exception:
    return refuse(
        "its",
        "intervals",
        found=f"intervals={intervals!r} with estimator {spec.estimator!r}",
        allowed=allowed,
        do="Change the estimator, or leave intervals out.",
    )


def _check_control(spec: Specification, control: str) -> None:
    counts = spec.estimator in COUNT_ESTIMATORS
    if spec.control and ((control == "difference" and counts) or (control == "offset" and not counts)):
        raise refuse(
            "its",
            "control_as",
            found=f"control_as={control!r} with estimator {spec.estimator!r}",
            allowed="'offset', 'covariate' or 'stacked' for counts; 'difference', 'covariate' or 'stacked' for rates",
            do="Leave control_as out to take the usual one.",
        )
