"""The tables that the children in need census becomes: one a block, joined by child, referral and start."""

from __future__ import annotations

from btc_eval.records.statutory import codes_cin as cin
from btc_eval.records.statutory import codes_shared as shared
from btc_eval.records.statutory.contract import Column, Return, Sort, Table

CHILD = Column("child_id", "LAchildID", Sort.IDENTIFIER, required=True, aliases=("LA child ID", "child id"))
REFERRED = Column("referred", "CINreferralDate", Sort.DATE, required=True)

CHILDREN = Table(
    "cin_children",
    Return.CIN,
    "ChildIdentifiers",
    (
        CHILD,
        Column("upn", "UPN", Sort.TEXT),
        Column("former_upn", "FormerUPN", Sort.TEXT),
        Column("upn_unknown", "UPNunknown", Sort.CODE, shared.UPN_UNKNOWN),
        Column("date_of_birth", "PersonBirthDate", Sort.DATE, aliases=("BirthDate", "DOB")),
        Column("expected_date_of_birth", "ExpectedPersonBirthDate", Sort.DATE, aliases=("ExpectedBirthDate",)),
        Column("sex", "GenderCurrent", Sort.CODE, shared.SEX, required=True,
               aliases=("Sex", "PersonGenderCurrent", "Gender", "PersonSex")),
        Column("date_of_death", "PersonDeathDate", Sort.DATE, aliases=("DeathDate",)),
        Column("ethnicity", "Ethnicity", Sort.CODE, shared.ETHNICITY, required=True),
    ),
    key=("child_id",),
)  # fmt: skip

DISABILITIES = Table(
    "cin_disabilities",
    Return.CIN,
    "Disability",
    (CHILD, Column("disability", "Disability", Sort.CODE, shared.DISABILITY, required=True)),
    key=("child_id", "disability"),
)

EPISODES = Table(
    "cin_episodes",
    Return.CIN,
    "CINdetails",
    (
        CHILD,
        REFERRED,
        Column("source", "ReferralSource", Sort.CODE, shared.REFERRAL_SOURCE, required=True),
        Column("need", "PrimaryNeedCode", Sort.CODE, shared.NEED, aliases=("PrimaryNeed",)),
        Column("closed", "CINclosureDate", Sort.DATE, aliases=("ClosureDate",)),
        Column("closure_reason", "ReasonForClosure", Sort.CODE, cin.CLOSURE_REASON, aliases=("ClosureReason",)),
        Column("conference", "DateOfInitialCPC", Sort.DATE),
        Column("no_further_action", "ReferralNFA", Sort.FLAG, required=True),
    ),
    key=("child_id", "referred"),
    aliases=("CIN details", "CIN episodes"),
    dated=("referred", "closed"),
)

ASSESSMENTS = Table(
    "cin_assessments",
    Return.CIN,
    "Assessments",
    (
        CHILD,
        REFERRED,
        Column("started", "AssessmentActualStartDate", Sort.DATE, required=True, aliases=("AssessmentStartDate",)),
        Column("internal_review", "AssessmentInternalReviewDate", Sort.DATE),
        Column("authorised", "AssessmentAuthorisationDate", Sort.DATE, aliases=("AssessmentAuthorizationDate",)),
    ),
    key=("child_id", "referred", "started"),
    dated=("started", "authorised"),
)

FACTORS = Table(
    "cin_factors",
    Return.CIN,
    "AssessmentFactors",
    (
        CHILD,
        REFERRED,
        Column("started", "AssessmentActualStartDate", Sort.DATE, required=True),
        Column("factor", "AssessmentFactors", Sort.CODE, cin.ASSESSMENT_FACTOR, required=True,
               aliases=("AssessmentFactor", "AssessmentFactorsList")),
    ),
    key=("child_id", "referred", "started", "factor"),
)  # fmt: skip

PLANS = Table(
    "cin_plans",
    Return.CIN,
    "CINPlanDates",
    (
        CHILD,
        REFERRED,
        Column("started", "CINPlanStartDate", Sort.DATE, required=True, first=2022),
        Column("ended", "CINPlanEndDate", Sort.DATE, first=2022),
    ),
    key=("child_id", "referred", "started"),
    dated=("started", "ended"),
)

SECTION_47 = Table(
    "section_47",
    Return.CIN,
    "Section47",
    (
        CHILD,
        REFERRED,
        Column("started", "S47ActualStartDate", Sort.DATE, required=True, aliases=("S47StartDate",)),
        Column("conference_target", "InitialCPCtarget", Sort.DATE),
        Column("conference", "DateOfInitialCPC", Sort.DATE),
        Column("conference_not_required", "ICPCnotRequired", Sort.FLAG),
    ),
    key=("child_id", "referred", "started"),
    aliases=("S47",),
    dated=("started", "conference"),
)

PROTECTION_PLANS = Table(
    "protection_plans",
    Return.CIN,
    "ChildProtectionPlans",
    (
        CHILD,
        REFERRED,
        Column("started", "CPPstartDate", Sort.DATE, required=True),
        Column("ended", "CPPendDate", Sort.DATE),
        Column("first_category", "InitialCategoryOfAbuse", Sort.CODE, shared.ABUSE),
        Column("latest_category", "LatestCategoryOfAbuse", Sort.CODE, shared.ABUSE),
        Column("previous_plans", "NumberOfPreviousCPP", Sort.NUMBER),
    ),
    key=("child_id", "referred", "started"),
    aliases=("ChildProtectionPlan", "CPP"),
    dated=("started", "ended"),
)

PROTECTION_REVIEWS = Table(
    "protection_reviews",
    Return.CIN,
    "Reviews",
    (
        CHILD,
        REFERRED,
        Column("started", "CPPstartDate", Sort.DATE, required=True),
        Column("reviewed", "CPPreviewDate", Sort.DATE, required=True),
    ),
    key=("child_id", "referred", "started", "reviewed"),
    dated=("reviewed",),
)

PRE_PROCEEDINGS = Table(
    "pre_proceedings",
    Return.CIN,
    "PreProceedingsandFGDM",
    (
        CHILD,
        REFERRED,
        Column("started", "PPStartDate", Sort.DATE, first=2026),
        Column("letter_sent", "LBPSentDate", Sort.DATE, first=2026),
        Column("family_meeting_offered", "FGDMMeetingOffer", Sort.TEXT, first=2026),
        Column("family_meeting_held", "FGDMMeetingFac", Sort.TEXT, first=2026),
        Column("first_meeting", "InitialPPMeetingDate", Sort.DATE, first=2026),
        Column("review_meetings", "ReviewMeetingsCount", Sort.NUMBER, first=2026),
        Column("decided", "StepDecisionDate", Sort.DATE, first=2026),
        Column("outcome", "PPOutcome", Sort.TEXT, first=2026),
        Column("applied_to_court", "CourtAppDate", Sort.DATE, first=2026),
        Column("letter_to_conference", "LetterInitCPDate", Sort.DATE, first=2026),
    ),
    key=("child_id", "referred", "started", "letter_sent", "decided"),
    aliases=("PreProceedings",),
    dated=("started", "decided"),
)

CIN_TABLES = (
    CHILDREN, DISABILITIES, EPISODES, ASSESSMENTS, FACTORS, PLANS, SECTION_47, PROTECTION_PLANS, PROTECTION_REVIEWS,
    PRE_PROCEEDINGS,
)  # fmt: skip
