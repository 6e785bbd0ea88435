"""How fast are statutory returns read, and in how much memory?

Every run has a process of its own, so that its memory is its own; files are generated and removed. Seconds are of
processor time: other work on the machine does not count.

- The children in need census: children a second and peak memory, beside a bare `iterparse` pass over the same file that
  does nothing with what it meets (the standard library's, and lxml's where a Python with it is named).
- The same on a smaller file, beside the sector's validator (`csc-validator-be-cin`): its tables against ours.
- Looked-after returns: ten years of 5,000 episodes, beside the sector's demand model (`cs-demand-model`).
- A region (30 councils, ten years) and the country (150): read together, stored as Parquet, queried with DuckDB.

`python -m benchmarks statutory` runs all of it at a size that takes about four minutes; `python -m
benchmarks.bench_statutory --children 1000000` at the full size (1.3 GB of temporary space). The peers need old versions
of pandas, and none is a dependency of the project: give each the Python of an environment of its own. A peer that is
not named, or does not run, is said to be left out.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.util
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow.parquet

from btc_eval.records import statutory

HEADINGS = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN,LA,YEAR"
FACTORS = ("2B", "3A", "3B", "4B", "16A", "17A")


def _day(draw: random.Random, year: int) -> dt.date:
    return dt.date(year - 1, 4, 1) + dt.timedelta(days=draw.randrange(365))


def write_census(path: Path, children: int, year: int = 2024) -> None:
    """Write a census in which every block occurs about as often as in a council's."""
    draw = random.Random(children)
    with path.open("w", encoding="utf-8") as out:
        out.write(
            f"<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>{year}</Year><ReferenceDate>{year}-03-31"
            "</ReferenceDate></CollectionDetails><Source><LEA>344</LEA></Source></Header>\n  <Children>\n"
        )
        out.writelines(_child(draw, number, year) for number in range(children))
        out.write("  </Children>\n</Message>\n")


def _child(draw: random.Random, number: int, year: int) -> str:
    def field(name: str, value: object, depth: int) -> str:
        return f"{' ' * depth}<{name}>{value}</{name}>\n"

    def block(name: str, body: str, depth: int) -> str:
        return f"{' ' * depth}<{name}>\n{body}{' ' * depth}</{name}>\n"

    body = block(
        "ChildIdentifiers",
        field("LAchildID", f"C{number:08d}", 8) + field("UPN", f"A{number:012d}", 8)
        + field("PersonBirthDate", _day(draw, draw.randrange(2007, year)), 8)
        + field("GenderCurrent", draw.choice("12"), 8),
        6,
    )  # fmt: skip
    disabled = block("Disabilities", field("Disability", "LD", 10), 8) if draw.random() < 0.15 else ""
    body += block("ChildCharacteristics", field("Ethnicity", "WBRI", 8) + disabled, 6)
    for _ in range(1 + (draw.random() < 0.2)):
        began = _day(draw, year)
        inside = field("CINreferralDate", began, 8) + field("ReferralSource", draw.choice(("1A", "2A", "6", "5A")), 8)
        inside += field("PrimaryNeedCode", "N1", 8) + field("CINclosureDate", began + dt.timedelta(90), 8)
        inside += field("ReasonForClosure", "RC7", 8)
        if draw.random() < 0.7:
            factors = "".join(field("AssessmentFactors", code, 12) for code in draw.sample(FACTORS, draw.randint(1, 4)))
            dates = field("AssessmentActualStartDate", began, 10) + field("AssessmentAuthorisationDate", began, 10)
            inside += block("Assessments", dates + block("FactorsIdentifiedAtAssessment", factors, 10), 8)
        if draw.random() < 0.3:
            dates = field("CINPlanStartDate", began, 10) + field("CINPlanEndDate", began, 10)
            inside += block("CINPlanDates", dates, 8)
        if draw.random() < 0.25:
            dates = field("S47ActualStartDate", began, 10) + field("DateOfInitialCPC", began, 10)
            inside += block("Section47", dates + field("ICPCnotRequired", 0, 10), 8)
        inside += field("ReferralNFA", 0, 8)
        if draw.random() < 0.1:
            held = "".join(field("CPPreviewDate", began + dt.timedelta(days), 12) for days in (60, 90))
            reviews = block("Reviews", held, 10)
            plan = field("CPPstartDate", began, 10) + field("InitialCategoryOfAbuse", "NEG", 10)
            inside += block("ChildProtectionPlans", plan + field("NumberOfPreviousCPP", 0, 10) + reviews, 8)
        body += block("CINdetails", inside, 6)
    return block("Child", body, 4)


