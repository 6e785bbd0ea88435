"""The door of every comparison: a frame with one row a child is checked whole, every fault at once, then trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.errors import Refusal, RefusedError, UsageError, refuse
from btc_eval.inference import Bools, Floats, Ints


class Faults:
    """Faults gathered at a door; `settle` raises them together."""

    def __init__(self, door: str) -> None:
        self.door = door
        self.found: list[Refusal] = []

    def add(self, place: str, found: str, allowed: str, do: str) -> None:
        """Note one fault."""
        self.found.append(Refusal(self.door, place, found, allowed, do))

    def settle(self) -> None:
        """Raise what was noted, if anything."""
        if self.found:
            raise RefusedError(self.found)


@dataclass(frozen=True, slots=True)
class Covariates:
    """Covariates in numbers.

    Parameters
    ----------
    model
        (n, p) columns for regressions: numbers as they are, categories as 0/1 columns less their first level, and less
        every column that is a sum of others.
    model_names
        (p,) their names.
    balance
        (n, k) columns for balance and distances: every level of a category has its own.
    balance_names, category
        (k,) their names, and whether each belongs to a category.
    left_out
        Columns of the model left out because others already say the same, or because they do not vary.
    """

    model: Floats
    model_names: tuple[str, ...]
    balance: Floats
    balance_names: tuple[str, ...]
    category: Bools
    left_out: tuple[str, ...]

    def design(self) -> Floats:
        """Return `model` with a column of ones before it."""
        return np.column_stack([np.ones(len(self.model)), self.model])


def frame_of(data: Any) -> pd.DataFrame:
    """Return the frame itself, or that of a cohort which carries one in `frame`."""
    frame: pd.DataFrame = data if isinstance(data, pd.DataFrame) else getattr(data, "frame", data)
    return frame


def named_list(value: Any, name: str, door: str) -> list[str]:
    """Return a list of column names; a bare string is a mistake that would be read letter by letter."""
    if isinstance(value, (str, bytes)):
        raise UsageError(f"{door}: {name} is a list; write {name}=[{value!r}].")
    return [] if value is None else list(value)


def require_frame(door: str, frame: Any, columns: Sequence[Any]) -> None:
    """Refuse what is not a frame with these columns, one row each under an index of its own."""
    if not isinstance(frame, pd.DataFrame):
        raise refuse(door, "frame", found=type(frame).__name__, allowed="a pandas DataFrame", do="Pass a tidy frame.")
    faults = Faults(door)
    missing = [str(name) for name in dict.fromkeys(columns) if name not in frame.columns]
    if missing:
        faults.add(
            "columns",
            f"no column {', '.join(missing)}",
            ", ".join(map(str, frame.columns)),
            "Name columns that the frame has.",
        )
    if len(frame) == 0:
        faults.add("frame", "no rows", "one row a child", "Give the frame its rows.")
    repeated = int(frame.index.duplicated().sum())
    if repeated:
        faults.add(
            "index",
            f"{repeated} rows whose label an earlier row has",
            "an index without repeats, by which pairs and weights are named",
            "Call reset_index(), or set the index to an identifier with one row each.",
        )
    if not frame.columns.is_unique:
        faults.add("columns", "two columns of one name", "column names without repeats", "Rename one of them.")
    faults.settle()


def read_treatment(faults: Faults, frame: pd.DataFrame, treatment: str) -> Bools:
    """Return (n,) true for the treated."""
    column = frame[treatment]
    empty = int(column.isna().sum())
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    other = int((~np.isin(values, (0.0, 1.0))).sum()) - empty
    if empty:
        faults.add(treatment, f"no value in {empty} rows", "0 or 1 in every row", "Leave those rows out, or fill them.")
    if other:
        faults.add(
            treatment,
            f"{other} rows with something other than 0 and 1",
            "0 for the comparison, 1 for the treated",
            "Make a column of 0 and 1.",
        )
    treated = values == 1
    if not (empty or other):
        for count, word in ((int(treated.sum()), "treated"), (int((~treated).sum()), "not treated")):
            if count < 2:
                faults.add(
                    treatment,
                    f"{'no row' if count == 0 else '1 row'} {word}",
                    "two or more in each group",
                    "Nobody can be compared: widen the cohort or its window.",
                )
    return np.asarray(treated)


def read_numbers(faults: Faults, frame: pd.DataFrame, name: str) -> Floats:
    """Return (n,) finite numbers of a column."""
    column = frame[name]
    if not (pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype)):
        faults.add(name, f"values of type {column.dtype}", "numbers", "Convert the column to numbers before the call.")
        return np.zeros(len(frame))
    values = column.to_numpy(dtype=float, na_value=np.nan)
    empty = int(np.isnan(values).sum())
    if empty:
        faults.add(
            name,
            f"no value in {empty} rows",
            "a value in every row",
            "Fill them by a stated rule, add a category for unknown, or leave those rows out.",
        )
    if np.isinf(values).any():
        faults.add(
            name, f"{int(np.isinf(values).sum())} infinite values", "finite numbers", "Find the division by zero."
        )
    return np.asarray(np.nan_to_num(values), dtype=np.float64)


def read_codes(faults: Faults, frame: pd.DataFrame, name: str) -> Ints:
    """Return (n,) numbers 0, 1, … of the values of a column, in order of first appearance."""
    empty = int(frame[name].isna().sum())
    if empty:
        faults.add(name, f"no value in {empty} rows", "a value in every row", "Fill them, or leave those rows out.")
    return np.asarray(pd.factorize(frame[name])[0], dtype=np.int64)


def read_clusters(faults: Faults, frame: pd.DataFrame, name: str) -> Ints:
    """Return (n,) cluster numbers; fewer than two clusters cannot show how they vary."""
    codes = read_codes(faults, frame, name)
    if codes.max(initial=0) < 1:
        faults.add(
            name,
            "one cluster",
            "two or more, and better forty",
            "Cluster by a finer unit, such as the family, or leave cluster out.",
        )
    return codes


def read_strata(faults: Faults, frame: pd.DataFrame, names: Sequence[str]) -> Ints:
    """Return (n,) the number of the combination of `names` that each row has."""
    codes = np.zeros(len(frame), dtype=np.int64)
    for name in names:
        column = read_codes(faults, frame, name)
        codes = np.unique(codes * (int(column.max(initial=0)) + 2) + column + 1, return_inverse=True)[1].reshape(-1)
    return np.asarray(codes, dtype=np.int64)


def is_category(column: pd.Series[Any]) -> bool:
    """Return whether a column is read as categories: text, or pandas' category type."""
    return not (pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype))


