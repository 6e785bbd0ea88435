"""Which estimator, and why: the default is chosen by the type of series, never by a test on its residuals."""

from __future__ import annotations

from btc_eval.errors import refuse
from btc_eval.its.door import LOW_INFORMATION, Series
from btc_eval.its.spec import COUNT_ESTIMATORS, Specification

#: Counts with residual autocorrelation above this get the model with AR(1) errors.
ALIKE = 0.2
#: Below this many points the intervals of REML are calibrated by simulation.
CALIBRATED_BELOW = 24


def choose(series: Series, points: int, spec: Specification) -> tuple[Specification, str]:
    """Return the choices with estimator, intervals and control resolved, and the reason in a sentence or two.

    The rule. Whole numbers of 0 or more are counts: quasi-Poisson, or quasi-Poisson with AR(1) errors where the
    autocorrelation of its residuals is above 0.2 (decided after a first fit, in `refit`). Anything else is a rate or
    measure: REML with AR(1) errors from 12 points on, least squares below. Intervals are the model's own, except that
    in short series (least squares chosen by default; REML under 24 points) they are widened by simulation until they
    hold at any autocorrelation from 0 to 0.8.
    """
    asked, intervals = spec.estimator, spec.intervals
    spec, why = _estimator(series, points, spec)
    if intervals == "auto":
        short = spec.estimator == "reml" and points < CALIBRATED_BELOW and spec.small_sample == "kenward-roger"
        short |= spec.estimator == "ols" and asked == "auto"
        intervals = "calibrated" if short and _can_calibrate(spec) else "model"
    if intervals == "calibrated" and not _can_calibrate(spec):
        raise _wrong(spec, "calibrated", "'ols', or 'reml' with order (1, 0, 0), not stacked")
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
    if series.counts:
        return spec.using(estimator="quasi-poisson"), (
            "The outcome is counts: quasi-Poisson, whose interval widens with the dispersion (never below Poisson)."
        )
    if points < LOW_INFORMATION:
        return spec.using(estimator="ols"), (
            f"A series of {points} points cannot show its autocorrelation: least squares, labelled low-information."
        )
    return spec.using(estimator="reml"), (
        f"A rate or measure with {points} points: REML with AR(1) errors and Kenward–Roger intervals, which hold from "
        "12 points on where those of least squares and Newey–West do not."
    )


def _can_calibrate(spec: Specification) -> bool:
    plain = spec.estimator == "ols" or (
        spec.estimator == "reml" and spec.order == (1, 0, 0) and not any(spec.seasonal_order)
    )
    return plain and not (spec.control and spec.control_as == "stacked")


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
