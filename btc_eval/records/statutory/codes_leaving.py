"""Code lists of the smaller looked-after tables: care leavers, adoption, permanence, missing, social workers."""

from __future__ import annotations

from btc_eval.records.statutory.codes import Code, CodeList, codes

IN_TOUCH = CodeList(
    "in touch",
    codes(
        """
        YES in touch
        NO not in touch
        DIED died
        REFU refused contact
        NREQ no longer needs services
        RHOM returned home
        """
    ),
)


def _full_and_part(number: str, words: str, first: int = 0, last: int = 9999) -> tuple[Code, Code]:
    return (
        Code(f"F{number}", f"{words}, full time", first, last),
        Code(f"P{number}", f"{words}, part time", first, last),
    )


ACTIVITY = CodeList(
    "activity",
    (
        *_full_and_part("1", "higher education"),
        *_full_and_part("2", "other education"),
        *_full_and_part("3", "training or work", last=2021),
        *_full_and_part("4", "apprenticeship or training", first=2022),
        *_full_and_part("5", "work", first=2022),
        Code("G4", "not in education or work, illness or disability"),
        Code("G5", "not in education or work, other"),
        Code("G6", "not in education or work, pregnancy or parenting"),
        Code("0", "not in touch"),
    ),
)

_HOMES = {
    "B": "with parents or relatives",
    "C": "community home",
    "D": "semi-independent",
    "E": "supported lodgings",
    "G": "abroad",
    "H": "deported",
    "K": "ordinary lodgings",
    "R": "not known",
    "S": "no fixed abode",
    "T": "foyer",
    "U": "independent living",
    "V": "emergency accommodation",
    "W": "bed and breakfast",
    "X": "custody",
    "Y": "other accommodation",
    "Z": "with former foster carer",
}
ACCOMMODATION = CodeList(
    "accommodation",
    (
        *(
            Code(f"{letter}{digit}", f"{home}, {fit}")
            for letter, home in _HOMES.items()
            for digit, fit in (("1", "suitable"), ("2", "not suitable"))
        ),
        Code("0", "not in touch"),
    ),
)

PREVIOUS_ORDER = CodeList(
    "previous permanence",
    codes(
        """
        P1 adoption
        P2 special guardianship order
        P3 residence or child arrangements order
        P4 unknown order
        Z1 none
        """
    ),
)

ABSENCE = CodeList("kind of absence", codes("M missing\nA away without authorisation"))
ADOPTERS_SEX = CodeList(
    "sex of adopters", codes("M1 one man\nF1 one woman\nMM two men\nFF two women\nMF a man and a woman")
)
ADOPTERS_LEGAL_STATUS = CodeList(
    "legal status of adopters",
    codes(
        """
        L0 single
        L11 married
        L12 civil partners
        L2 different-sex couple, not married
        L3 same-sex couple, not in a civil partnership
        L4 another legal status
        """
    ),
)
PLACED_CEASED = CodeList(
    "reason no longer placed",
    codes("RD1 child's needs changed\nRD2 court refused\nRD3 no adopters found\nRD4 other reason"),
)
SOCIAL_WORKER_REASON = CodeList(
    "reason for new social worker",
    codes(
        """
        MANAGE caseload management
        FCONTA first contact
        LEFTRL left role
        ORGRST organisation restructured
        TSPROC process of transition
        ABSENC absence
        CHCHAN child asked
        PCCHAN parent or carer asked
        SWDIED died
        OTHERS other reason
        """
    ),
)
