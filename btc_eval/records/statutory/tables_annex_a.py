"""The eleven lists of an Annex A workbook, and what only they code."""

from __future__ import annotations

from btc_eval.records.statutory import codes_903 as care
from btc_eval.records.statutory import codes_cin as cin
from btc_eval.records.statutory import codes_shared as shared
from btc_eval.records.statutory.codes import CodeList, codes
from btc_eval.records.statutory.contract import Column, Return, Sort, Table

_DATE, _CODE, _FLAG, _NUMBER = Sort.DATE, Sort.CODE, Sort.FLAG, Sort.NUMBER

#: The first that applies, in this order.
CASE_STATUS = CodeList(
    "case status",
    codes(
        """
        a looked after
        b child protection plan
        c child in need plan
        d open assessment
        e closed
        """
    ),
    letters={
        "a": "Looked after child", "b": "Child Protection plan", "c": "Child in need plan", "d": "Open assessment",
        "e": "Closed episode",
    },
    aliases={"a) looked after child": "a", "b) child protection plan": "b", "c) child in need plan": "c",
             "d) open assessment": "d", "e) closed episode": "e"},
)  # fmt: skip

_CHILD_IDS = (
    "Child ID",
    "LA child ID",
    "ChildUniqueID",
    "Unique Child ID",
    "Child's Unique ID",
    "Child Unique Identifier",
    "Child Identifier",
    "Child Unique ID Number",
    "Child Unique ID (LA)",
    "Child Unique Reference",
    "Child Ref",
)
CHILD = Column("child_id", "Child Unique ID", Sort.IDENTIFIER, required=True, aliases=_CHILD_IDS)
COMMON = (
    CHILD,
    Column("sex", "Gender", _CODE, shared.SEX, aliases=("Sex",)),
    Column("ethnicity", "Ethnicity", _CODE, shared.ETHNICITY, required=True),
    Column(
        "date_of_birth",
        "Date of Birth",
        _DATE,
        required=True,
        aliases=("DOB", "Child's Date of Birth", "Child Date of Birth", "Date of Birth (DOB)"),
    ),
    Column(
        "age",
        "Age of Child (Years)",
        _NUMBER,
        aliases=("Age", "Age (Years)", "Age of Child", "Child's Age", "Age in Years"),
    ),
)
DISABLED = Column(
    "disabled",
    "Does the Child have a Disability",
    _FLAG,
    aliases=("Disability", "Disabled", "Does the Child have a Disability?", "Does the Adopter have a Disability"),
)
TEAM = (Column("team", "Allocated Team", aliases=("Team",)), Column("worker", "Allocated Worker", aliases=("Worker",)))


def _list(
    number: int, name: str, sheet: str, *columns: Column, key: tuple[str, ...], hallmark: tuple[str, ...] = (),
    dated: tuple[str, ...] = (), aliases: tuple[str, ...] = (),
) -> Table:  # fmt: skip
    names = (f"List {number}", f"List_{number}", f"List {number:02d}", *aliases)
    return Table(name, Return.ANNEX_A, sheet, columns, key, names, hallmark or key, dated)


def _date(name: str, heading: str, *aliases: str, required: bool = False) -> Column:
    return Column(name, heading, _DATE, required=required, aliases=aliases)


