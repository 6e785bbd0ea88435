"""Code lists of the looked-after return (SSDA903)."""

from __future__ import annotations

from btc_eval.records.statutory.codes import Code, CodeList, codes

START_REASON = CodeList(
    "reason for new episode",
    codes(
        """
        S started to be looked after
        L legal status changed
        P placement and carer changed
        T placement changed, same carer
        B legal status, placement and carer changed
        U legal status and placement changed, same carer
        """
    ),
)

LEGAL_STATUS = CodeList(
    "legal status",
    codes(
        """
        C1 interim care order
        C2 care order
        D1 freeing order
        E1 placement order
        V2 section 20
        V3 short breaks, each episode
        V4 short breaks, agreement
        L1 police protection
        L2 emergency protection order
        L3 child assessment order
        J1 remanded
        J2 detained under PACE
        J3 youth rehabilitation order
        """
    ),
    letters={
        "C1": "C1: Interim care order", "C2": "C2: Full care order", "D1": "D1: Freeing order granted",
        "E1": "E1: Placement order granted", "V2": "V2: Single period of accommodation under section 20",
        "V3": "V3: Accommodated under an agreed series of short-term breaks, individual episodes",
        "V4": "V4: Accommodated under an agreed series of short-term breaks, agreements",
        "L1": "L1: Under police protection", "L2": "L2: Emergency protection order",
        "L3": "L3: Under child assessment order", "J1": "J1: Remanded to local authority accommodation",
        "J2": "J2: Placed in local authority accommodation under PACE",
        "J3": "J3: Sentenced to youth rehabilitation order",
    },
    aliases={"full care order": "C2", "s20": "V2", "c2: fco": "C2", "c1: ico": "C1"},
)  # fmt: skip

#: Short breaks: in the return, and outside every count of looked-after children.
SHORT_BREAKS = ("short breaks, each episode", "short breaks, agreement")

PLACEMENT = CodeList(
    "placement",
    (
        *codes(
            """
            U1 relative or friend, long term
            U2 relative or friend, who may adopt
            U3 relative or friend, other
            U4 foster carer, long term
            U5 foster carer, who may adopt
            U6 foster carer, other
            A3 adoption with consent, current carer
            A4 adoption with consent, new carer
            A5 adoption under order, current carer
            A6 adoption under order, new carer
            P1 own parents
            """
        ),
        Code("P2", "independent living", last=2024),
        Code("P3", "residential employment"),
        Code("H5", "semi-independent, not regulated as a children's home", last=2024),
        *codes("K1 secure home\nK2 children's home"),
        Code("K3", "registered supported accommodation", first=2025),
        *codes(
            """
            R1 residential care home
            R2 health service or medical
            R3 family centre or mother and baby unit
            R5 young offender institution
            S1 residential school
            T0 temporary, any
            T1 temporary, in hospital
            T2 temporary, on holiday
            T3 temporary, carer on holiday
            T4 temporary, seven days or fewer
            """
        ),
        Code("Z1", "other placement", last=2025),
        *(Code(f"Z1{n}", f"other placement, type {n}", first=2026) for n in (1, 2, 3, 4)),
    ),
)

KINSHIP = ("relative or friend, long term", "relative or friend, who may adopt", "relative or friend, other")

PROVIDER = CodeList(
    "placement provider",
    codes(
        """
        PR0 parent
        PR1 own council
        PR2 another council
        PR3 other public body
        PR4 private
        PR5 voluntary
        """
    ),
)

END_REASON = CodeList(
    "reason episode ceased",
    (
        *codes(
            """
            X1 new episode began the same day
            E11 adopted, unopposed
            E12 adopted, consent dispensed with
            E2 died
            E3 another council took over
            E4A returned home, planned
            E4B returned home, unplanned
            E13 left to live with others without parental responsibility
            E41 child arrangements order
            """
        ),
        Code("E43", "special guardianship, former carer", last=2018),
        Code("E44", "special guardianship, other carer", last=2018),
        Code("E45", "special guardianship, former carer, kin", first=2019),
        Code("E46", "special guardianship, former carer, not kin", first=2019),
        Code("E47", "special guardianship, other carer, kin", first=2019),
        Code("E48", "special guardianship, other carer, not kin", first=2019),
        *codes(
            """
            E5 independent living, supported
            E6 independent living, no support
            E7 adult residential care
            E8 other reason
            E9 sentenced to custody
            E14 remand ended
            E15 found to be 18 or over
            E16 moved abroad
            E17 aged 18, stayed with carers
            """
        ),
        Code("E4", "returned home, not said whether planned", last=2015),
        Code("E99", "not recorded, closed by a stacking rule", first=9999),
    ),
)

#: Set by the stacking rules where an old return left an episode open; no return contains it.
CLOSED_BY_RULE = "not recorded, closed by a stacking rule"
SAME_DAY = "new episode began the same day"

CHANGE_REASON = CodeList(
    "reason for placement change",
    (
        *codes(
            """
            CARPL change to the care plan
            CLOSE placement closed
            ALLEG allegation under section 47
            STAND standards of care
            APPRR approval removed
            CREQB carer asked, child's behaviour
            CREQO carer asked, other reason
            CHILD child asked
            LAREQ council asked
            PLACE status of the placement changed
            """
        ),
        Code("CUSTOD", "custody", first=2019),
        *codes("OTHER other reason"),
    ),
)

PARTICIPATION = CodeList(
    "review participation",
    codes(
        """
        PN0 under four
        PN1 attended, spoke
        PN2 attended, through an advocate
        PN3 attended, by symbols
        PN4 attended, silent
        PN5 absent, advocate briefed
        PN6 absent, by another medium
        PN7 absent, no views given
        """
    ),
)

SDQ_REASON = CodeList(
    "reason for no questionnaire",
    codes("SDQ1 age\nSDQ2 carer refused\nSDQ3 severity of disability\nSDQ4 other reason\nSDQ5 child refused"),
)
