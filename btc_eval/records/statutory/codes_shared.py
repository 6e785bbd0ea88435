"""Code lists used by more than one return: sex, ethnicity, need, source, abuse, disability, yes and no."""

from __future__ import annotations

from btc_eval.records.statutory.codes import Code, CodeList, codes

SEX = CodeList(
    "sex",
    (
        Code("1", "male", last=2024),
        Code("2", "female", last=2024),
        Code("0", "not recorded", last=2024),
        Code("9", "indeterminate", last=2024),
        Code("M", "male", first=2025),
        Code("F", "female", first=2025),
        Code("U", "not recorded", first=2025),
    ),
    aliases={
        "boy": "M", "girl": "F", "unknown": "U", "unborn": "0", "not known": "0", "not stated/recorded": "0",
        "not stated": "0", "not stated/recorded (or unborn)": "0", "neither": "9", "i": "9",
        "m - male": "M", "f - female": "F", "not specified": "0", "not recorded/unborn": "0", "unborn/unknown": "0",
        "unspecified": "0", "withheld": "0", "gender unspecified": "0", "non-binary": "9", "non binary": "9",
        "unable to classify": "9", "indeterminate gender": "9", "not specified / indeterminate gender": "9",
        "unknown / not recorded / unborn": "0", "not stated / recorded": "0", "not stated / recorded (or unborn)": "0",
    },
    letters={"1": "Male", "2": "Female", "0": "Not stated/recorded", "9": "Neither"},
)  # fmt: skip

#: How case systems write ethnicity out: the group before the name, and other names of the same.
_ETHNIC_GROUPS = {
    ("White",): {
        "British": "WBRI", "English": "WBRI", "Scottish": "WBRI", "Welsh": "WBRI", "Cornish": "WBRI",
        "Other British": "WBRI", "English Welsh Scottish Northern Irish British": "WBRI", "Irish": "WIRI",
        "Traveller of Irish heritage": "WIRT", "Irish Traveller": "WIRT", "Gypsy or Irish Traveller": "WIRT",
        "Gypsy or Roma": "WROM", "Gypsy Roma": "WROM", "Roma": "WROM", "Any other White background": "WOTH",
        "Other White background": "WOTH", "Any other White": "WOTH", "White other": "WOTH", "Any other": "WOTH",
        "Eastern European": "WOTH",
    },
    ("Mixed", "Mixed or multiple ethnic groups", "Dual heritage"): {
        "White and Black Caribbean": "MWBC", "White and Black African": "MWBA", "White and Asian": "MWAS",
        "Any other Mixed background": "MOTH", "Other Mixed background": "MOTH", "Any other Mixed": "MOTH",
        "Any other mixed or multiple ethnic background": "MOTH",
    },
    ("Asian", "Asian or Asian British", "Asian Asian British"): {
        "Indian": "AIND", "Pakistani": "APKN", "Bangladeshi": "ABAN", "Any other Asian background": "AOTH",
        "Other Asian background": "AOTH", "Any other Asian": "AOTH",
    },
    ("Black", "Black or Black British", "Black Black British", "Black British"): {
        "Caribbean": "BCRB", "Black Caribbean": "BCRB", "African": "BAFR", "Black African": "BAFR",
        "Any other Black background": "BOTH", "Other Black background": "BOTH", "Any other Black": "BOTH",
    },
    ("Other", "Other ethnic group", "Chinese or other ethnic group", "Other ethnic groups"): {
        "Chinese": "CHNE", "Any other ethnic group": "OOTH", "Any other": "OOTH", "Other ethnic group": "OOTH",
    },
}  # fmt: skip
#: Said without their group these could be of several.
_ONLY_IN_A_GROUP = {"Any other", "English", "Scottish", "Welsh"}
_ETHNIC_PHRASES = {
    phrase: code
    for groups, names in _ETHNIC_GROUPS.items()
    for name, code in names.items()
    for phrase in (*(f"{group} {name}" for group in groups), *(() if name in _ONLY_IN_A_GROUP else (name,)))
} | {
    "White British British": "WBRI", "British White British": "WBRI", "White White British": "WBRI",
    "Irish White Irish": "WIRI", "White White Irish": "WIRI", "Asian Chinese": "CHNE",
    "Information refused": "REFU", "Not obtained": "NOBT", "Not recorded": "NOBT",
    "Information not obtained": "NOBT",
}  # fmt: skip

ETHNICITY = CodeList(
    "ethnicity",
    codes(
        """
        WBRI White British
        WIRI White Irish
        WOTH any other White background
        WIRT Traveller of Irish heritage
        WROM Gypsy or Roma
        MWBC White and Black Caribbean
        MWBA White and Black African
        MWAS White and Asian
        MOTH any other Mixed background
        AIND Indian
        APKN Pakistani
        ABAN Bangladeshi
        AOTH any other Asian background
        BCRB Black Caribbean
        BAFR Black African
        BOTH any other Black background
        CHNE Chinese
        OOTH any other ethnic group
        REFU refused
        NOBT not yet obtained
        """
    ),
    aliases={
        "white - british": "WBRI", "white irish": "WIRI", "irish": "WIRI", "caribbean": "BCRB", "african": "BAFR",
        "gypsy/roma": "WROM", "gypsy / roma": "WROM", "information not yet obtained": "NOBT",
        "not known": "NOBT", "unknown": "NOBT", "not stated": "NOBT", "declined": "REFU", "any other": "OOTH",
        "e5": "NOBT", "weng": "WBRI", "wcor": "WBRI", "wsco": "WBRI", "wwel": "WBRI", "wowb": "WBRI", "a1": "WBRI",
        "a2": "WIRI", "a4": "WIRT", "a3": "WOTH",
    },
    phrases=_ETHNIC_PHRASES,
    letters={
        code: code
        for code in (
            "WBRI", "WIRI", "WIRT", "WOTH", "WROM", "MWBC", "MWBA", "MWAS", "MOTH", "AIND", "APKN", "ABAN", "AOTH",
            "BCRB", "BAFR", "BOTH", "CHNE", "OOTH", "NOBT", "REFU",
        )
    },
)  # fmt: skip