CONTACTS = _list(
    1, "annex_a_contacts", "Contacts", *COMMON, _date("contacted", "Date of Contact", "Contact Date", required=True),
    Column("source", "Contact Source", _CODE, shared.REFERRAL_SOURCE, aliases=("Source of contact",)),
    key=("child_id", "contacted", "source"), hallmark=("child_id", "contacted"), dated=("contacted",),
)  # fmt: skip
EARLY_HELP = _list(
    2, "annex_a_early_help", "Early Help", *COMMON,
    _date("started", "Assessment start date", "Early help assessment start date", "EHA start date", required=True),
    _date("ended", "Assessment completion date", "Early help assessment completion date", "EHA completion date",
          "EHA end date"),
    Column("organisation", "Organisation completing assessment", aliases=("Organisation", "Lead organisation")),
    key=("child_id", "started"), dated=("started", "ended"), hallmark=("child_id", "started", "organisation"),
    aliases=("Early Help Assessments",),
)  # fmt: skip
REFERRALS = _list(
    3, "annex_a_referrals", "Referrals", *COMMON, _date("referred", "Date of referral", "Referral date", required=True),
    Column("source", "Referral Source", _CODE, shared.REFERRAL_SOURCE),
    Column("no_further_action", "Referral NFA?", _FLAG, aliases=("Referral with no further action", "NFA")),
    Column("referrals_in_year", "Number of Referrals in Last 12 Months", _NUMBER), *TEAM,
    key=("child_id", "referred"), dated=("referred",), hallmark=("child_id", "referred"),
)  # fmt: skip
ASSESSMENTS = _list(
    4, "annex_a_assessments", "Assessments", *COMMON, DISABLED,
    _date("started", "Continuous Assessment Start Date", "Assessment actual start date", required=True),
    Column("seen", "Child Seen During Continuous Assessment", _FLAG),
    _date("authorised", "Continuous Assessment Date of Authorisation", "Assessment authorisation date"),
    Column("support_required", "Was the child assessed as requiring LA children's social care support?", _FLAG,
           aliases=("Was the child assessed as requiring LA children’s social care support?",)),
    *TEAM, key=("child_id", "started"), dated=("started", "authorised"),
)  # fmt: skip
SECTION_47 = _list(
    5, "annex_a_section_47", "Sec47 and ICPC", *COMMON, DISABLED,
    _date("started", "Strategy discussion initiating Section 47 Enquiry Start Date", required=True),
    Column("conference_not_required", "Was an Initial Child Protection Conference deemed unnecessary?", _FLAG),
    _date("conference", "Date of Initial Child Protection Conference"),
    Column("led_to_plan", "Did the Initial Child Protection Conference Result in a Child Protection Plan", _FLAG),
    Column("enquiries_in_year", "Number of Section 47 Enquiries in the last 12 months", _NUMBER),
    Column("conferences_in_year", "Number of ICPCs in the last 12 months", _NUMBER), *TEAM,
    key=("child_id", "started"), dated=("started", "conference"), aliases=("Section 47",),
)  # fmt: skip
CHILDREN_IN_NEED = _list(
    6, "annex_a_children_in_need", "Children in Need", *COMMON, DISABLED,
    _date("started", "CIN Start Date", required=True),
    Column("need", "Primary Need Code", _CODE, shared.NEED, aliases=("Primary Need",)),
    _date("seen", "Date Child Was Last Seen"), _date("closed", "CIN Closure Date"),
    Column("closure_reason", "Reason for Closure", _CODE, cin.CLOSURE_REASON),
    Column("case_status", "Case Status", _CODE, CASE_STATUS), *TEAM,
    key=("child_id", "started"), dated=("started", "closed"),
)  # fmt: skip
PROTECTION = _list(
    7, "annex_a_protection_plans", "Child Protection", *COMMON, DISABLED,
    _date("started", "Child Protection Plan Start Date", required=True),
    Column("first_category", "Initial Category of Abuse", _CODE, shared.ABUSE),
    Column("latest_category", "Latest Category of Abuse", _CODE, shared.ABUSE),
    _date("visited", "Date of the Last Statutory Visit"), Column("seen_alone", "Was the Child Seen Alone?", _FLAG),
    _date("reviewed", "Date of latest review conference"), _date("ended", "Child Protection Plan End Date"),
    Column("emergency_order",
           "Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N)", _FLAG,
           aliases=("Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months",)),
    Column("previous_plans", "Number of Previous Child Protection Plans", _NUMBER), *TEAM,
    key=("child_id", "started"), dated=("started", "ended"),
)  # fmt: skip
LOOKED_AFTER = _list(
    8, "annex_a_looked_after", "Children in Care", *COMMON,
    Column("asylum_seeker",
           "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)", _FLAG,
           aliases=("UASC within the Last 12 Months (Y/N)", "UASC")),
    DISABLED, _date("started", "Date Started to be Looked After", required=True),
    Column("need", "Child's Category of Need", _CODE, shared.NEED, aliases=("Child’s Category of Need",)),
    Column("second_period",
           "Is this a second or subsequent period of being a Looked After Child within the last 12 months (Y/N)", _FLAG,
           aliases=("second or subsequent period within 12 months (Y/N)",)),
    _date("legal_status_started", "Start date of current legal status"),
    Column("legal_status", "Child's Legal Status", _CODE, care.LEGAL_STATUS, aliases=("Child’s Legal Status",)),
    _date("reviewed", "Date of Latest Statutory Review"), _date("visited", "Date of Last Social Work Visit"),
    Column("permanence_plan", "What is the permanence plan for the child?",
           aliases=("What is the permanence plan for this child?", "permanence plan")),
    _date("reviewing_officer_seen", "Date of Last IRO Visit / Contact to the Child",
          "Date of Last IRO Visit / Contact"),
    _date("health_assessed", "Date of Last Health Assessment"), _date("dental_checked", "Date of Last Dental Check"),
    Column("placements_in_year", "Number of Placements in the Last 12 months", _NUMBER),
    _date("ceased", "Date Ceased to be Looked After"),
    Column("end_reason", "Reason Ceased to be Looked After", _CODE, care.END_REASON, aliases=("Reason Ceased",)),
    _date("placed", "Start Date of Most Recent Placement"),
    Column("placement", "Placement Type", _CODE, care.PLACEMENT),
    Column("provider", "Placement Provider", _CODE, care.PROVIDER),
    Column("placement_postcode", "Placement postcode", Sort.POSTCODE), Column("placement_urn", "URN of Placement"),
    Column("placement_location", "Placement Location"), Column("placement_council", "LA of Placement"),
    Column("missing_in_year", "Number of episodes of a Child being ‘Missing’ from their placement in last 12 months",
           _NUMBER, aliases=(
               "Missing episodes 12 m", "Number of Missing Episodes in the last 12 months",
               "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months")),
    Column("absent_in_year", "Number of episodes of a Child being ‘Absent’ from their placement in last 12 months",
           _NUMBER, aliases=(
               "Absent episodes 12 m",
               "Number of Episodes the Child has been 'Absent' from their Placement in the last 12 months")),
    Column("interview_offered",
           "Was the child offered a Return Interview after their last missing episode?", aliases=(
               "Was the child offered a Return Interview after their last missing episode (Y/N)?",
               "Return Interview offered")),
    Column("interview_accepted",
           "Did the child accept a Return Interview after their last missing episode?", aliases=(
               "Did the child accept a Return Interview after their last missing episode (Y/N)?", "accepted")),
    *TEAM, key=("child_id", "started"), dated=("started", "ceased"), aliases=("Looked After Children",),
)  # fmt: skip
CARE_LEAVERS = _list(
    9, "annex_a_care_leavers", "Care Leavers", *COMMON, Column("asylum_seeker", "UASC", _FLAG), DISABLED, *TEAM,
    Column("adviser", "Allocated Personal Advisor", aliases=("Personal Advisor",)),
    Column("eligibility", "Eligibility Category"), _date("plan_reviewed", "Latest Pathway Plan Review Date"),
    Column("in_touch", "LA In Touch"), _date("contacted", "Latest Date of Contact"),
    Column("accommodation", "Type of Accommodation"), Column("suitable", "Suitability of Accommodation"),
    Column("activity", "Activity Status"),
    key=("child_id",), hallmark=("child_id", "eligibility"),
)  # fmt: skip
ADOPTION = _list(
    10, "annex_a_adoption", "Adoption", CHILD, Column("family_id", "Family identifier"), *COMMON[1:], DISABLED,
    _date("entered_care", "Date the Child Entered Care"),
    _date("decided", "Date of Decision that Child Should be Placed for Adoption", "Decision to place"),
    _date("placement_order", "Date of Placement Order", "Placement Order"),
    _date("matched", "Date of Matching Child and Prospective Adopters", "Matching"),
    _date("placed", "Date Placed for Adoption", "Placed"), _date("adopted", "Date of Adoption Order", "Adoption Order"),
    _date("reversed", "Date of Decision that Child Should No Longer be Placed for Adoption", "Decision no longer"),
    Column("reversal_reason", "Reason Why Child No Longer Placed for Adoption", aliases=("Reason",)),
    _date("early_placement", "Date the child was placed for fostering in FFA or concurrent planning placement",
          "FFA placement date"),
    key=("child_id",), hallmark=("child_id", "entered_care"),
)  # fmt: skip
ADOPTERS = _list(
    11, "annex_a_adopters", "Adopters",
    Column("adopter_id", "Individual adopter identifier", Sort.IDENTIFIER, required=True),
    Column("family_id", "Family identifier"), *COMMON[1:3], DISABLED,
    Column("early_permanence", "Does the Adopter Wish to be Considered for Foster to Adopt", aliases=(
        "Is the (prospective) adopter fostering for adoption?", "FFA?")),
    _date("enquired", "Date enquiry received", "enquiry"),
    _date("stage_1_started", "Date Stage 1 started", "Stage 1 start"),
    _date("stage_1_ended", "Date Stage 1 ended", "Stage 1 end"),
    _date("stage_2_started", "Date Stage 2 started", "Stage 2 start"),
    _date("stage_2_ended", "Date Stage 2 ended", "Stage 2 end"),
    _date("applied", "Date application submitted", "application submitted"),
    _date("approved", "Date application approved", "approved"),
    _date("matched", "Date adopter matched with child(ren)", "matched"),
    _date("placed", "Date child/children placed with adopter(s)", "placed"),
    Column("children_placed", "No. of children placed", _NUMBER), _date("adopted", "Date of Adoption Order",
                                                                       "Adoption Order"),
    _date("left", "Date adopter left adoption process", "Date of leaving adoption process", "left process"),
    Column("leaving_reason", "Reason adopter left adoption process",
           aliases=("Reason for leaving adoption process", "reason")),
    key=("adopter_id",), hallmark=("adopter_id",),
)  # fmt: skip

ANNEX_A_TABLES = (
    CONTACTS, EARLY_HELP, REFERRALS, ASSESSMENTS, SECTION_47, CHILDREN_IN_NEED, PROTECTION, LOOKED_AFTER, CARE_LEAVERS,
    ADOPTION, ADOPTERS,
)  # fmt: skip
