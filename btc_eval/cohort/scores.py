"""The propensity score: how likely was each child, given what was known beforehand, to be among the treated?"""

from __future__ import annotations

from btc_eval.cohort.frames import Covariates
from btc_eval.errors import refuse
from btc_eval.inference import Bools
from btc_eval.inference.logistic import Logistic, logistic


def fitted_score(door: str, read: Covariates, treated: Bools) -> Logistic:
    """Estimate the score by logistic regression; refuse groups that the covariates tell apart.

    Raises
    ------
    RefusedError
        Complete or nearly complete separation: no overlap, so nobody to compare with.
    """
    fit = logistic(read.design(), treated.astype(float))
    certain = (fit.probability < 1e-8) | (fit.probability > 1 - 1e-8)
    if fit.separated or not fit.converged:
        raise refuse(
            door,
            "covariates",
            found=f"{int(certain.sum())} of {len(treated)} rows whose group the covariates tell for certain",
            allowed="groups that overlap: for every child some chance of either",
            do="Drop the covariate that decides treatment, or restrict the cohort to where both groups are found.",
        )
    return fit
