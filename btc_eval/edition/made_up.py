"""Does a made-up result stand where verdicts about Wirral are given? Then there is no edition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from btc_eval.errors import Refusal, RefusedError

#: Pages that state what was found: nothing on them may rest on made-up records.
VERDICT_PAGES = ("index", "front/what-we-found", "front/plain-words", "answers/claims", "answers/questions")
#: Verdicts that say something about Wirral.
_DECIDED = ("confirmed", "consistent", "not shown", "contradicted")


def refuse_made_up_verdicts(findings: Sequence[Mapping[str, Any]], site: Path) -> None:
    """Refuse a made-up result where verdicts are given: on the pages of verdicts, or as what decides a claim."""
    made_up = {str(one["id"]): str(one["chapter"]) for one in findings if one["provenance"] == "demonstration"}
    faults = [
        Refusal(
            f"book/{page}.md",
            f"finding {identity}",
            "a demonstration result on a page of verdicts",
            "official statistics and the council's returns",
            "Move it to a page that shows how a method works.",
        )
        for identity, page in made_up.items()
        if page in VERDICT_PAGES
    ]
    faults += [
        Refusal(
            f"{page}.html",
            "the page",
            "a mark of demonstration data on a page of verdicts",
            "official statistics and the council's returns",
            "Take the pasted result out of the page.",
        )
        for page in VERDICT_PAGES
        if 'data-provenance="demonstration"' in _text(site / f"{page}.html")
    ]
    faults += _claims_decided_by(made_up)
    if faults:
        raise RefusedError(faults)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _claims_decided_by(made_up: Mapping[str, str]) -> list[Refusal]:
    from btc_eval import programme

    try:
        claims = list(programme.claims())
    except (OSError, RefusedError):  # a small book without records has no claims
        return []
    return [
        Refusal(
            "data/programme/claims.toml",
            claim.id,
            f"the verdict {claim.verdict!s} resting on the demonstration result {identity}",
            "verdicts that rest on official statistics or the council's returns",
            "Take the finding out of the claim, or let the verdict say that it cannot be tested.",
        )
        for claim in claims
        if str(claim.verdict) in _DECIDED
        for identity in claim.findings
        if identity in made_up
    ]
