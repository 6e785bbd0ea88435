"""The Local Authority Interactive Tool: one long table of some 430 measures, of which the report uses a few.

Every row names a measure by its short name, an area by its three-digit number, a year as text and a value as text
with a spreadsheet's noise. The `Data item` column is filled on a measure's first row only and is not needed. Years are
written in six ways ("2016", "2014-16", "2015/16", "2016-17 (OT)", "2025 (prov)", a stray "0"); a span is named by the
year it ends in. Figures missing for any reason are a dash.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from btc_eval.records import contracts
from btc_eval.records.areas import ENGLAND, WIRRAL, AreaList
from btc_eval.records.publications import INTERACTIVE_TOOL as PUBLICATION
from btc_eval.records.reading import by_small_name, cells
from btc_eval.records.spec import Compiled, Indicator, Kind, Spec, Sum
from btc_eval.records.symbols import INTERACTIVE_TOOL as SYMBOLS
from btc_eval.records.tables import Faults, Ledger, RawTable, Reading, Reconciled, rows_words

SOURCE = "Local authority interactive tool data"

TABLES = (
    Compiled(
        "spend",
        "Section 251 outturn: gross spend and weekly unit costs",
        broad=True,
        year="financial year ending 31 March",
    ),
    Compiled(
        "early_years",
        "Early years: health review, two-year-old offer, good level of development",
        broad=True,
        year="year",
    ),
    Compiled(
        "attendance",
        "School absence, exclusion and suspension",
        broad=True,
        year="academic year, by the year it ends in",
    ),
    Compiled("young_people", "Young people not in education, employment or training", broad=True, year="year"),
    Compiled("low_income", "Children in low-income families", year="financial year ending 31 March"),
    Compiled("looked_after_tool", "Children looked after, stability, care applications: ten-year series", broad=True),
    Compiled("child_protection_tool", "Enquiries, plans and reviews, ten-year series", broad=True),
)

#: Compiled table → published short name → our measure and its kind. Money is in pounds of the year.
MEASURES: dict[str, dict[str, tuple[str, Kind]]] = {
    "spend": {
        "C&YPExpenditure": ("spend_total", Kind.CHANGE),
        "TotalLACFinance": ("spend_looked_after", Kind.CHANGE),
        "SafeguardingFinance": ("spend_safeguarding", Kind.CHANGE),
        "FamilySupportFinance": ("spend_family_support", Kind.CHANGE),
        "SureStartFinance": ("spend_early_years", Kind.CHANGE),
        "YoungPeopleFinance": ("spend_young_people", Kind.CHANGE),
        "YouthJusticeFinance": ("spend_youth_justice", Kind.CHANGE),
        "OtherChildren&FamilyFinance": ("spend_other", Kind.CHANGE),
        "LeaveCareSupServTotExp": ("spend_leaving_care", Kind.CHANGE),
        "LACFinance": ("weekly_cost_looked_after", Kind.NUMBER),
        "FosteringFinance": ("weekly_cost_fostering", Kind.NUMBER),
        "RescareFinance": ("weekly_cost_residential", Kind.NUMBER),
        "AdoptionFinance": ("weekly_cost_adoption", Kind.NUMBER),
        "SWFinance": ("weekly_cost_social_work", Kind.NUMBER),
    },
    "early_years": {
        "HCP_PHOF": ("review_at_2_percent", Kind.PERCENT),
        "%_2yr_olds": ("two_year_offer_percent", Kind.NUMBER),
        "No_2yr_olds": ("two_year_offer_children", Kind.COUNT),
        "FSP_NEW_GOODDEV": ("good_development_percent", Kind.PERCENT),
        "FSP_Gooddev_FSM": ("good_development_free_meals_percent", Kind.PERCENT),
        "FSP_Gooddev_FSM_Other": ("good_development_other_percent", Kind.PERCENT),
    },
    "attendance": {
        "TotAbs": ("absence_percent", Kind.PERCENT),
        "PriTotAbs": ("absence_primary_percent", Kind.PERCENT),
        "SecTotAbs": ("absence_secondary_percent", Kind.PERCENT),
        "TotPerAbNew": ("persistent_absence_percent", Kind.PERCENT),
        "SFPriPerAbNew": ("persistent_absence_primary_percent", Kind.PERCENT),
        "SFSecPerAbNew": ("persistent_absence_secondary_percent", Kind.PERCENT),
        "TotSevPerAbNew": ("severe_absence_percent", Kind.PERCENT),
        "CINTotalAb_3Term": ("absence_in_need_percent", Kind.PERCENT),
        "CPPTotalAb_3Term": ("absence_on_plans_percent", Kind.PERCENT),
        "LAC_Over_Abs": ("absence_looked_after_percent", Kind.PERCENT),
        "TotPermEx": ("permanent_exclusions_percent", Kind.NUMBER),
        "TotFixedEx": ("suspensions_percent", Kind.NUMBER),
        "Total_ Pup_FixedEx": ("pupils_suspended_percent", Kind.PERCENT),
    },
    "young_people": {
        "16-17 NEET": ("not_in_education_percent", Kind.PERCENT),
        "16-17_not known": ("not_known_percent", Kind.PERCENT),
        "16-17_not known_NEET": ("not_in_education_or_not_known_percent", Kind.PERCENT),
        "CareLeaversNEET": ("care_leavers_not_in_education_percent", Kind.PERCENT),
    },
    "low_income": {"ChildPov": ("children_low_income_percent", Kind.PERCENT)},
    "looked_after_tool": {
        "LACnum": ("children_at_31_march", Kind.COUNT),
        "LAC": ("rate_at_31_march", Kind.NUMBER),
        "LACnum_Start": ("children_started", Kind.COUNT),
        "LAC_Start_Rate": ("rate_started", Kind.NUMBER),
        "LAC_Cease_Rate": ("rate_ceased", Kind.NUMBER),
        "CareApplications": ("care_applications_rate", Kind.NUMBER),
        "LACStableNum_2016on": ("three_or_more_placements", Kind.COUNT),
        "LAC_ceased_SGO%": ("special_guardianship_percent", Kind.PERCENT),
        "Stability_SocialWorker": ("three_or_more_social_workers_percent", Kind.PERCENT),
    },
    "child_protection_tool": {
        "Section_47": ("section_47_rate", Kind.NUMBER),
        "CPP_Num": ("plans_at_31_march", Kind.COUNT),
        "CPP_rate": ("protection_plan_rate", Kind.NUMBER),
        "RevCP": ("plan_review_percent", Kind.PERCENT),
        "CP_conf_15days": ("conferences_in_15_days_percent", Kind.PERCENT),
    },
}

_SPEND_PARTS = (
    "spend_looked_after",
    "spend_safeguarding",
    "spend_family_support",
    "spend_early_years",
    "spend_young_people",
    "spend_youth_justice",
    "spend_other",
)

#: Each line is rounded to a pound.
_SPEND_SUM = Sum("spend_total", _SPEND_PARTS, rounded_to=2, slack=4.0, binding=False)

#: The tool's numbers for England and the regions.
_REGION_NUMBERS = {
    "970": ENGLAND,
    "980": "E12000001",
    "981": "E12000002",
    "982": "E12000003",
    "983": "E12000004",
    "984": "E12000005",
    "985": "E12000006",
    "986": "E12000007",
    "987": "E13000001",
    "988": "E13000002",
    "989": "E12000008",
    "990": "E12000009",
}
_COLUMNS = ("short desc", "years", "la number", "values")


@dataclass(frozen=True, slots=True)
class _Wanted:
    table: str
    measure: str
    kind: Kind


_WANTED = {
    short: _Wanted(table, measure, kind)
    for table, measures in MEASURES.items()
    for short, (measure, kind) in measures.items()
}


def is_interactive_tool(raw: RawTable) -> bool:
    """Is this the tool's data table? Recognised when at most one of its columns is missing."""
    return len(set(_COLUMNS) & by_small_name(raw).keys()) >= len(_COLUMNS) - 1 and "short desc" in by_small_name(raw)


