"""Two editions side by side: what one hides and the other gives away stops the release; a plain revision does not."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from btc_eval import disclosure, locations
from btc_eval.disclosure import SafeTable
from btc_eval.edition import between
from btc_eval.errors import RefusedError
from btc_eval.estimates import Papers, Provenance
from btc_eval.publish import register
from btc_eval.publish.downloads import csv_text

RULES = locations.data_folder() / "assumptions" / "disclosure.toml"
WARDS = pd.DataFrame({"ward": ["Ash", "Birch", "Cedar", "Damson"], "year": 2024, "n": [112, 93, 84, 71]})
#: One ward has fewer children than may be shown; nothing adds the wards up, so it stands alone.
HIDDEN = WARDS.assign(n=[112, 3, 84, 71])
NAMES = ("Ash", "Birch", "Cedar", "Damson")


def papers(kind: Provenance = Provenance.STATUTORY, end: str = "2024") -> Papers:
    return Papers(kind, ("return",), "2020", end)


def council(frame: pd.DataFrame, **options: Any) -> SafeTable:
    given: dict[str, Any] = {"keys": ["ward", "year"], "counts": "n", "papers": papers()}
    return disclosure.control(frame, "council", **given | options)


def official(frame: pd.DataFrame, **options: Any) -> SafeTable:
    given: dict[str, Any] = {"keys": ["ward", "year"], "counts": "n", "papers": papers(Provenance.OFFICIAL)}
    return disclosure.control(frame, "official", blanks={"n": "suppressed by the publisher"}, **given | options)


def edition(place: Path, label: str, tables: Mapping[str, SafeTable], **record: Any) -> Path:
    """Write what an edition holds of its tables."""
    folder = place / label
    (folder / "csv/outcomes/wards").mkdir(parents=True)
    lines = []
    for name, safe in tables.items():
        csv, file = csv_text(safe.frame), f"csv/outcomes/wards/{name}.csv"
        (folder / file).write_text(csv, encoding="utf-8", newline="")
        lines.append({"id": name, "chapter": "outcomes/wards", "file": file, **register.line(safe, csv, [])})
    (folder / "tables.json").write_text(json.dumps(lines), encoding="utf-8")
    (folder / "edition.json").write_text(json.dumps({"label": label, **record}), encoding="utf-8")
    return folder


def held_against(place: Path, old: Mapping[str, SafeTable], new: Mapping[str, SafeTable]) -> None:
    one, other = edition(place, "2026.11", old), edition(place, "2027.03", new)
    between.refuse_given_away(other, "2027.03", [one], RULES)


def refused(place: Path, old: Mapping[str, SafeTable], new: Mapping[str, SafeTable]) -> str:
    with pytest.raises(RefusedError) as caught:
        held_against(place, old, new)
    text = str(caught.value)
    assert "2026.11" in text
    assert "2027.03" in text
    # Names of tables, columns and keys; never a member of a key nor a figure.
    assert "by ward, year" in text or "by year" in text
    assert not any(name in text for name in NAMES)
    figures = {str(n) for table in (*old.values(), *new.values()) for n in table.frame["n"].dropna() if n > 9}
    assert not figures & set(text.replace(",", " ").split())
    return text


def test_a_cell_hidden_now_that_an_earlier_edition_showed_stops_the_release(tmp_path: Path) -> None:
    text = refused(tmp_path, {"wards": council(WARDS)}, {"wards": council(HIDDEN)})
    assert "csv/outcomes/wards/wards.csv of edition 2027.03, column n, by ward, year" in text
    assert "beside csv/outcomes/wards/wards.csv of edition 2026.11" in text
    assert "a cell hidden in one table is shown in the other (1 cell)" in text


def test_a_cell_shown_now_that_an_earlier_edition_hid_stops_it_too(tmp_path: Path) -> None:
    assert "shown in the other" in refused(tmp_path, {"wards": council(HIDDEN)}, {"wards": council(WARDS)})


def test_a_table_under_another_name_gives_the_cell_away_as_well(tmp_path: Path) -> None:
    text = refused(tmp_path, {"wards": council(HIDDEN)}, {"wards": council(HIDDEN), "again": council(WARDS)})
    assert "again.csv of edition 2027.03" in text


def test_a_new_total_less_the_parts_of_an_earlier_edition(tmp_path: Path) -> None:
    """Each edition is safe alone: the first has no total, the second no wards."""
    hidden = WARDS.assign(n=pd.array([112, None, 84, 71], dtype="Int64"))
    total = official(pd.DataFrame({"year": [2024], "n": [270]}), keys=["year"])
    text = refused(tmp_path, {"wards": official(hidden)}, {"total": total})
    assert "total.csv of edition 2027.03" in text
    assert "can be narrowed to a small number (1 cell)" in text
    assert "narrowed" in refused(tmp_path / "back", {"total": total}, {"wards": official(hidden)})


def test_a_total_that_leaves_the_hidden_cell_wide_passes(tmp_path: Path) -> None:
    """Two wards are hidden: the total leaves the first anything from nought to all of the rest."""
    hidden = WARDS.assign(n=pd.array([112, None, None, 71], dtype="Int64"))
    total = official(pd.DataFrame({"year": [2024], "n": [270]}), keys=["year"])
    held_against(tmp_path, {"wards": official(hidden)}, {"total": total})


@pytest.mark.parametrize("release", [council, official])
def test_a_revision_passes_though_every_figure_moved_and_a_year_came(tmp_path: Path, release: Any) -> None:
    later = pd.concat([WARDS.assign(n=[118, 97, 80, 77]), WARDS.assign(year=2025, n=[121, 88, 90, 64])])
    held_against(tmp_path, {"wards": release(WARDS)}, {"wards": release(later, papers=release(WARDS).papers)})


def test_a_cell_hidden_in_both_passes_beside_revised_figures_and_a_new_year(tmp_path: Path) -> None:
    later = pd.concat([HIDDEN.assign(n=[118, 4, 80, 77]), WARDS.assign(year=2025, n=[121, 88, 90, 64])])
    held_against(tmp_path, {"wards": council(HIDDEN)}, {"wards": council(later, papers=papers(end="2025"))})


def test_with_totals_a_revision_passes_and_a_guard_that_comes_off_does_not(tmp_path: Path) -> None:
    def with_total(frame: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([frame, pd.DataFrame({"ward": ["Total"], "year": [2024], "n": [frame["n"].sum()]})])

    first = council(with_total(HIDDEN), totals="Total")
    assert len(first.suppressed) == 2  # the small ward, and one that guards it
    held_against(
        tmp_path, {"wards": first}, {"wards": council(with_total(HIDDEN.assign(n=[130, 4, 80, 77])), totals="Total")}
    )
    assert "shown in the other" in refused(
        tmp_path / "off", {"wards": first}, {"wards": council(HIDDEN.assign(n=[112, 3, 84, 71]))}
    )


def test_what_a_publisher_hides_in_one_release_and_prints_in_another_is_its_own_doing(tmp_path: Path) -> None:
    """A vintage withdrew a figure, another printed one: both are out by the publisher's hand."""
    without = WARDS.assign(n=pd.array([112, None, 84, 71], dtype="Int64"))
    held_against(tmp_path, {"wards": official(WARDS)}, {"wards": official(without)})
    held_against(tmp_path / "back", {"wards": official(without)}, {"wards": official(WARDS)})


