"""The totals an extract is drawn to: Wirral's published figures, and stated rules where there is a gap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from btc_eval import records
from btc_eval.errors import RefusedError
from btc_eval.synthetic.agreement import check_words
from btc_eval.synthetic.flows import flows
from btc_eval.synthetic.margins import AGES, Margins, margins
from btc_eval.synthetic.parameters import load
from btc_eval.synthetic.published import Wirral, made_good, whole

HELD_BACK = "suppressed by the publisher"


class Tables:
    """A stand-in for the compiled statistics: some tables replaced."""

    def __init__(self, **replaced: pd.DataFrame) -> None:
        self.official = records.official()
        self.replaced = replaced

    @property
    def names(self) -> tuple[str, ...]:
        return self.official.names

    def table(self, name: str) -> pd.DataFrame:
        return self.replaced.get(name, self.official.table(name))


@pytest.fixture(scope="module")
def wirral() -> Margins:
    return margins(records.official(), load(), first_year=2017, last_year=2025)


def test_published_figures_are_taken_as_they_stand(wirral: Margins) -> None:
    # Department for Education, Children in need 2025, c1 and b1; Children looked after 2025.
    assert [wirral.count("referrals", year) for year in (2017, 2021, 2025)] == [3243, 3030, 4056]
    assert wirral.count("re_referrals", 2020) == 1105
    assert wirral.count("in_need", 2023) == 2618
    assert [wirral.count("looked_after", year) for year in (2021, 2025)] == [826, 681]
    assert wirral.months[2024].tolist() == [325, 351, 363, 329, 286, 372, 336, 361, 286, 404, 372, 367]
    assert ("referrals", 2025) in wirral.published


def test_months_and_categories_sum_to_their_year(wirral: Margins) -> None:
    for year in wirral.years:
        assert int(wirral.months[year].sum()) == wirral.count("referrals", year)
        for name, total in (("source", "referrals"), ("need", "in_need"), ("stock_age", "looked_after")):
            assert sum(wirral.split(name, year).values()) == wirral.count(total, year), (name, year)


def test_the_published_stocks_and_flows_of_need_close_with_those_found_not_in_need(wirral: Margins) -> None:
    # Open on the eve + started - found not in need after the eve - ended = open at the end. The third is published
    # nowhere; that it is never negative and below the referrals of two months says that the identity is the right one.
    for year in wirral.years:
        assert wirral.ended(year) == wirral.count("in_need_ended", year)
        assert 0 < wirral.carried(year) < wirral.months[year - 1 if year > wirral.years[0] else year][-2:].sum()


def test_a_missing_year_lies_between_its_neighbours_or_equals_the_nearest() -> None:
    assert whole({2016: 10, 2019: 40}, [2015, 2016, 2017, 2018, 2019, 2020], 1.0) == {
        2015: 10, 2016: 10, 2017: 20, 2018: 30, 2019: 40, 2020: 40,
    }  # fmt: skip


def test_counts_held_back_share_what_the_row_leaves_over() -> None:
    shown = {2023: {"a": 90.0, "b": None, "c": None}, 2022: {"a": 80.0, "b": 6.0, "c": 3.0}}
    filled = made_good(shown, {2023: 99, 2022: 89})
    assert filled[2023] == {"a": 90.0, "b": 6.0, "c": 3.0}
    assert filled[2022] == {"a": 80.0, "b": 6.0, "c": 3.0}


def test_a_literal_nought_for_the_whole_council_is_a_gap() -> None:
    assert 2014 not in Wirral(records.official()).series("assessments", "assessments")


def test_every_published_category_is_known(wirral: Margins) -> None:
    check_words(wirral, load())


def test_a_renamed_category_stops_the_generator() -> None:
    table = records.official().table("referral_sources")
    table["category"] = table["category"].replace({"police": "constabulary", "schools": "academies"})
    renamed = margins(Tables(referral_sources=table), load(), first_year=2024, last_year=2024)
    with pytest.raises(RefusedError) as caught:
        check_words(renamed, load())
    assert {refusal.found for refusal in caught.value.refusals} == {
        "the category 'academies'", "the category 'constabulary'",
    }  # fmt: skip


@pytest.mark.parametrize(("first", "last"), [(2010, 2012), (2024, 2031), (2025, 2024)])
def test_years_without_published_referrals_are_refused(first: int, last: int) -> None:
    with pytest.raises(RefusedError, match="first to last between 2014 and 2025"):
        margins(records.official(), load(), first_year=first, last_year=last)


def test_a_smaller_extract_keeps_the_proportions() -> None:
    small = margins(records.official(), load(), first_year=2022, last_year=2025, scale=0.1)
    assert small.count("referrals", 2025) == 406
    assert int(small.months[2025].sum()) == 406
    assert all(small.carried(year) >= 0 for year in small.years)


def test_flows_meet_every_published_band_of_age(wirral: Margins) -> None:
    plan = flows(wirral)
    bands = dict(zip(AGES, (range(1), range(1, 5), range(5, 10), range(10, 16), range(16, 18))))
    stock = np.zeros(19, dtype=int)
    stock[:18] = [plan.opening[age] for age in range(18)]
    for year in wirral.years:
        # Everyone is a year older; whoever starts or ceases is counted at the age they have on 31 March.
        stock = np.concatenate([[0], stock[:18]])
        for sign, cells in ((1, plan.starts[year]), (-1, plan.ceases[year])):
            for (age, turns), number in cells.items():
                stock[age + turns] += sign * number
        assert stock[18] == 0
        published = wirral.split("stock_age", year)
        if year >= 2021:
            assert {name: int(stock[list(ages)].sum()) for name, ages in bands.items()} == dict(published)
            starts = wirral.split("started_age", year)
            got = {n: sum(k for (a, _), k in plan.starts[year].items() if a in ages) for n, ages in bands.items()}
            assert sum(abs(got[name] - starts[name]) for name in bands) == plan.resumed[year]
        assert int(stock.sum()) == wirral.count("looked_after", year)
