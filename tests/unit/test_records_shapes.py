"""Each published shape, read against the committed list of areas: the tool, neighbours, old releases and the others."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from btc_eval.records import official
from btc_eval.records.areas import AreaList
from btc_eval.records.batch import Batch, read_batch
from btc_eval.records.interactive_tool import MEASURES
from btc_eval.records.official import areas_from
from btc_eval.records.tables import Offered

DATA = Path(__file__).parents[2] / "data"
WIRRAL, ENGLAND = "E08000015", "E92000001"


@pytest.fixture(scope="module")
def areas() -> AreaList:
    return areas_from(official(DATA).wide("areas"))


def read(areas: AreaList, name: str, content: bytes | str) -> Batch:
    raw = content.encode("utf-8") if isinstance(content, str) else content
    return read_batch([Offered(name, name, raw, direct=True)], areas)


def tool(changes: dict[str, str] | None = None, without: str = "") -> bytes:
    """A tool's table with every measure for Wirral, the North West and England."""
    rows = []
    for measures in MEASURES.values():
        for short in measures:
            for area, number in (("Wirral", 344.0), ("North West", 981.0), ("England", 970.0)):
                value = "12.300000000000001" if "percent" in measures[short][0] else "70"
                rows.append((short, None if rows else "first row only", "2016-17 (OT)", area, value, number, "NA"))
    frame = pd.DataFrame(
        rows, columns=["Short Desc", "Data item", "Years", "LA and Regions", "Values", "LA Number", "Region"]
    )
    frame = frame[frame["Short Desc"] != without]
    spend = frame["Short Desc"] == "C&YPExpenditure"
    frame.loc[spend, "Values"] = "490"  # seven lines of 70
    for short, value in (changes or {}).items():
        frame.loc[(frame["Short Desc"] == short) & (frame["LA and Regions"] == "Wirral"), "Values"] = value
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame), out)
    return out.getvalue()


def test_the_tools_table_becomes_one_table_a_subject(areas: AreaList) -> None:
    batch = read(areas, "bds_long_0.parquet", tool({"TotAbs": "-"}))
    assert batch.refusals == []
    (reading,) = batch.readings
    assert reading.frames.keys() == MEASURES.keys()
    attendance = reading.frames["attendance"].set_index(["area_code", "year"])
    assert attendance.loc[(WIRRAL, 2017), "absence_percent"] == "[x]"
    assert attendance.loc[(ENGLAND, 2017), "absence_percent"] == "12.3"
    assert attendance.loc[("E12000002", 2017), "persistent_absence_percent"] == "12.3"
    assert sum(frame["source_rows"].sum() for frame in reading.frames.values()) == reading.ledger.rows_used


def test_the_tools_spend_lines_are_set_beside_its_total_and_not_refused(areas: AreaList) -> None:
    (good,) = read(areas, "bds.parquet", tool()).readings
    assert {line.verdict for line in good.reconciled} == {"pass"}
    (off,) = read(areas, "bds.parquet", tool({"TotalLACFinance": "700"})).readings
    assert [line.verdict for line in off.reconciled if line.year == 2017] == ["concern"]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (tool({"LACnum": "about 700"}), "'about 700'"),
        (tool({"LACnum": "70.5"}), "70.5"),
        (tool({"TotAbs": "112"}), "112"),
        (tool(without="LACnum"), "no row for 'LACnum'"),
    ],
)
def test_a_bad_tools_table_is_refused(content: bytes, found: str, areas: AreaList) -> None:
    batch = read(areas, "bds_long_0.parquet", content)
    assert batch.readings == []
    assert found in batch.refusals[0].found