def test_releases_whose_totals_contradict_each_other_are_no_alarm(tmp_path: Path) -> None:
    """The total was revised below the parts that were printed before: nothing follows by subtraction."""
    hidden = WARDS.assign(n=pd.array([112, None, 84, 71], dtype="Int64"))
    total = official(pd.DataFrame({"year": [2024], "n": [250]}), keys=["year"])
    held_against(tmp_path, {"wards": official(hidden)}, {"total": total})


def test_an_estimate_withheld_in_one_edition_and_shown_in_the_other_is_found(tmp_path: Path) -> None:
    rates = WARDS.assign(share=[0.5, 0.25, 0.3, 0.4])
    few = rates.assign(n=[112, 8, 84, 71])
    shown, hidden = (council(frame, n="n") for frame in (rates, few))
    assert list(hidden.suppressed["column"]) == ["share"]
    text = refused(tmp_path, {"wards": shown}, {"wards": hidden})
    assert "column share, by ward, year" in text


def test_rows_without_a_year_are_other_children_once_the_window_moves_on(tmp_path: Path) -> None:
    now = HIDDEN.drop(columns="year")
    first = council(WARDS.drop(columns="year"), keys=["ward"])
    later = council(now, keys=["ward"], papers=papers(end="2025"))
    held_against(tmp_path, {"wards": first}, {"wards": later})
    with pytest.raises(RefusedError, match="shown in the other"):
        held_against(tmp_path / "same", {"wards": first}, {"wards": council(now, keys=["ward"])})