def write_care(folder: Path, councils: int, years: int, episodes: int) -> None:
    """Write looked-after returns: a set a council and year, in which half of the episodes of the year before go on."""
    for council in range(councils):
        draw = random.Random(council)
        going: list[tuple[str, dt.date]] = []
        for year in range(2025 - years, 2025):
            rows, children = [HEADINGS], ["CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB,LA,YEAR"]
            new = [(f"{council:03}{year}{number:05}", _day(draw, year)) for number in range(episodes - len(going))]
            still = []
            for child, start in going + new:
                ended = "" if draw.random() < 0.5 else f"{_day(draw, year + 1) - dt.timedelta(365):%d/%m/%Y}"
                if not ended:
                    still.append((child, start))
                reason = "E4A" if ended else ""
                placed = f"{child},{start:%d/%m/%Y},S,C2,N1,U6,PR1,{ended},{reason},,CH41 1AA,CH43 2BB,"
                rows.append(f"{placed},{council:03},{year}")
                children.append(f"{child},1,01/05/2012,WBRI,UN1,0,,{council:03},{year}")
            going = still
            place = folder / f"{council:03}" / str(year)
            place.mkdir(parents=True)
            (place / "episodes.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
            (place / "header.csv").write_text("\n".join(children) + "\n", encoding="utf-8")


def bare(path: str) -> int:
    """Walk through a census and count its children."""
    children = 0
    for _, element in ElementTree.iterparse(path):
        if element.tag == "Child":
            children += 1
            element.clear()
    return children


def census(path: str) -> int:
    """Read a census as the project does."""
    return len(statutory.read(path).table("cin_children", columns=["child_id"]))


def care(path: str) -> int:
    """Read looked-after returns as the project does, and derive periods of care."""
    return len(statutory.periods_of_care(statutory.read(path, several_councils=True)))


def region(path: str) -> int:
    """Read many councils' returns and store them as Parquet beside them; count the episodes in the file."""
    records = statutory.read(path, several_councils=True)
    file = records.save(Path(path) / "parquet")["looked_after_episodes"]
    return int(pyarrow.parquet.ParquetFile(file).metadata.num_rows)


def arrow(path: str) -> int:
    """Count who is looked after on each 31 March in the stored episodes, with Arrow alone."""
    rows = pyarrow.parquet.read_table(
        Path(path) / "parquet" / "looked_after_episodes.parquet", columns=["started", "ended", "legal_status"]
    ).to_pandas()
    days = [pd.Timestamp(year, 3, 31).date() for year in STOCK_YEARS]
    cared = rows[~rows["legal_status"].astype(str).str.startswith("short breaks")]
    return sum(int(((cared["started"] <= d) & (cared["ended"].isna() | (cared["ended"] > d))).sum()) for d in days)


STOCK_YEARS = range(2015, 2025)
WORK: dict[str, Callable[[str], int]] = {"bare": bare, "census": census, "care": care, "region": region, "arrow": arrow}
PEERS = {
    "lxml": """
from lxml import etree
n = 0
for _, element in etree.iterparse(path):
    if element.tag == "Child":
        n += 1
        element.clear()
""",
    "validator": """
import xml.etree.ElementTree as ElementTree
from cin_validator.ingress import XMLtoCSV
n = len(XMLtoCSV(ElementTree.parse(path).getroot()).ChildIdentifiers)
""",
    "demand model": """
from cs_demand_model import Config, DemandModellingDataContainer, fs_datastore
n = len(DemandModellingDataContainer(fs_datastore(path), Config()).enriched_view)
""",
    "duckdb": f"""
import duckdb
store = duckdb.connect()
store.execute("set memory_limit = '500MB'")
n = store.execute('''
    select count(*) from read_parquet(?) e, range({STOCK_YEARS[0]}, {STOCK_YEARS[-1] + 1}) y(year)
    where started <= make_date(year::int, 3, 31) and (ended is null or ended > make_date(year::int, 3, 31))
      and legal_status not like 'short breaks%'
''', [path + "/parquet/looked_after_episodes.parquet"]).fetchone()[0]
""",
}


TIMED = """
import json, resource, time
path, begun = {path!r}, time.process_time()
{work}
print(json.dumps([n, time.process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def measure(name: str, path: Path, python: str = "") -> tuple[int, float, float]:
    """Run one piece of work in a process of its own: what it counted, its seconds of work, its peak megabytes."""
    if python:
        command = [python, "-c", TIMED.format(path=str(path), work=PEERS[name])]
    else:
        command = [sys.executable, "-m", "benchmarks.bench_statutory", "--run", name, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    count, seconds, memory = json.loads(done.stdout.strip().splitlines()[-1])
    return int(count), float(seconds), float(memory)


def peer(name: str, path: Path, python: str) -> tuple[int, float, float] | None:
    """Run a peer, or say why it was left out."""
    if not python:
        print(f"    {name}: left out, no Python with it was named")
        return None
    try:
        return measure(name, path, python)
    except (OSError, subprocess.CalledProcessError) as error:
        said = str(getattr(error, "stderr", "") or error).strip().splitlines()
        print(f"    {name}: left out, it does not run ({said[-1][:120] if said else 'no reason given'})")
        return None


def run_alone(name: str, path: str) -> None:
    """Do one piece of work and print what it came to."""
    begun = time.process_time()
    count = WORK[name](path)
    seconds = time.process_time() - begun
    print(json.dumps([count, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def show(title: str, found: tuple[int, float, float], unit: str) -> None:
    """Print one line."""
    count, seconds, memory = found
    print(f"{title:<52} {count:>10,} {unit:<9} {seconds:>8.2f} s {count / seconds:>12,.0f} a second {memory:>7,.0f} MB")


def of_census(folder: Path, given: argparse.Namespace) -> None:
    """Read a census beside bare passes, and a smaller one beside the validator."""
    path = folder / "cin.xml"
    write_census(path, given.children)
    base, ours = measure("bare", path), measure("census", path)
    assert base[0] == ours[0] == given.children
    show("census: a bare pass, xml.etree iterparse", base, "children")
    if bare_lxml := peer("lxml", path, given.lxml):
        show("census: a bare pass, lxml iterparse", bare_lxml, "children")
        print(f"    ours takes {ours[1] / bare_lxml[1]:.1f} times the bare pass of lxml")
    show("census: btc_eval, typed, stacked, accounted", ours, "children")
    print(f"    ours takes {ours[1] / base[1]:.1f} times the bare pass, {1000 * ours[1] / ours[0]:.3f} ms a child")
    path.unlink()
    write_census(path, given.small)
    if theirs := peer("validator", path, given.validator):
        ours = measure("census", path)
        assert theirs[0] == ours[0] == given.small
        show("small census: the sector's validator, to tables", theirs, "children")
        show("small census: btc_eval", ours, "children")
        each = 1000 * theirs[1] / theirs[0]
        print(f"    ours is {theirs[1] / ours[1]:.0f} times as fast; theirs takes {each:.1f} ms a child")
    path.unlink()


def of_care(folder: Path, given: argparse.Namespace) -> None:
    """Read one council's ten years beside the demand model."""
    write_care(folder, 1, 10, 5_000)
    ours = measure("care", folder)
    show("looked after: ten years of 5,000 episodes", ours, "periods")
    if theirs := peer("demand model", folder / "000", given.demand_model):
        show("looked after: the demand model, to its table", theirs, "rows")
        print(f"    ours is {theirs[1] / ours[1]:.1f} times as fast")


def of_many(folder: Path, councils: int, given: argparse.Namespace) -> None:
    """Read many councils together, store them, and ask the store who was looked after on ten days."""
    folder.mkdir()
    write_care(folder, councils, given.years, given.episodes)
    title = f"{councils} councils, {given.years} years, {given.episodes:,} episodes each"
    show(f"{title}: read and stored", measure("region", folder), "episodes")
    here = measure("arrow", folder)
    show("    stock on ten days, Arrow and pandas", here, "children")
    if asked := peer("duckdb", folder, given.duckdb):
        assert asked[0] == here[0]
        show("    stock on ten days, DuckDB over the Parquet file", asked, "children")
    shutil.rmtree(folder)


def main() -> None:
    """Generate, measure, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--children", type=int, default=200_000)
    options.add_argument("--small", type=int, default=2_000, help="children in the file for the validator")
    options.add_argument("--councils", type=int, nargs="*", default=[30, 150])
    options.add_argument("--years", type=int, default=10)
    options.add_argument("--episodes", type=int, default=200, help="of a council and year; a real one has about 1,000")
    options.add_argument("--only", choices=["census", "care", "many"], default="")
    for name, what in (("lxml", "lxml"), ("validator", "csc-validator-be-cin"), ("demand-model", "cs-demand-model")):
        options.add_argument(f"--{name}", default="", help=f"Python with {what} installed")
    options.add_argument("--duckdb", default=_own("duckdb"), help="Python with DuckDB; this one, where it has it")
    options.add_argument("--run", nargs=2, default=None, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.run:
        run_alone(*given.run)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.only in ("", "census"):
            of_census(folder, given)
        if given.only in ("", "care"):
            (folder / "care").mkdir()
            of_care(folder / "care", given)
        if given.only in ("", "many"):
            for councils in given.councils:
                of_many(folder / "many", councils, given)


def _own(package: str) -> str:
    return sys.executable if importlib.util.find_spec(package) is not None else ""


if __name__ == "__main__":
    main()
