"""The arithmetic of estimation: arrays in, frozen results out, no files and no state (NumPy and SciPy alone).

Every estimator takes one design and many series at once: `design` (n, p) and `series` (n, R), one column a series.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

#: An array of floats; shapes are stated where it is used.
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