def test_made_up_children_of_another_recipe_are_other_children(tmp_path: Path) -> None:
    kind = papers(Provenance.DEMONSTRATION)
    old, new = (council(frame, papers=kind) for frame in (WARDS, HIDDEN))
    one = edition(tmp_path, "2026.11", {"wards": old}, demonstration="a")
    between.refuse_given_away(edition(tmp_path, "2027.03", {"wards": new}, demonstration="b"), "2027.03", [one], RULES)
    for label, recipe in (("2027.04", {"demonstration": "a"}), ("2027.05", {})):
        with pytest.raises(RefusedError, match=label):
            between.refuse_given_away(edition(tmp_path, label, {"wards": new}, **recipe), label, [one], RULES)


def test_every_edition_that_is_out_is_asked_about_not_the_newest_alone(tmp_path: Path) -> None:
    first = edition(tmp_path, "2026.11", {"wards": council(WARDS)})
    second = edition(tmp_path, "2027.03", {"other": council(WARDS.assign(ward=list("EFGH")))})
    third = edition(tmp_path, "2027.11", {"wards": council(HIDDEN)})
    with pytest.raises(RefusedError, match=r"2026\.11"):
        between.refuse_given_away(third, "2027.11", [first, second], RULES)
    between.refuse_given_away(third, "2027.11", [second], RULES)


def test_an_edition_from_before_the_register_named_hidden_cells_is_read_by_its_blanks(tmp_path: Path) -> None:
    one = edition(tmp_path, "2026.11", {"wards": council(HIDDEN)})
    lines = json.loads((one / "tables.json").read_text())
    for name in ("totals", "hierarchies", "across", "amounts", "withheld", "window"):
        del lines[0][name]
    (one / "tables.json").write_text(json.dumps(lines))
    with pytest.raises(RefusedError, match="shown in the other"):
        between.refuse_given_away(edition(tmp_path, "2027.03", {"wards": council(WARDS)}), "2027.03", [one], RULES)


def test_an_edition_is_held_to_the_rules_in_its_own_bundle(tmp_path: Path) -> None:
    """The policy it was released under has gone since: it is read from the bundle, and a bundle that is none stops."""
    one = edition(tmp_path, "2026.11", {"wards": council(WARDS)})
    lines = one / "tables.json"
    lines.write_text(lines.read_text().replace('"policy": "council"', '"policy": "earlier"'))
    rules = RULES.read_text(encoding="utf-8").replace("[council]", "[earlier]").replace("[council.s", "[earlier.s")
    with zipfile.ZipFile(one / "reproduction.zip", "w") as archive:
        archive.writestr("edition-2026.11/data/assumptions/disclosure.toml", rules)
    now = edition(tmp_path, "2027.03", {"wards": council(HIDDEN)})
    with pytest.raises(RefusedError, match="shown in the other"):
        between.refuse_given_away(now, "2027.03", [one], RULES)
    (one / "reproduction.zip").write_bytes(b"PK")
    with pytest.raises(RefusedError, match=r"2026\.11, reproduction\.zip: found a bundle that cannot be read"):
        between.refuse_given_away(now, "2027.03", [one], RULES)


@pytest.mark.parametrize("spoil", ["register", "rows", "missing", "policy"])
def test_an_edition_that_cannot_be_read_stops_the_release(tmp_path: Path, spoil: str) -> None:
    one = edition(tmp_path, "2026.11", {"wards": council(WARDS)})
    table, register_file = one / "csv/outcomes/wards/wards.csv", one / "tables.json"
    if spoil == "register":
        register_file.write_text("[{")
    elif spoil == "rows":
        table.write_text(table.read_text().rpartition("\n")[0].rpartition("\n")[0])
    elif spoil == "missing":
        table.unlink()
    else:
        register_file.write_text(register_file.read_text().replace('"council"', '"unheard of"'))
    with pytest.raises(RefusedError, match=r"2026\.11.*released tables that cannot be read") as caught:
        between.refuse_given_away(edition(tmp_path, "2027.03", {"wards": council(WARDS)}), "2027.03", [one], RULES)
    assert "112" not in str(caught.value)