SEFTON_FIRST = [343, 841, 808, 342, 392, 807, 359, 888, 381, 840]


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    names = [name for rank in range(1, 11) for name in (f"SN{rank}", "SNP")]
    sheet.append(["A", "B", "C", "D", "E", *range(3, 23)])
    sheet.append(list(range(1, 26)))
    sheet.append(["LA num", "LA Name", "LA number", "GOInd", "GOReg", *names])
    sheet.append([344, "Wirral", 344, 5, "North West", *(x for code in SEFTON_FIRST for x in (code, "Very Close"))])
    sheet.append([942, "Cumberland", 942, 5, "North West", *("-" for _ in range(20))])
    sheet.append([None, "Old SNs:"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_neighbours_from_a_workbook_and_from_a_csv_are_the_same(areas: AreaList) -> None:
    stems = [name for rank in range(1, 11) for name in (f"SN_{rank}", f"SN_{rank}P")]
    cells = ",".join(f"{code},Very close " for code in SEFTON_FIRST)
    text = f"\ufeffold_la_code,la_name,region_ind,region_name,{','.join(stems)}\n344,Wirral,5,North West,{cells}\n"
    one = read(areas, "sn_april_2021.xlsx", workbook())
    two = read(areas, "sn_model_2021_wide.csv", text)
    assert one.refusals == two.refusals == []
    columns = ["area_code", *(f"neighbour_{rank}" for rank in range(1, 11))]
    assert one.readings[0].frames["neighbours"][columns].to_numpy().tolist() == (
        two.readings[0].frames["neighbours"][columns].to_numpy().tolist()
    )
    assert one.readings[0].ledger.set_aside == {
        "a heading or a note, not a council": 1,
        "a council without ten neighbours": 1,
    }
    assert one.areas is not None
    marked = one.areas.frame
    assert set(marked.loc[marked["neighbour_2021"], "old_la_code"]) == {str(code) for code in SEFTON_FIRST}


def test_a_model_without_its_year_is_refused(areas: AreaList) -> None:
    assert read(areas, "neighbours.xlsx", workbook()).refusals[0].found == "no year"


@pytest.mark.parametrize(
    ("name", "header", "wirral", "measure", "value"),
    [
        ("SFR36_CLA2014.csv", "New_geog_code,geog_l,geog_c,geog_n,CLA_Mar2014,CLA_NetGain ,,", "669,..,,",
         "children_at_31_march", "669"),
        ("2015__SFR34_ADM2015.csv", "New_geog_code,geog_l,geog_c,geog_n,CLA_started2014,SCLA_LI", "206,x",
         "children_started", "206"),
        ("SFR_CEA2012.csv", "New_geog_code,geog_l,geog_c,geog_n,CLA_cease,CLA_cease16", "x,-",
         "children_ceased", "[c]"),
    ],
)  # fmt: skip
def test_the_first_releases_take_their_year_from_the_name(
    name: str, header: str, wirral: str, measure: str, value: str, areas: AreaList
) -> None:
    england = ",".join("68840" if cell else "" for cell in wirral.split(","))
    text = f"{header}\nE92000001,NATIONAL,999,ENGLAND,{england}\nE08000015,LA,344,Wirral,{wirral}\n"
    text += f"E12000002,REGION,971,NORTH WEST,{england}\n"
    batch = read(areas, name, text)
    assert [r.found for r in batch.refusals] == []
    frame = batch.readings[0].frames["looked_after"].set_index(["area_code", "year"])
    year = int(name[-8:-4])
    assert frame.loc[(WIRRAL, year), measure] == value
    assert batch.readings[0].vintage == f"{year}-{10 if year == 2015 else 9:02d}"


GEO = "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,old_la_code"


def _places(year: str, kind: str, cells: str) -> str:
    return (
        f"{year},{kind},National,E92000001,England,,,,,,{cells}\n"
        f"{year},{kind},Regional,E92000001,England,E12000002,North West,,,,{cells}\n"
        f"{year},{kind},Local authority,E92000001,England,E12000002,North West,344,E08000015,Wirral,{cells}\n"
    )


def test_workforce_columns_of_both_generations(areas: AreaList) -> None:
    old = "social_worker_fte,turnover_rate_fte_%,absence_rate_fte_%,agency_worker_rate_fte_%,vacancy_rate_fte_%,"
    old += "caseload_fte"
    new = "inpost_fte,turnover_rate_fte,absence_rate_fte,agency_rate_fte,vacancy_rate_fte,caseload_fte"
    joint = "2022,Reporting year,Local authority,E92000001,England,E12000004,East Midlands,x,E06000061 / E06000062,Two"
    for name, columns in (("csww_headline_measures_2017_to_2022.csv", old), ("csww_indicators_2017_to_2025.csv", new)):
        text = f"{GEO},new_la_code,la_name,{columns}\n" + _places(
            "2022", "Reporting year", "210.5,18,4.3,16.9,20.7,low"
        )
        batch = read(areas, name, text + f"{joint},1,1,1,1,1,1\n")
        assert [r.found for r in batch.refusals] == []
        row = batch.readings[0].frames["workforce"].set_index("area_code").loc[WIRRAL]
        assert (row["agency_percent"], row["vacancy_percent"], row["caseload"]) == ("16.9", "20.7", "[low]")
        assert batch.readings[0].vintage == "2023-02"
        assert batch.readings[0].ledger.set_aside == {"two councils that returned together": 1}


def test_young_people_scorecard_with_its_leftover_rows(areas: AreaList) -> None:
    header = f"{GEO},new_la_code,la_name,Age,Cohort_DJFavg,NEET_not_known_percent,NEET_percent,Notknown_percent,VG"
    text = header + "\n" + _places("2021", "Calendar year", '16-17,7311,5.1,3.6,1.4,""')
    text += "2021,Calendar year,Regional,E92000001,England,,Region demo,,,,16-17,1,1,1,1,\n"
    text += "2021,Calendar year,Local authority,E92000001,England,,,,,LA demo,16-17,1,1,1,1,\n"
    batch = read(areas, "UD_NEETNK_LA_dashboard_2021_vg_removed.csv", text)
    assert [r.found for r in batch.refusals] == []
    row = batch.readings[0].frames["not_in_education"].set_index("area_code").loc[WIRRAL]
    assert row["not_in_education_percent"] == "3.6"
    assert batch.readings[0].ledger.set_aside == {"a row that names no region": 1, "a row that names no council": 1}


def test_absence_by_group_keeps_all_phases_together(areas: AreaList) -> None:
    header = f"{GEO},la_name,new_la_code,absence_terms,social_care_group,phase_type_grouping,t_pupils,pt_overall,"
    text = header + "pt_pupils_pa_10_exact\n"
    for group in ("CINO at 31 March", "CPPO at 31 March", "CLA 12 months at 31 March"):
        for phase in ("Total", "Special"):
            cells = f"six half terms,{group},{phase},818,18.3,c"
            rows = _places("202425", "Academic year", cells)
            text += rows.replace("E08000015,Wirral", "Wirral,E08000015")
    batch = read(areas, "absence_la.csv", text)
    assert [r.found for r in batch.refusals] == []
    reading = batch.readings[0]
    row = reading.frames["absence_by_group"].set_index(["area_code", "year"]).loc[(WIRRAL, 2025)]
    assert row["absence_percent / group / in need"] == "18.3"
    assert row["persistent_absence_percent / group / on a protection plan"] == "[c]"
    assert reading.ledger.set_aside == {"one phase of school": 9}


def test_a_category_met_for_the_first_time_is_kept_and_named(areas: AreaList) -> None:
    header = "time_period,geographic_level,geo_breakdown,old_la_code,new_la_code,cla_group,characteristic,number"
    rows = [("Age on starting", "Total", 100), ("Age on starting", "Before birth", 40), ("Age on starting", "17", 60)]
    text = header + "\n"
    for group, category, number in rows:
        text += f"2026,Local authority,Wirral,344,E08000015,{group},{category},{number}\n"
    batch = read(areas, "la_children_who_started.csv", text)
    assert [r.found for r in batch.refusals] == []
    assert batch.readings[0].unknown == {"characteristic": {"Before birth": 1, "17": 1}}
    assert "children / age / before birth" in batch.readings[0].frames["looked_after_starts"]


def test_a_breakdown_that_does_not_make_its_total_is_refused(areas: AreaList) -> None:
    header = "time_period,geographic_level,geo_breakdown,old_la_code,new_la_code,cla_group,characteristic,number"
    text = header + "\n"
    for category, number in (("Total", 100), ("Under 1 year", 40), ("1 to 4 years", 61)):
        text += f"2026,Local authority,Wirral,344,E08000015,Age on starting,{category},{number}\n"
    (refusal,) = read(areas, "started.csv", text).refusals
    assert "categories that sum to 101 beside a total of 100" in refusal.found


def test_a_national_table_of_the_same_columns_is_none_of_ours(areas: AreaList) -> None:
    text = "time_period,geographic_level,country_code,cla_group,characteristic,number\n"
    text += "2025,National,E92000001,Age on starting,Total,31000\n"
    batch = read_batch([Offered("f/national.csv", "national.csv", text.encode(), direct=False)], areas)
    assert batch.refusals == []
    assert [line.kind for line in batch.unused] == ["not recognised"]
