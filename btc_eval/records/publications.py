"""Which publications do the figures come from? Their publishers, page addresses and release months.

A release month is part of a figure's identity: rates of one year differ between releases because populations are
revised. All are published under the Open Government Licence v3.0.
"""

from __future__ import annotations

from btc_eval.records.spec import Publication

LICENCE = "Open Government Licence v3.0"

_STATISTICS = "https://explore-education-statistics.service.gov.uk/find-statistics/"
_COLLECTION = "https://www.gov.uk/government/collections/"
_DFE = "Department for Education"

CHILDREN_IN_NEED = Publication("Children in need", _DFE, _STATISTICS + "children-in-need", month=10)
LOOKED_AFTER = Publication(
    "Children looked after in England including adoptions",
    _DFE,
    _STATISTICS + "children-looked-after-in-england-including-adoptions",
    month=11,
)
#: Statistical first releases SFR27/2010 to SFR50/2017, underlying data.
LOOKED_AFTER_BEFORE_2018 = Publication(
    "Children looked after in England, including adoption (statistical first releases)",
    _DFE,
    _COLLECTION + "statistics-looked-after-children",
    month=9,
    months={2015: 10},
)
POPULATION = Publication(
    "Mid-year population estimates, as used in Children in need",
    "Office for National Statistics",
    _STATISTICS + "children-in-need",
    month=10,
    later=1,
)
INTERACTIVE_TOOL = Publication(
    "Local authority interactive tool",
    _DFE,
    "https://www.gov.uk/government/publications/local-authority-interactive-tool-lait",
)
NEIGHBOURS = Publication(
    "Children's services statistical neighbour benchmarking tool",
    _DFE,
    "https://www.gov.uk/government/publications/local-authority-interactive-tool-lait",
)
PARTICIPATION = Publication(
    "Participation in education, training and NEET age 16 to 17 by local authority",
    _DFE,
    _STATISTICS + "participation-in-education-training-and-neet-age-16-to-17-by-local-authority",
)
WORKFORCE = Publication(
    "Children's social work workforce",
    _DFE,
    _STATISTICS + "children-s-social-work-workforce",
    month=2,
    later=1,
)
OUTCOMES = Publication(
    "Outcomes for children in need, including children looked after by local authorities in England",
    _DFE,
    _STATISTICS + "outcomes-for-children-in-need-including-children-looked-after-by-local-authorities-in-england",
)