def year_of(text: pd.Series) -> pd.Series:
    """Which year does each text name? A span is named by the year it ends in; 0 where it names none."""
    found = text.str.extract(r"^(?P<first>(?:19|20)\d\d)(?:[-/](?P<last>\d\d))?(?:\s*\(\w+\))?$")
    last = "20" + found["last"]
    return pd.to_numeric(last.where(found["last"].notna(), found["first"]), errors="coerce").fillna(0).astype("int64")


def read_interactive_tool(raw: RawTable, areas: AreaList, faults: Faults) -> Reading | None:
    """Which of the tool's figures does the report use? One frame a compiled table."""
    small = by_small_name(raw)
    for name in _COLUMNS:
        if name not in small:
            faults.add("the header", found=f"no column {name!r}", allowed=f"{name!r}", do="Use the file as downloaded.")
    if faults:
        return None
    ledger = Ledger(len(raw.frame))
    short = raw.frame[small["short desc"]].astype("str").str.strip()
    used = short.isin(_WANTED)
    ledger.put_aside("a measure this report does not use", int((~used).sum()))
    absent = sorted(set(_WANTED) - set(short[used]))
    if absent:
        faults.add(
            small["short desc"],
            found=f"no row for {', '.join(repr(name) for name in absent)}",
            allowed="every measure listed in btc_eval/records/interactive_tool.py",
            do="Use the whole file. If the publisher dropped or renamed a measure, change the list.",
        )
        return None
    frame = pd.DataFrame(
        {
            "short": short[used],
            "year": year_of(raw.frame.loc[used, small["years"]].astype("str").str.strip()),
            "number": raw.frame.loc[used, small["la number"]].map(_whole),
            "value": raw.frame.loc[used, small["values"]].astype("str").str.strip(),
        }
    )
    ledger.put_aside("a row without a year", int((frame["year"] == 0).sum()))
    frame = frame[frame["year"] > 0]
    frame["area_code"] = frame["number"].map(_REGION_NUMBERS).fillna(areas.of_old_code(frame["number"], frame["year"]))
    _check_places(frame, small["la number"], faults)
    contracts.check_keys(frame, ["short", "area_code", "year"], faults)
    if faults:
        return None
    return _finish(raw, frame, areas, faults, ledger, small["values"])


