"""Which file holds which records, and where in the file each of them stands.

The standard reader of the format gives no line numbers, and a fault without its line is hard to mend in a file of
six hundred lines; so the lines are found here, from the headers and keys as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from btc_eval.programme import appraisal, planning, schema


@dataclass(frozen=True, slots=True)
class Table:
    """One file: its name, the header of each record in it, the class, and how its ids begin."""

    name: str
    header: str
    kind: type[schema.Record]
    prefix: str

    @property
    def file(self) -> str:
        """The file as a person names it."""
        return f"data/programme/{self.name}.toml"


TABLES: tuple[Table, ...] = (
    Table("documents", "document", schema.Document, "paper-"),
    Table("events", "event", schema.Event, "event-"),
    Table("projects", "project", schema.Project, "project-"),
    Table("teams", "team", schema.Team, "team-"),
    Table("hubs", "hub", schema.Hub, "hub-"),
    Table("wards", "ward", schema.Ward, "ward-"),
    Table("partners", "partner", schema.Partner, "partner-"),
    Table("training", "training", schema.Training, "training-"),
    Table("roles", "role", schema.Role, "role-"),
    Table("offer", "element", schema.OfferElement, "offer-"),
    Table("practice", "element", schema.PracticeElement, "practice-"),
    Table("aims", "aim", schema.Aim, "aim-"),
    Table("disadvantages", "disadvantage", schema.Disadvantage, "disadvantage-"),
    Table("resources", "resource", schema.Resource, "resource-"),
    Table("funding", "sum", schema.Funding, "sum-"),
    Table("themes", "theme", appraisal.Theme, "theme-"),
    Table("inspections", "finding", appraisal.InspectionFinding, "inspection-"),
    Table("outcomes", "outcome", appraisal.Outcome, "outcome-"),
    Table("priorities", "priority", appraisal.Priority, "priority-"),
    Table("risks", "risk", appraisal.Risk, "risk-"),
    Table("commitments", "commitment", appraisal.Commitment, "commitment-"),
    Table("claims", "claim", appraisal.Claim, "claim-"),
    Table("questions", "question", appraisal.Question, "question-"),
    Table("indicators", "indicator", appraisal.Indicator, "indicator-"),
    Table("steps", "step", planning.Step, "step-"),
    Table("readiness", "answer", planning.Readiness, "ready-"),
    Table("guidelines", "guideline", planning.Guideline, "guideline-"),
    Table("checklists", "item", planning.CheckItem, "check-"),
    Table("gradings", "grading", planning.Grading, "grading-"),
    Table("theory", "stage", schema.Stage, "stage-"),
    Table("items", "item", schema.Item, "item-"),
)

_HEADER = re.compile(r"^\s*\[\[\s*([\w-]+)\s*\]\]")
_KEY = re.compile(r"^\s*([A-Za-z_][\w-]*)\s*=")


@dataclass(frozen=True, slots=True)
class Lines:
    """Where one record stands: the line of its header and of each of its keys, 1 being the first line."""

    header: int
    keys: Mapping[str, int] = field(default_factory=dict)

    def of(self, key: str) -> int:
        """Return the line of this key, or of the header where the key is absent."""
        return self.keys.get(key, self.header)


def find_lines(text: str, header: str) -> list[Lines]:
    """On which line does each record of this file stand, and each of its keys?

    Parameters
    ----------
    text
        The file.
    header
        The name in double square brackets that opens a record.

    Returns
    -------
    list of Lines
        One a record, in the order of the file; keys inside a text of several lines are not mistaken for keys.

    Examples
    --------
    >>> find_lines('[[hub]]\\nid = "hub-a"\\n', "hub")[0].of("id")
    2
    """
    found: list[Lines] = []
    keys: dict[str, int] = {}
    inside_text = False
    for number, line in enumerate(text.splitlines(), start=1):
        if not inside_text:
            opened = _HEADER.match(line)
            named = _KEY.match(line)
            if opened and opened.group(1) == header:
                keys = {}
                found.append(Lines(header=number, keys=keys))
            elif named and found:
                keys.setdefault(named.group(1), number)
        if line.count('"""') % 2:
            inside_text = not inside_text
    return found
