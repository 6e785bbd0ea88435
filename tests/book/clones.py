"""A small project under version control, with the real data folder: what a release starts from."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.book.conftest import PROJECT, Book, lay_out

_WHO = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
_MOMENT = {"GIT_COMMITTER_DATE": "2026-11-01T12:00:00Z", "GIT_AUTHOR_DATE": "2026-11-01T12:00:00Z"}


@dataclass(frozen=True)
class Clone(Book):
    """A small project under version control, with the real data folder and a place for its editions."""

    @property
    def place(self) -> Path:
        """Return where its editions stand."""
        return self.root.parent / "published"

    def git(self, *arguments: str) -> None:
        """Run git inside it."""
        environment = {**os.environ, **_MOMENT}
        subprocess.run(["git", *_WHO, *arguments], cwd=self.root, check=True, capture_output=True, env=environment)

    def commit(self) -> None:
        """Commit everything."""
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", "state")

    def release(self, label: str) -> subprocess.CompletedProcess[str]:
        """Release an edition, without its PDF, of which `test_wholes` speaks."""
        return self.run("release", label, "--site", str(self.place), "--jobs", "2", "--no-pdf", timeout=300)


def make(root: Path) -> Clone:
    """Make a clone with one chapter, which reads a table of the real data folder."""
    lay_out(root)
    shutil.rmtree(root / "data")
    shutil.copytree(PROJECT / "data", root / "data", ignore=shutil.ignore_patterns("raw", ".*"))
    shutil.copytree(PROJECT / "btc_eval", root / "btc_eval", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("requirements.lock", "pyproject.toml", "README.md", "LICENSE", "CITATION.cff", ".gitignore"):
        shutil.copyfile(PROJECT / name, root / name)
    clone = Clone(root)
    clone.edit("book/outcomes/small.md", '"small.csv")', '"need_plans.csv")')
    clone.edit("book/outcomes/small.md", 'int(frame["count"].sum())', "len(frame)")
    blanks = 'blanks=dict.fromkeys(frame.columns, "not published")'
    clone.edit("book/outcomes/small.md", 'keys=["year"]', f"keys=list(frame.columns[:3]), {blanks}")
    # One chapter makes none of the findings that the records name.
    for path in sorted((root / "data" / "programme").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"(?m)^findings = \[[^\]]*\]", "findings = []", text), encoding="utf-8")
    (root / "data" / "raw").mkdir()
    (root / "data" / "raw" / "return.csv").write_text("confidential\n")
    clone.git("init", "--quiet")
    clone.commit()
    return clone
