"""How are the case system's tables, the programme register and the ward look-up written? One CSV file each."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from btc_eval.synthetic.borough import Borough
from btc_eval.synthetic.days import NEVER
from btc_eval.synthetic.places import ward_lookup
from btc_eval.synthetic.register import project_names
from btc_eval.synthetic.tables import csv_bytes, written

Generator = np.random.Generator

#: The project whose register is kept child by child; all others keep theirs by family.
_BY_CHILD = "project-8"


def case_system(borough: Borough) -> dict[str, bytes]:
    """How are the tables written that no statutory return carries? File name → contents."""
    year = borough.margins.last_year
    frames = {
        "ssd_early_help_episodes.csv": ("early_help_episodes", _early_help(borough)),
        "ssd_contacts.csv": ("contacts", _contacts(borough)),
        "ssd_address.csv": ("addresses", _addresses(borough)),
        "ssd_family.csv": ("families", _families(borough)),
        "programme_register.csv": ("programme_register", register(borough)),
        "ward_lookup.csv": ("ward_lookup", ward_lookup(borough.world)),
    }
    return {file: csv_bytes(written(table, frame, year, style="iso")) for file, (table, frame) in frames.items()}


def _numbered(stem: str, number: int) -> list[str]:
    return [f"{stem}{one:07d}" for one in range(1, number + 1)]


def _early_help(borough: Borough) -> pd.DataFrame:
    rows = borough.early_help
    return rows.assign(
        episode_id=_numbered("DEMOEH", len(rows)),
        child_id=borough.people["child_id"].to_numpy(dtype=object)[rows["child"].to_numpy()],
        worker_id=[f"DEMOEW{one % 60 + 1:03d}" for one in range(len(rows))],
    )


def _contacts(borough: Borough) -> pd.DataFrame:
    rows = borough.contacts
    # A contact before 2022-23 carries no early help source; the table is one, so its codes are those of the last year.
    outcomes = {name: json.dumps({"OUTCOME": name}) for name in sorted(set(rows["outcome"]))}
    return rows.assign(
        contact_id=_numbered("DEMOC", len(rows)),
        child_id=borough.people["child_id"].to_numpy(dtype=object)[rows["child"].to_numpy()],
        contacted=rows["day"],
        source_description=rows["source"],
        outcome=rows["outcome"].map(outcomes),
    )


def _addresses(borough: Borough) -> pd.DataFrame:
    rows = borough.addresses
    return rows.assign(address_id=_numbered("DEMOAD", len(rows)), address_type="HOME")


def _families(borough: Borough) -> pd.DataFrame:
    rows = borough.people[["family_id", "child_id"]].sort_values(["family_id", "child_id"])
    return rows.assign(family_table_id=_numbered("DEMOFT", len(rows)))


def register(borough: Borough) -> pd.DataFrame:
    """Whom did each project support? `id`, `project`, `started`, `ended` (days), `id_kind`.

    One row a family; for one project one row a child, as some councils keep theirs.
    """
    families, last = borough.world.families, borough.world.last
    names = np.array(project_names(borough.world), dtype=object)
    on = np.flatnonzero(families["registered"] <= last)
    people = borough.people.assign(position=borough.world.children["family"]).drop_duplicates("family_id")
    family_id = people.set_index("position")["family_id"].reindex(on).to_numpy(dtype=object)
    ended = np.where(families["support_ended"][on] > last, NEVER, families["support_ended"][on])
    project = names[families["project"][on]]
    frame = pd.DataFrame(
        {
            "position": on,
            "id": family_id,
            "project": project,
            "started": families["registered"][on],
            "ended": ended,
            "id_kind": "family",
        }
    )
    single = frame["project"] == _BY_CHILD
    members = borough.people.assign(position=borough.world.children["family"])[["position", "child_id"]]
    children = frame[single].merge(members, on="position").assign(id_kind="child")
    children["id"] = children["child_id"]
    both = pd.concat([frame[~single], children[list(frame.columns)]], ignore_index=True)
    return both.drop(columns="position").sort_values(["started", "id"], kind="stable", ignore_index=True)
