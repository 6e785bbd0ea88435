"""Does the generator know every category that is published? A renamed one must stop it, not vanish from the extract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from btc_eval.errors import Refusal, RefusedError
from btc_eval.records.statutory.vocabulary import NEED
from btc_eval.synthetic.attributes import NEEDS
from btc_eval.synthetic.conferences import CONFERENCE_DAYS
from btc_eval.synthetic.factors import FACTORS
from btc_eval.synthetic.leaving import REASONS
from btc_eval.synthetic.legal import LEGAL, LEGAL_WORDS
from btc_eval.synthetic.margins import AGES, AGES_LEAVING, Margins
from btc_eval.synthetic.parameters import Parameters
from btc_eval.synthetic.placements import GROUPS
from btc_eval.synthetic.referrals import WORKING_DAYS

#: Published of the stock alone: groups of statuses, few and brief, that fall to the care orders.
_STOCK_ONLY = ("detained for child protection", "youth justice legal statuses")


def check_words(margins: Margins, parameters: Parameters) -> None:
    """Does the generator know every published category?

    Raises
    ------
    RefusedError
        Naming every category that it does not know.
    """
    needs = {*NEED.words_in_order, *NEEDS}
    known: Mapping[str, Iterable[str]] = {
        "source": parameters.block("referrals")["sources"],
        "need": needs,
        "started_need": needs,
        "assessment_days": WORKING_DAYS,
        "conference_days": CONFERENCE_DAYS,
        "stock_age": AGES,
        "started_age": AGES,
        "ceased_age": AGES_LEAVING,
        "stock_legal": (*LEGAL, *LEGAL_WORDS, *_STOCK_ONLY),
        "started_legal": (*LEGAL, *LEGAL_WORDS),
        "stock_placement": GROUPS,
        "started_asylum": ("other children", "unaccompanied asylum-seeking children"),
        "ceased_reason": REASONS,
    }
    unknown = [
        (name, category)
        for name, years in margins.splits.items()
        for category in sorted({category for row in years.values() for category in row} - set(known[name]))
    ]
    unknown += [
        ("factor", name) for name in sorted({f for row in margins.factors.values() for f in row} - set(FACTORS))
    ]
    if unknown:
        raise RefusedError(
            Refusal(
                file="the compiled official statistics",
                place=name,
                found=f"the category {category!r}",
                allowed="the categories the generator of the demonstration extract knows",
                do="Add the new wording where the generator keeps the old one (btc_eval/synthetic).",
            )
            for name, category in unknown
        )
