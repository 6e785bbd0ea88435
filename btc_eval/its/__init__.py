"""Interrupted time series and comparative designs: did a series change, by how much, and how sure are we?

>>> from btc_eval import its
>>> its.step("threshold change", "2015-09")
Event(name='threshold change', first='2015-09', last=None)
"""

from btc_eval.its.alarms import false_alarms
from btc_eval.its.designs import synthetic_designs
from btc_eval.its.did import difference_in_differences, event_study
from btc_eval.its.did_gap import gap_change
from btc_eval.its.fit import fit
from btc_eval.its.joint import JointPlacebo, joint_placebo
from btc_eval.its.placebo import PlaceboInSpace, placebo_in_space
from btc_eval.its.placebo_time import (
    PlaceboGrid,
    PlaceboInTime,
    placebo_in_space_and_time,
    placebo_in_time,
)
from btc_eval.its.power import Power, minimum_detectable_effect, power
from btc_eval.its.result import SegmentedFit
from btc_eval.its.sensitivity import specification_curve
from btc_eval.its.spec import Event, pulse, step, window
from btc_eval.its.standings import dated, standings, summarise_dates
from btc_eval.its.summary import checked, extremes, named, ratios, summarise, worded
from btc_eval.its.synthetic import synthetic_control
from btc_eval.its.synthetic_design import Predictor

__all__ = [
    "Event",
    "JointPlacebo",
    "PlaceboGrid",
    "PlaceboInSpace",
    "PlaceboInTime",
    "Power",
    "Predictor",
    "SegmentedFit",
    "checked",
    "dated",
    "difference_in_differences",
    "event_study",
    "extremes",
    "false_alarms",
    "fit",
    "gap_change",
    "joint_placebo",
    "minimum_detectable_effect",
    "named",
    "placebo_in_space",
    "placebo_in_space_and_time",
    "placebo_in_time",
    "power",
    "pulse",
    "ratios",
    "specification_curve",
    "standings",
    "step",
    "summarise",
    "summarise_dates",
    "synthetic_control",
    "synthetic_designs",
    "window",
    "worded",
]
