"""Interrupted time series and comparative designs: did a series change, by how much, and how sure are we?

>>> from btc_eval import its
>>> its.step("threshold change", "2015-09")
Event(name='threshold change', first='2015-09', last=None)
"""

from btc_eval.its.fit import fit
from btc_eval.its.placebo import placebo_in_space, placebo_in_time
from btc_eval.its.result import SegmentedFit
from btc_eval.its.spec import Event, pulse, step, window

# Comparative designs: synthetic control, difference in differences.

__all__ = ["Event", "SegmentedFit", "fit", "placebo_in_space", "placebo_in_time", "pulse", "step", "window"]
