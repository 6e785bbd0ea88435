"""Into which groups are long code lists gathered? Sources of referral, ethnicity, troubles of a parent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.measures.days import NOT_KNOWN, Categorical
from btc_eval.records.statutory.vocabulary import UNRECOGNISED

#: Group of sources, as published → the sources of the return.
SOURCES = {
    "individual": ("family member, relative or carer", "acquaintance", "the child", "other individual"),
    "schools": ("school",),
    "education services": ("education service",),
    "health services": (
        "general practitioner", "health visitor", "school nurse", "other primary health service",
        "accident and emergency", "other health service",
    ),
    "housing": ("housing",),
    "council services": ("council social care", "other council department", "another council", "council early help"),
    "police": ("police",),
    "other legal agency": ("other legal agency",),
    "other": ("other, such as a children's centre or voluntary body",),
    "anonymous": ("anonymous",),
    "unknown": ("unknown",),
}  # fmt: skip

#: Groups of the published tables. "Chinese" is with "Asian", as in the census of 2021.
ETHNICITY = {
    "White": (
        "White British", "White Irish", "any other White background", "Traveller of Irish heritage", "Gypsy or Roma",
    ),
    "Mixed": (
        "White and Black Caribbean", "White and Black African", "White and Asian", "any other Mixed background",
    ),
    "Asian": ("Indian", "Pakistani", "Bangladeshi", "any other Asian background", "Chinese"),
    "Black": ("Black Caribbean", "Black African", "any other Black background"),
    "other ethnic group": ("any other ethnic group",),
}  # fmt: skip

#: Troubles of a parent that the programme's papers name and an assessment records, with the factors that say so.
TROUBLES = {
    "domestic_abuse": ("domestic abuse: parent or carer",),
    "substances": ("alcohol: parent or carer", "drugs: parent or carer"),
    "mental_health": ("mental health: parent or carer",),
}
#: How many of them an assessment found; "not assessed" where none was completed by the day.
DISADVANTAGE = ("none recorded", "one", "two", "all three", "not assessed")


def coded(places: Any, levels: Sequence[str]) -> Categorical:
    """Which words stand at these places of the list? A category of every word of it."""
    return pd.Categorical.from_codes(np.asarray(places, dtype=np.int64), categories=pd.Index(list(levels)))


def grouped(values: pd.Series, groups: dict[str, tuple[str, ...]]) -> pd.Series:
    """In which group is each of these words? "not known" for a blank and for a word of no group.

    Examples
    --------
    >>> grouped(pd.Series(["school", "health visitor", None]), SOURCES).tolist()
    ['schools', 'health services', 'not known']
    """
    place = {word: name for name, words in groups.items() for word in words}
    found = values.astype("object").map(place).fillna(NOT_KNOWN)
    return found.astype(pd.CategoricalDtype([*groups, NOT_KNOWN]))


def said(values: pd.Series, words: tuple[str, ...]) -> pd.Series:
    """Which word does each row say? A category of every word of the list, "not known" for a blank.

    A code that the list does not have keeps its own category, and has none where no row holds it.
    """
    text = values.astype("object")
    text = text.where(text.notna(), NOT_KNOWN)
    levels = [word for word in words if word != UNRECOGNISED or bool((text == word).any())]
    return text.astype(pd.CategoricalDtype([*levels, NOT_KNOWN]))
