"""Nothing enters a sentence but a phrase read from a released table; no number is typed; a blank is never quoted."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from btc_eval import disclosure, publish
from btc_eval.disclosure import SafeTable
from btc_eval.errors import RefusedError
from btc_eval.estimates import Papers, Provenance
from btc_eval.publish.phrases import DEMONSTRATION_MARK, marked

OFFICIAL = Papers(Provenance.OFFICIAL, ("referrals",), "2012-04", "2024-03")
DEMONSTRATION = Papers(Provenance.DEMONSTRATION, ("demonstration",), "2016-04", "2024-03")


def effect(papers: Papers = OFFICIAL, policy: str = "official", **columns: Any) -> SafeTable:
    frame = pd.DataFrame(
        {"term": ["level", "slope"], "estimate": [0.847, None], "conf_low": [0.72, None], "conf_high": [1.01, None]}
        | columns
    )
    blanks = dict.fromkeys(("estimate", "conf_low", "conf_high"), "the model did not converge")
    return disclosure.control(frame, policy, keys=["term"], n=4_000, papers=papers, blanks=blanks)


def test_a_phrase_carries_its_value_interval_unit_and_papers() -> None:
    said = publish.quantity(
        effect(), "estimate", at={"term": "level"}, style="ratio", interval=True, unit="times as many"
    )
    assert said == "0.85 times as many (95% interval 0.72 to 1.01)"
    assert said.papers == OFFICIAL


def test_a_rank_says_of_how_many() -> None:
    table = disclosure.control(
        pd.DataFrame({"key": [1], "rank": [39], "councils": [133]}), "official", keys=["key"], papers=OFFICIAL
    )
    assert publish.quantity(table, "rank", style="rank", of="councils") == "39th of 133"


def test_an_empty_cell_is_not_quoted_and_its_reason_is_said() -> None:
    with pytest.raises(RefusedError, match="the model did not converge"):
        publish.quantity(effect(), "estimate", at={"term": "slope"})


@pytest.mark.parametrize("given", [0.85, "0.85", 12, None])
def test_a_sentence_takes_phrases_alone(given: Any) -> None:
    with pytest.raises(RefusedError, match=f"a {type(given).__name__}"):
        publish.sentence("The ratio was {ratio}.", ratio=given)
    with pytest.raises(RefusedError, match=f"a {type(given).__name__}"):
        publish.paste("ratio", given)


@pytest.mark.parametrize(
    "typed", ["It fell by 12%.", "Wirral ranked 3 of them.", "About 4,152 referrals.", "0.85 times"]
)
def test_a_number_typed_in_a_sentence_is_refused(typed: str) -> None:
    with pytest.raises(RefusedError, match="the typed number"):
        publish.sentence(typed)


@pytest.mark.parametrize(
    "words",
    [
        "From October 2021 to March 2024.",
        "In 2023-24, as in 2019–20.",
        "On 6 March 2024 councillors met.",
        "Enquiries under section 47.",
        "Children aged 5 to 11, and those under 18.",
        "The 95% interval is wide.",
        "Before covid-19.",
    ],
)
def test_dates_ages_and_sections_are_words(words: str) -> None:
    assert publish.sentence(words) == words


def test_every_place_needs_its_phrase_and_every_phrase_its_place() -> None:
    phrase = publish.Phrase("seven")
    with pytest.raises(RefusedError, match="places"):
        publish.sentence("Of {a} and {b}.", a=phrase)
    with pytest.raises(RefusedError, match="places"):
        publish.sentence("Nothing.", a=phrase)
    with pytest.raises(RefusedError, match="nothing"):
        publish.sentence("   ")


def test_a_sentence_is_as_weak_as_its_weakest_phrase() -> None:
    real = publish.quantity(effect(), "estimate", at={"term": "level"}, style="ratio")
    made_up = publish.quantity(effect(DEMONSTRATION, "council"), "estimate", at={"term": "level"}, style="ratio")
    both = publish.sentence("From {a} to {b}.", a=real, b=made_up)
    assert both.papers is not None
    assert both.papers.provenance is Provenance.DEMONSTRATION
    assert both.papers.sources == ("demonstration", "referrals")
    assert (both.papers.window_start, both.papers.window_end) == ("2012-04", "2024-03")
    assert marked(both) == f"From 0.85 to 0.85 ({DEMONSTRATION_MARK})."
    assert marked(publish.Phrase(marked(both), both.papers)) == marked(both)


@pytest.mark.parametrize("key", ["Demand", "demand answer", "", "1st", "demand--answer", "démand"])
def test_a_key_is_part_of_an_address(key: str) -> None:
    with pytest.raises(RefusedError, match="id"):
        publish.paste(key, publish.Phrase("seven"))
