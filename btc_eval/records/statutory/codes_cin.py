"""Code lists of the children in need census alone: closures, assessment factors, decisions before proceedings."""

from __future__ import annotations

from btc_eval.records.statutory.codes import Code, CodeList, codes

CLOSURE_REASON = CodeList(
    "reason for closure",
    (
        *codes(
            """
            RC1 adopted
            RC2 died
            RC3 child arrangements order
            RC4 special guardianship order
            RC5 moved to another council
            RC6 moved to adult services
            RC7 any other reason, such as no longer in need
            RC8 closed after assessment, no further action
            """
        ),
        Code("RC9", "closed after assessment, to early help", first=2023),
    ),
    letters={
        "RC1": "RC1 - Adopted", "RC2": "RC2 - Died", "RC3": "RC3 - Child arrangements order",
        "RC4": "RC4 - Special guardianship order", "RC5": "RC5 - Transferred to services of another local authority",
        "RC6": "RC6 - Transferred to adult social care services",
        "RC7": "RC7 - Services ceased for any other reason, including child no longer in need",
        "RC8": "RC8 - Case closed after assessment, no further action",
        "RC9": "RC9 - Case closed after assessment, referred to early help",
    },
)  # fmt: skip

_WHO = {"A": "child", "B": "parent or carer", "C": "other person in the household"}
_WHAT = {
    "1": "alcohol",
    "2": "drugs",
    "3": "domestic abuse",
    "4": "mental health",
    "5": "learning disability",
    "6": "physical disability or illness",
}
_BY_PERSON = tuple(Code(f"{n}{letter}", f"{what}: {who}") for n, what in _WHAT.items() for letter, who in _WHO.items())

ASSESSMENT_FACTOR = CodeList(
    "assessment factor",
    (
        *_BY_PERSON,
        *codes(
            """
            7A young carer
            8B private fostering: overseas, study
            8C private fostering: overseas, other
            8D private fostering: family crisis
            8E private fostering: other
            8F private fostering: not yet known
            9A unaccompanied asylum-seeking child
            10A going missing
            11A child sexual exploitation
            12A trafficking
            13A gangs
            14A socially unacceptable behaviour
            15A self-harm
            16A neglect
            17A emotional abuse
            """
        ),
        Code("18A", "physical abuse", last=2020),
        Code("18B", "physical abuse by a child", first=2021),
        Code("18C", "physical abuse by an adult", first=2021),
        Code("19A", "sexual abuse", last=2020),
        Code("19B", "sexual abuse by a child", first=2021),
        Code("19C", "sexual abuse by an adult", first=2021),
        *codes("20 other factor\n21 no factors\n22A female genital mutilation\n23A abuse linked to faith or belief"),
        Code("24A", "child criminal exploitation", first=2022),
    ),
    aliases={"22": "22A", "23": "23A", "20a": "20", "21a": "21"},
)

#: The 2026 block on proceedings. The guide's own list is not in reach: outcomes are kept as written.
PROCEEDINGS_STEP = CodeList("step after pre-proceedings", codes("1 yes\n0 no"))

EARLY_HELP_SOURCE_FIRST_YEAR = 2023
"""Collection year from which early help is a source (5D) and a closure (RC9): a break inside any series of either."""