def _whole(value: object) -> str:
    text = str(value)
    return text[:-2] if text.endswith(".0") else text


def _check_places(frame: pd.DataFrame, column: str, faults: Faults) -> None:
    lost = frame.loc[frame["area_code"] == "", "number"]
    if len(lost):
        faults.add(
            f"{column}, {rows_words(lost.index)}",
            found=", ".join(repr(code) for code in sorted(set(lost))[:5]),
            allowed="the number of a council, a region or England",
            do="Use the file as downloaded; refresh the population file first after a reorganisation.",
        )
    if WIRRAL not in set(frame["area_code"]):
        faults.add(column, found="no row for Wirral (344)", allowed="every council", do="Use the whole file.")


def _finish(
    raw: RawTable, frame: pd.DataFrame, areas: AreaList, faults: Faults, ledger: Ledger, column: str
) -> Reading | None:
    """Check every cell, and turn each table's measures into columns."""
    spec = Spec(SOURCE, PUBLICATION, "", "", "", (), symbols=SYMBOLS, sums=(_SPEND_SUM,))
    values = pd.Series("", index=frame.index, dtype="str")
    for name, rows in frame.groupby("short"):
        wanted = _WANTED[str(name)]
        indicator = Indicator(wanted.measure, (str(name),), wanted.kind)
        values = values.where(~frame.index.isin(rows.index), cells(rows["value"], indicator, spec, column, faults))
    frame = frame.assign(value=values, measure=frame["short"].map(lambda name: _WANTED[name].measure))
    frames: dict[str, pd.DataFrame] = {}
    reconciled: tuple[Reconciled, ...] = ()
    for table, measures in MEASURES.items():
        own = frame[frame["short"].isin(measures)]
        wide = own.pivot(index=["area_code", "year"], columns="measure", values="value")
        wide = wide[[measure for measure, _ in measures.values()]].fillna("[x]")
        counts = own.groupby(["area_code", "year"]).size().rename("source_rows")
        frames[table] = wide.join(counts).reset_index()
    spend = frames["spend"].set_index(pd.RangeIndex(1, len(frames["spend"]) + 1))
    reconciled = contracts.check_sums(spend, spec, areas, faults)
    if faults:
        return None
    vintage = PUBLICATION.vintage(int(frame["year"].max()))
    return Reading(raw.offered, SOURCE, vintage, frames, ledger, {}, reconciled)