#: N9 and N0 exist only in the CIN census. N1 reads "abuse, neglect and exploitation" in guidance from 2026.
NEED = CodeList(
    "primary need",
    codes(
        """
        N1 abuse or neglect
        N2 child's disability or illness
        N3 parental disability or illness
        N4 family in acute stress
        N5 family dysfunction
        N6 socially unacceptable behaviour
        N7 low income
        N8 absent parenting
        N9 cases other than children in need
        N0 not stated
        """
    ),
    aliases={
        "abuse, neglect and exploitation": "N1", "child's disability": "N2", "parent's disability or illness": "N3",
    },
    letters={
        "N1": "N1 - Abuse or neglect", "N2": "N2 - Child's disability", "N3": "N3 - Parental disability or illness",
        "N4": "N4 - Family in acute stress", "N5": "N5 - Family dysfunction",
        "N6": "N6 - Socially unacceptable behaviour", "N7": "N7 - Low income", "N8": "N8 - Absent parenting",
        "N9": "N9 - Cases other than Children in Need", "N0": "N0 - Not stated",
    },
)  # fmt: skip

_SOURCES = {
    "1A": "1A: Individual - Family member/relative/carer", "1B": "1B: Individual - Acquaintance",
    "1C": "1C: Individual - Self", "1D": "1D: Individual - Other", "2A": "2A: Schools",
    "2B": "2B: Education services", "3A": "3A: Health services - GP", "3B": "3B: Health services - Health visitor",
    "3C": "3C: Health services - School nurse", "3D": "3D: Health services - Other primary health services",
    "3E": "3E: Health services - A&E", "3F": "3F: Health services - Other", "4": "4: Housing",
    "5A": "5A: LA services - Social care", "5B": "5B: LA services - Other internal",
    "5C": "5C: LA services - External", "6": "6: Police", "7": "7: Other legal agency", "8": "8: Other",
    "9": "9: Anonymous", "10": "10: Unknown", "5D": "5D: LA services - Early help",
}  # fmt: skip

REFERRAL_SOURCE = CodeList(
    "referral source",
    (
        *codes(
            """
            1A family member, relative or carer
            1B acquaintance
            1C the child
            1D other individual
            2A school
            2B education service
            3A general practitioner
            3B health visitor
            3C school nurse
            3D other primary health service
            3E accident and emergency
            3F other health service
            4 housing
            5A council social care
            5B other council department
            5C another council
            """
        ),
        Code("5D", "council early help", first=2023),
        *codes(
            """
            6 police
            7 other legal agency
            8 other, such as a children's centre or voluntary body
            9 anonymous
            10 unknown
            """
        ),
    ),
    letters=_SOURCES,
    phrases={label.partition(": ")[2]: code for code, label in _SOURCES.items()},
    aliases={
        "individual – family member, relative or carer": "1A", "individual - family member, relative or carer": "1A",
        "self": "1C", "schools": "2A", "education services": "2B", "gp": "3A", "general practitioner (gp)": "3A",
        "a&e": "3E", "housing association": "4", "local authority housing or housing association": "4",
        "early help": "5D", "la services - early help": "5D", "la services – early help": "5D",
        "other legal agency": "7", "other": "8",
    },
)  # fmt: skip

ABUSE = CodeList(
    "category of abuse",
    codes("NEG neglect\nPHY physical abuse\nSAB sexual abuse\nEMO emotional abuse\nMUL multiple"),
    letters={
        "NEG": "Neglect", "PHY": "Physical abuse", "SAB": "Sexual abuse", "EMO": "Emotional abuse", "MUL": "Multiple",
    },
    aliases={
        "physical": "PHY", "sexual": "SAB", "emotional": "EMO", "multiple/not recommended": "MUL", "sex": "SAB",
    },
)  # fmt: skip

DISABILITY = CodeList(
    "disability",
    codes(
        """
        NONE no disability
        MOB mobility
        HAND hand function
        PC personal care
        INC incontinence
        COMM communication
        LD learning
        HEAR hearing
        VIS vision
        BEH behaviour
        CON consciousness
        AUT autism or Asperger syndrome
        DDA other under the Equality Act
        """
    ),
)

#: Flags are written 0 and 1, true and false, yes and no; both sides are read into one truth value.
TRUE = frozenset({"1", "true", "t", "yes", "y", "1.0", "a) yes", "a) y"})
FALSE = frozenset({"0", "false", "f", "no", "n", "0.0", "b) no", "b) n"})
NOT_KNOWN = frozenset({"c) unknown", "unknown", "not known", "u"})

#: Why there is no unique pupil number. UN6 and UN7 exist in the CIN census alone.
UPN_UNKNOWN = CodeList(
    "reason for no pupil number",
    codes(
        """
        UN1 not of school age
        UN2 never in a maintained school in England
        UN3 educated outside England
        UN4 newly looked after or newly referred, not yet known
        UN5 sources disagree
        UN6 referral with no further action
        UN7 referral with no further action, not yet known
        """
    ),
)
