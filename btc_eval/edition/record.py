"""The edition record: what this site was made from. Nothing in it comes from the clock, save how long chapters ran."""

from __future__ import annotations

import calendar
import os
import platform
import subprocess
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import btc_eval
from btc_eval.edition import addresses, definitions, feedback, fingerprint
from btc_eval.edition.layout import Layout
from btc_eval.errors import refuse

if TYPE_CHECKING:
    from btc_eval.edition.collect import Exhibit

#: The moment that everything in the site is dated, in seconds since 1970; the convention of reproducible builds.
EPOCH_VARIABLE = "SOURCE_DATE_EPOCH"


@dataclass(frozen=True, slots=True)
class Commit:
    """Which state of the clone is built?

    Parameters
    ----------
    sha
        The commit, 40 hexadecimal digits; `None` outside a repository.
    dirty
        Whether anything differs from that commit, files not yet added included.
    epoch
        When it was committed, in seconds since 1970; `None` outside a repository.
    """

    sha: str | None
    dirty: bool
    epoch: int | None

    def as_dict(self) -> dict[str, Any]:
        """Return the state in the names of `edition.json`."""
        return {"git_commit": self.sha, "git_dirty": self.dirty}


def commit(where: Layout) -> Commit:
    """Which commit is checked out, and is the tree as it was committed? A site inside the clone is left out."""
    nothing = Commit(None, False, None)
    try:
        top = _git(where.root, "rev-parse", "--show-toplevel").strip()
        if not top or Path(top).resolve() != where.root:
            return nothing
        sha, _, epoch = _git(where.root, "log", "-1", "--format=%H %ct").strip().partition(" ")
        aside = [f":(exclude){where.out.relative_to(where.root)}"] if where.out.is_relative_to(where.root) else []
        changed = _git(where.root, "status", "--porcelain", "--", ".", *aside).strip()
    except (OSError, subprocess.CalledProcessError):
        return nothing
    return Commit(sha, bool(changed), int(epoch))


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(folder), *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
    ).stdout


def built_at(state: Commit) -> str | None:
    """Which moment does the edition bear? `SOURCE_DATE_EPOCH`, else the commit's, in UTC; `None` where both lack.

    Raises
    ------
    RefusedError
        Where the variable is not a number of seconds.
    """
    text = os.environ.get(EPOCH_VARIABLE, "")
    if text and not text.isdigit():
        raise refuse(
            "the environment",
            EPOCH_VARIABLE,
            found=repr(text[:20]),
            allowed="whole seconds since 1 January 1970",
            do="Correct it, or unset it to take the commit's date.",
        )
    epoch = int(text) if text else state.epoch
    return None if epoch is None else datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def label(state: Commit) -> str:
    """What is an edition called that is not released? "draft", with the commit and whether anything was changed."""
    if state.sha is None:
        return "draft"
    return f"draft {state.sha[:7]}" + (" with changes" if state.dirty else "")


def inputs(where: Layout) -> list[dict[str, Any]]:
    """Which data went in? One entry for each line of the catalogue, with the hash of the file in use."""
    catalogue = tomllib.loads((where.data / "catalogue.toml").read_text(encoding="utf-8"))
    return [
        {
            "name": entry["name"],
            "sha256": fingerprint.sha256_file(where.data / entry["file"]),
            "provenance": entry["provenance"],
            "cut_off": entry["window_end"],
        }
        for entry in sorted(catalogue.get("table", []), key=lambda entry: str(entry["name"]))
    ]


def edition(
    where: Layout,
    *,
    state: Commit,
    policies: Sequence[str],
    seeds: Collection[int],
    named: str | None = None,
    exhibits: Sequence[Exhibit] = (),
    address: str = "",
) -> dict[str, Any]:
    """What was this site made from? The contents of `edition.json`, before its notebooks are listed.

    Parameters
    ----------
    where
        The folders of the build.
    state
        The commit that is built.
    policies
        The disclosure policies named by the exhibits; where none names one, all is official statistics.
    seeds
        The seeds from which the chapters' draws started.
    named
        What a released edition is called; `None` for a draft.
    exhibits
        All figures and tables: those that show a worked example are definitions.
    address
        Where readers of this copy write to; "" where nobody has set an address.
    """
    return {
        "label": named or label(state),
        "built_at": built_at(state),
        **state.as_dict(),
        "library_version": btc_eval.__version__,
        "python": platform.python_version(),
        "packages": fingerprint.packages(),
        "inputs": inputs(where),
        "seed": min(seeds, default=None),
        "policy": ", ".join(policies) or "official",
        "notebooks": [],
        "demonstration": fingerprint.recipe(where),
        "definitions": definitions.of(where, exhibits),
        "feedback": address,
    }


def words_for_pages(record: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Which words may a page write as `{{ name }}`? Label, window of data, commit, date, where to write to."""
    starts = sorted(finding["window_start"] for finding in findings if finding["window_start"])
    ends = sorted(finding["window_end"] for finding in findings if finding["window_end"])
    window = f"{_period(starts[0])} to {_period(ends[-1])}" if starts and ends else "no data yet"
    commit_words = (record["git_commit"] or "not recorded")[:12]
    moment = record["built_at"]
    when = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ") if moment else None
    return {
        "edition_label": record["label"],
        "data_window": window,
        "git_commit": commit_words + (" with changes" if record["git_dirty"] else ""),
        "cite": addresses.cite(str(record["label"]), moment),
        "released": "" if str(record["label"]).startswith("draft") else "yes",
        "built_on": f"{when.day} {calendar.month_name[when.month]} {when.year}" if when else "not recorded",
        **feedback.words(str(record.get("feedback") or "")),
    }


def _period(text: str) -> str:
    """Say a period as a sentence does: "2012-04" is April 2012, "2013" the year ending 31 March 2013."""
    year, _, month = text[:7].partition("-")
    return f"{calendar.month_name[int(month)]} {year}" if month else f"March {year}"
