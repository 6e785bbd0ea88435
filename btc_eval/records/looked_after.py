"""The Children looked after publication: numbers and rates, characteristics, and the releases of 2010 to 2017.

Counts are for years ending 31 March. Every release of the numbers and rates is kept, because councils revise their
counts and the Office for National Statistics its populations: 2023 was first published as 117.5 per 10,000.
"""

from __future__ import annotations

from btc_eval.records.publications import LOOKED_AFTER, LOOKED_AFTER_BEFORE_2018
from btc_eval.records.spec import Compiled, Filter, Indicator, Kind, Spec
from btc_eval.records.symbols import STATISTICAL_FIRST_RELEASE

TABLES = (
    Compiled(
        "looked_after",
        "Children looked after: number, starts and ceases, every release",
        broad=True,
        vintages=True,
        columns=(
            "population",
            "children_at_31_march",
            "rate_at_31_march",
            "children_started",
            "rate_started",
            "children_ceased",
            "rate_ceased",
        ),
    ),
    Compiled("looked_after_stock", "Children looked after at 31 March by characteristic"),
    Compiled("looked_after_starts", "Children starting to be looked after by characteristic"),
    Compiled("looked_after_ceases", "Children ceasing to be looked after by characteristic"),
    Compiled("placement_stability", "Stability of children's placements"),
)

#: What the publication calls its three groups of children, in small letters, and what we call them.
GROUPS = {
    "children looked after on 31 march each year": "at_31_march",
    "children looked after at 31 march each year": "at_31_march",
    "children starting to be looked after each year": "started",
    "children ceasing to be looked after each year": "ceased",
}

_STOCK = {
    "age group": "age",
    "category of need": "need",
    "legal status": "legal status",
    "placement": "placement",
    "place providers": "provider",
    "locality of placement": "locality",
    "distance between home and placement": "distance",
    "sex": "sex",
    "unaccompanied asylum-seeking children": "asylum",
    "ethnicity": "ethnicity",
}
_STARTS = {
    "age on starting": "age",
    "category of need": "need",
    "legal status": "legal status",
    "taken into care": "taken into care",
    "sex": "sex",
    "unaccompanied asylum-seeking children": "asylum",
}
_CEASES = {
    "age on ceasing": "age",
    "reason episode ceased": "reason",
    "sex": "sex",
    "unaccompanied asylum-seeking children": "asylum",
}

#: Wordings that changed between releases, or that are long.
_CATEGORIES = {
    "n1. abuse or neglect": "abuse or neglect",
    "n2. child's disability": "child's disability",
    "n3. parental illness or disability": "parental illness or disability",
    "n4. family in acute stress": "family in acute stress",
    "n4. family acute stress": "family in acute stress",
    "n5. family dysfunction": "family dysfunction",
    "n6. socially unacceptable behaviour": "socially unacceptable behaviour",
    "n7. low income": "low income",
    "n8. absent parenting": "absent parenting",
    "children excluding unaccompanied asylum-seeking children": "other children",
    "non-uasc": "other children",
    "unaccompanied asylum-seeking children": "unaccompanied asylum-seeking children",
    "uasc": "unaccompanied asylum-seeking children",
    "voluntary agreements under s20 ca 1989": "voluntary agreement",
    "voluntary agreement under s20": "voluntary agreement",
    "la accommodation under pace 1989": "police and criminal evidence act",
    "child assessment order and in la accommodation": "child assessment order",
    "police protection in la accommodation": "police protection",
    "independent and semi-independent living arrangements/supported accommodation": "independent or supported living",
    "placed with parents or other person with parental responsibility": "with parents",
    "parents or other person with parental responsibility": "parents",
    "secure homes and children's homes": "children's homes and secure homes",
    "own provision (by the la)": "own provision",
    "other la provision": "another council's provision",
    "other public provision (e.g. by a pct etc)": "other public provision",
    "placement provider not reported": "not reported",
    "all children taken into care": "taken into care",
    "returned home to live with parents or other person with parental responsibility which was part of the care "
    "planning process": "returned home as planned",
    "returned home to live with parents or other person with parental responsibility which was not part of the care "
    "planning process": "returned home unplanned",
    "left care to live with parents, relatives or other person with no parental "
    "responsibility": "to relatives or others",
    "moved into independent living (with no formalised support)": "independent living without formal support",
    "moved into independent living (with supportive accommodation)": "independent living with support",
    "residence order or child arrangement order granted": "child arrangements order",
    "aged 18 (or over) and remained with current carers": "stayed with carers at 18",
    "age assessment determined child aged 18 or over": "found to be 18 or over",
    "transferred to residential care funded by adult social services": "adult residential care",
    "care taken by another local authority": "taken over by another council",
    "care ceased for any other reason": "any other reason",
    "placed inside the local authority boundary": "inside the council's area",
    "placed outside the local authority boundary": "outside the council's area",
    "distance not known or not recorded": "not known",
    "placed 20 miles or less from home": "20 miles or less",
    "placed more than 20 miles from home": "more than 20 miles",
}

