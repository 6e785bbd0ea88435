"""The checker of typed numbers, checked: what it must catch and what it must let stand."""

from __future__ import annotations

import pytest

from tests.book.prose import typed_numbers


@pytest.mark.parametrize(
    "text",
    [
        "There were 340 referrals a month.",
        "It fell by 12%.",
        "It fell by 12 per cent (95% interval).",
        "A rate of 117.5 per 10,000.",
        "It rose 3-fold.",
        "about £2.4m a year",
        "Rank 4 of 141",
        "| 7 | 8 |",
        "In 12 months",
        "by 1,900 referrals",  # not a year
        "of 2023 and 12 others",
        "- 5 hubs",
        "p = 0.04",
        "45–50 children",
        "In March 340 came",
    ],
)
def test_a_typed_number_is_caught(text: str) -> None:
    assert typed_numbers(text)


@pytest.mark.parametrize(
    "text",
    [
        "On 10 April 2024, and from April 2012 to March 2024.",
        "In 2015, in 2023-24 and in 2023–24, or 2019/20.",
        "Between 6 and 13 March 2024.",
        "A section 47 enquiry, sections 17 and 20, paragraph 3.2, paragraphs 3.4 to 3.27, page 4.",
        "# Step 1: 400 children",
        "{glue:text}`demand-2021` and {ref}`figure-1` and `x = 12`",
        "[the figures](https://example.org/2024/table-7.csv)",
        "$y_t = \\beta_0 + 12$ and $$x^2$$",
        "```{code-cell}\nx = 340\n```",
        ":::{admonition} The answer\n:class: answer-2\nNone.\n:::",
        "1. First\n2. Second",
        "It is known[^3].",
        "(target-12)=\n\nText",
        "<!-- 340 -->",
        "{{ data_window }}",
        "May 2021 or 1 May",
    ],
)
def test_dates_references_and_what_is_not_prose_may_stand(text: str) -> None:
    assert typed_numbers(text) == []


def test_a_number_is_told_with_its_line() -> None:
    assert typed_numbers("# 1\n\n```\n2\n```\n\nOf 30 and\n40.") == [(7, "30"), (8, "40.")]


def test_an_allowed_phrase_may_stand_and_must_be_there() -> None:
    text = "upwards of\n£3 million for 3 years"
    assert typed_numbers(text, ("upwards of £3 million",)) == [(2, "3")]
    with pytest.raises(AssertionError, match="nowhere written"):
        typed_numbers(text, ("£4 million",))