def read_covariates(faults: Faults, frame: pd.DataFrame, names: Sequence[str]) -> Covariates:
    """Return covariates in numbers: numbers and yes/no as they are, text and categories as a 0/1 column a level."""
    model: list[Floats] = []
    balance: list[Floats] = []
    model_names, balance_names, category = [], [], []
    for name in names:
        column = frame[name]
        if not is_category(column):
            values = read_numbers(faults, frame, name)
            model.append(values)
            balance.append(values)
            model_names.append(str(name))
            balance_names.append(str(name))
            category.append(False)
            continue
        empty = int(column.isna().sum())
        if empty:
            faults.add(name, f"no value in {empty} rows", "a value in every row", "Add a category for unknown.")
            continue
        coded = pd.Categorical(column).remove_unused_categories()
        for level, label in enumerate(coded.categories):
            values = np.asarray(coded.codes == level, dtype=float)
            balance.append(values)
            balance_names.append(f"{name}_{label}")
            category.append(True)
            if level:
                model.append(values)
                model_names.append(f"{name}_{label}")
    n = len(frame)
    wide = np.column_stack(model) if model else np.empty((n, 0))
    kept = _independent(wide)
    return Covariates(
        model=wide[:, kept],
        model_names=tuple(model_names[k] for k in kept),
        balance=np.column_stack(balance) if balance else np.empty((n, 0)),
        balance_names=tuple(balance_names),
        category=np.array(category, dtype=bool),
        left_out=tuple(name for k, name in enumerate(model_names) if k not in set(kept)),
    )


def _independent(columns: Floats) -> list[int]:
    """Return the columns, first come first kept, that no constant and no earlier columns add up to."""
    kept: list[int] = []
    n, k = columns.shape
    basis = np.empty((k + 1, n))
    basis[0] = 1 / np.sqrt(max(n, 1))
    for place, column in enumerate(columns.T):
        held = basis[: len(kept) + 1]
        left = column - (held @ column) @ held
        left = left - (held @ left) @ held
        length = float(np.linalg.norm(left))
        if length > 1e-7 * max(float(np.linalg.norm(column)), 1e-300):
            kept.append(place)
            basis[len(kept)] = left / length
    return kept


def allowed(door: str, name: str, value: Any, options: Sequence[str]) -> None:
    """Refuse an option value that does not exist."""
    if value not in options:
        raise UsageError(f"{door}: {name}={value!r}; allowed: {', '.join(map(repr, options))}.")


def level_of(door: str, conf_level: float) -> None:
    """Refuse a confidence level outside 0 to 1."""
    if not 0 < conf_level < 1:
        raise UsageError(f"{door}: conf_level={conf_level}; allowed: between 0 and 1, such as 0.95.")
