"""Tables of other publications: young people, workforce, and the absence of children known to social care."""

from __future__ import annotations

from btc_eval.records.publications import OUTCOMES, PARTICIPATION, WORKFORCE
from btc_eval.records.spec import Compiled, Filter, Indicator, Kind, Spec

TABLES = (
    Compiled(
        "not_in_education",
        "Young people of 16 and 17 not in education, employment or training",
        broad=True,
        year="December to February average, by the year it ends in",
    ),
    Compiled("workforce", "Children's social workers at 30 September", broad=True, year="30 September"),
    Compiled(
        "absence_by_group",
        "Absence of children in need, on protection plans and looked after",
        year="academic year, by the year it ends in",
    ),
)

SPECS = (
    Spec(
        source="NEET and participation scorecard, by local authority",
        publication=PARTICIPATION,
        table="not_in_education",
        file_name=r"UD_NEETNK_LA_dashboard.*\.csv",
        layout="wide",
        indicators=(
            Indicator("young_people", ("Cohort_DJFavg",), Kind.NUMBER),
            Indicator("not_in_education_percent", ("NEET_percent",), Kind.PERCENT),
            Indicator("not_known_percent", ("Notknown_percent",), Kind.PERCENT),
            Indicator("not_in_education_or_not_known_percent", ("NEET_not_known_percent",), Kind.PERCENT),
        ),
        filters=(Filter("age", ("Age",)),),
        mark=("Age", "16-17"),
        years=("Calendar year",),
    ),
    Spec(
        source="Workforce indicators, by local authority",
        publication=WORKFORCE,
        table="workforce",
        file_name=r"csww_(headline_measures|indicators)_20\d\d_to_20\d\d.*\.csv",
        layout="wide",
        indicators=(
            Indicator("social_workers_fte", ("inpost_fte", "social_worker_fte"), Kind.NUMBER),
            Indicator("agency_percent", ("agency_rate_fte", "agency_worker_rate_fte_%"), Kind.PERCENT),
            Indicator("vacancy_percent", ("vacancy_rate_fte", "vacancy_rate_fte_%"), Kind.PERCENT),
            # A small council can lose more workers in a year than it has at the end of it.
            Indicator("turnover_percent", ("turnover_rate_fte", "turnover_rate_fte_%"), Kind.NUMBER),
            Indicator("absence_percent", ("absence_rate_fte", "absence_rate_fte_%"), Kind.PERCENT),
            Indicator("caseload", ("caseload_fte",), Kind.NUMBER),
        ),
    ),
    Spec(
        source="Absence by social care group, by local authority",
        publication=OUTCOMES,
        table="absence_by_group",
        file_name=r"absence_la.*\.csv",
        layout="social_care_groups",
        indicators=(
            Indicator("pupils", ("t_pupils",)),
            Indicator("absence_percent", ("pt_overall",), Kind.PERCENT),
            Indicator("persistent_absence_percent", ("pt_pupils_pa_10_exact",), Kind.PERCENT),
        ),
        filters=(Filter("group", ("social_care_group",)), Filter("phase", ("phase_type_grouping",))),
        mark=("social_care_group", "CINO at 31 March"),
        years=("Academic year",),
        categories={
            "cino at 31 march": "in need",
            "cppo at 31 march": "on a protection plan",
            "cla 12 months at 31 march": "looked after 12 months",
        },
    ),
)