#: The group of the stability measure, as published.
_LONG = "children looked after continuously for at least 2.5 years on 31 march aged under 16 years"

_NUMBER_AND_RATE = (
    Indicator("population", ("population_estimate",)),
    Indicator("number", ("children_count", "number")),
    Indicator("rate", ("rate_per_10000",), Kind.NUMBER),
)
_TWO_FILTERS = (Filter("breakdown", ("cla_group",)), Filter("category", ("characteristic",)))
_COUNT_ONLY = (Indicator("number", ("number",)),)


def _characteristics(source: str, table: str, file_name: str, mark: str, breakdowns: dict[str, str]) -> Spec:
    return Spec(
        source=source,
        publication=LOOKED_AFTER,
        table=table,
        file_name=file_name,
        layout="characteristics",
        indicators=_COUNT_ONLY,
        filters=_TWO_FILTERS,
        mark=("cla_group", mark),
        breakdowns=breakdowns,
        categories=_CATEGORIES,
    )


SPECS = (
    Spec(
        source="Numbers and rates per 10,000 children, by local authority",
        publication=LOOKED_AFTER,
        table="looked_after",
        file_name=r"cla_number_(and_)?rate.*\.csv",
        layout="groups",
        indicators=_NUMBER_AND_RATE,
        filters=(Filter("group", ("population_type", "population_count")),),
        categories=GROUPS,
        national=("children_at_31_march", "children_started", "children_ceased"),
    ),
    _characteristics(
        "Children looked after at 31 March by characteristics",
        "looked_after_stock",
        r"(stock_31_march|cla_on_31_march)_by_characteristic.*\.csv",
        "Age group",
        _STOCK,
    ),
    _characteristics(
        "Children starting to be looked after by characteristics",
        "looked_after_starts",
        r"(started|cla_started.*|started_.*|placements)_(by_characteristic)?.*\.csv",
        "Age on starting",
        _STARTS,
    ),
    _characteristics(
        "Children ceasing to be looked after by characteristics",
        "looked_after_ceases",
        r"(ceased|cla_ceased.*)_by_characteristic.*\.csv",
        "Age on ceasing",
        _CEASES,
    ),
    Spec(
        source="Placement stability, by local authority",
        publication=LOOKED_AFTER,
        table="placement_stability",
        file_name=r"la_cla_placement_stability.*\.csv",
        layout="stability",
        indicators=(Indicator("number", ("children_count",)),),
        filters=(Filter("breakdown", ("cla_group",)), Filter("category", ("placement_stability",))),
        categories={
            "cla on 31 march/total children": "children_at_31_march",
            "cla on 31 march/with 3 or more placements during the year": "three_or_more_placements",
            "cla 2 years on 31 march/total children": "children_looked_after_2_years",
            "cla 2 years on 31 march/with 3 or more placements during the previous 2 years": "three_or_more_in_2_years",
            f"{_LONG}/total children": "children_under_16_looked_after_2_and_a_half_years",
            f"{_LONG}/living with the same carer for at least 2 years": "same_carer_for_2_years",
        },
    ),
)


def _first_release(
    source: str, group: str, file_name: str, names: tuple[str, ...], more: tuple[Indicator, ...] = ()
) -> Spec:
    return Spec(
        source=source,
        publication=LOOKED_AFTER_BEFORE_2018,
        table="looked_after",
        file_name=file_name,
        layout="first_release",
        indicators=(Indicator(group, names), *more),
        symbols=STATISTICAL_FIRST_RELEASE,
        national=(group,),
    )


#: Column names carried the year, now and then the wrong one (2015's starts are headed 2014), so every year's is listed.
_SPAN = range(2010, 2018)
FIRST_RELEASES = (
    _first_release(
        "Underlying data: children looked after at 31 March",
        "children_at_31_march",
        r"(?=.*20\d\d).*(March|CLA\d*)\.csv",
        (*(f"CLA_Mar{year}" for year in _SPAN), "MarTotal_2010"),
        (Indicator("population", ("Mid2009Pop0-17",), optional=True),),
    ),
    _first_release(
        "Underlying data: children starting to be looked after",
        "children_started",
        r"(?=.*20\d\d).*(Started|ADM\d*)\.csv",
        (*(f"CLA_started{year}" for year in _SPAN), "StartTotal_2010"),
    ),
    _first_release(
        "Underlying data: children ceasing to be looked after",
        "children_ceased",
        r"(?=.*20\d\d).*(Ceased|CEA\d*)\.csv",
        ("CLA_cease", "CLA_cease2017", "CeasedTotal_2010"),
    ),
)
