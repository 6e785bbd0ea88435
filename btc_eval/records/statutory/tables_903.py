"""The tables of the looked-after return (SSDA903), one a CSV file of the set."""

from __future__ import annotations

from btc_eval.records.statutory import codes_903 as care
from btc_eval.records.statutory import codes_leaving as leaving
from btc_eval.records.statutory import codes_shared as shared
from btc_eval.records.statutory.codes import CodeList
from btc_eval.records.statutory.contract import Column, Return, Sort, Table

_ID, _DATE, _CODE, _FLAG = Sort.IDENTIFIER, Sort.DATE, Sort.CODE, Sort.FLAG


def _date(name: str, heading: str, *, required: bool = False, first: int = 0) -> Column:
    return Column(name, heading, _DATE, required=required, first=first)


def _code(name: str, heading: str, codes: CodeList, *, required: bool = False) -> Column:
    return Column(name, heading, _CODE, codes, required=required)


CHILD = Column("child_id", "CHILD", _ID, required=True, aliases=("CHILDID", "child id", "LA child ID"))
BORN = Column("date_of_birth", "DOB", _DATE, required=True)
SEX = Column("sex", "SEX", _CODE, shared.SEX, required=True, aliases=("GENDER",))


def _table(
    name: str, stem: str, *columns: Column, key: tuple[str, ...], hallmark: tuple[str, ...],
    aliases: tuple[str, ...] = (), dated: tuple[str, ...] = (),
) -> Table:  # fmt: skip
    return Table(name, Return.LOOKED_AFTER, stem, columns, key, aliases, hallmark, dated)


HEADER = _table(
    "looked_after_children", "header",
    CHILD, SEX, BORN, _code("ethnicity", "ETHNIC", shared.ETHNICITY, required=True),
    Column("upn", "UPN", Sort.TEXT, required=True), Column("is_mother", "MOTHER", _FLAG),
    _date("own_child_born", "MC_DOB"),
    key=("child_id",), hallmark=("child_id", "ethnicity"),
)  # fmt: skip

EPISODES = _table(
    "looked_after_episodes", "episodes",
    CHILD, _date("started", "DECOM", required=True),
    _code("start_reason", "RNE", care.START_REASON, required=True),
    _code("legal_status", "LS", care.LEGAL_STATUS, required=True),
    _code("need", "CIN", shared.NEED, required=True),
    Column("placement", "PLACE", _CODE, care.PLACEMENT, required=True, aliases=("PL",)),
    _code("provider", "PLACE_PROVIDER", care.PROVIDER), _date("ended", "DEC"),
    _code("end_reason", "REC", care.END_REASON), _code("change_reason", "REASON_PLACE_CHANGE", care.CHANGE_REASON),
    Column("home_postcode", "HOME_POST", Sort.POSTCODE), Column("placement_postcode", "PL_POST", Sort.POSTCODE),
    Column("placement_urn", "URN", Sort.TEXT),
    key=("child_id", "started"), hallmark=("child_id", "started", "legal_status"), aliases=("episode",),
    dated=("ended", "started"),
)  # fmt: skip

ASYLUM_SEEKERS = _table(
    "asylum_seekers", "uasc", CHILD, SEX, BORN, _date("status_ended", "DUC"),
    key=("child_id",), hallmark=("child_id", "status_ended"),
)  # fmt: skip

REVIEWS = _table(
    "looked_after_reviews", "reviews", CHILD, BORN, _date("reviewed", "REVIEW", required=True),
    _code("participation", "REVIEW_CODE", care.PARTICIPATION, required=True),
    key=("child_id", "reviewed"), hallmark=("child_id", "reviewed"), dated=("reviewed",),
)  # fmt: skip

HEALTH = _table(
    "health_and_offending", "oc2", CHILD, BORN, Column("sdq_score", "SDQ_SCORE", Sort.NUMBER),
    _code("sdq_reason", "SDQ_REASON", care.SDQ_REASON),
    *(
        Column(name, heading, _FLAG)
        for name, heading in (
            ("convicted", "CONVICTED"), ("health_check", "HEALTH_CHECK"), ("immunisations", "IMMUNISATIONS"),
            ("dental_check", "TEETH_CHECK"), ("health_assessment", "HEALTH_ASSESSMENT"),
            ("substance_misuse", "SUBSTANCE_MISUSE"), ("intervention_received", "INTERVENTION_RECEIVED"),
            ("intervention_offered", "INTERVENTION_OFFERED"),
        )
    ),
    key=("child_id", "return_year"), hallmark=("child_id", "sdq_score"), aliases=("oc2_outcomes",),
)  # fmt: skip

CARE_LEAVERS = _table(
    "care_leavers", "oc3", CHILD, BORN, _code("in_touch", "IN_TOUCH", leaving.IN_TOUCH, required=True),
    _code("activity", "ACTIV", leaving.ACTIVITY, required=True),
    _code("accommodation", "ACCOM", leaving.ACCOMMODATION, required=True),
    key=("child_id", "return_year"), hallmark=("child_id", "in_touch"),
)  # fmt: skip

ADOPTION = _table(
    "adoption_decisions", "ad1", CHILD, BORN, _date("decided", "DATE_INT", required=True),
    _date("matched", "DATE_MATCH", required=True), Column("foster_carer_adopts", "FOSTER_CARE", _FLAG, required=True),
    Column("adopters", "NB_ADOPTR", Sort.NUMBER, required=True),
    _code("adopters_sex", "SEX_ADOPTR", leaving.ADOPTERS_SEX, required=True),
    _code("adopters_legal_status", "LS_ADOPTR", leaving.ADOPTERS_LEGAL_STATUS, required=True),
    key=("child_id",), hallmark=("child_id", "decided"), dated=("matched", "decided"), aliases=("adoption",),
)  # fmt: skip

PLACED_FOR_ADOPTION = _table(
    "placed_for_adoption", "placed_adoption", CHILD, BORN, _date("placed", "DATE_PLACED", required=True),
    _date("ceased", "DATE_PLACED_CEASED"), _code("ceased_reason", "REASON_PLACED_CEASED", leaving.PLACED_CEASED),
    key=("child_id", "placed"), hallmark=("child_id", "placed"), dated=("ceased", "placed"),
    aliases=("placed_for_adoption", "sbpfa", "should_be_placed_for_adoption"),
)  # fmt: skip

PERMANENCE = _table(
    "previous_permanence", "previous_permanence", CHILD, BORN,
    _code("previous_order", "PREV_PERM", leaving.PREVIOUS_ORDER, required=True),
    Column("previous_council", "LA_PERM", Sort.TEXT), Column("ordered", "DATE_PERM", Sort.TEXT),
    key=("child_id",), hallmark=("child_id", "previous_order"),
    aliases=("prev_perm", "previous_permenance", "permanence"),
)  # fmt: skip

MISSING = _table(
    "missing_episodes", "missing", CHILD, BORN, _code("absence", "MISSING", leaving.ABSENCE, required=True),
    _date("started", "MIS_START", required=True), _date("ended", "MIS_END"),
    key=("child_id", "started"), hallmark=("child_id", "started", "absence"), dated=("ended", "started"),
)  # fmt: skip

SOCIAL_WORKERS = _table(
    "social_workers", "sw_episodes", CHILD, BORN, Column("social_worker_id", "SW_ID", _ID, required=True, first=2024),
    _date("started", "SW_DECOM", required=True, first=2024), _date("ended", "SW_DEC", first=2024),
    _code("reason", "SW_REASON", leaving.SOCIAL_WORKER_REASON),
    key=("child_id", "social_worker_id", "started"), hallmark=("child_id", "social_worker_id"),
    dated=("ended", "started"), aliases=("social_worker", "social_workers", "sw"),
)  # fmt: skip

DEPRIVATION = _table(
    "deprivation_of_liberty", "dolo", CHILD, BORN, _date("started", "DOLO_START", required=True, first=2027),
    _date("ended", "DOLO_END", first=2027),
    key=("child_id", "started"), hallmark=("child_id", "started", "ended"), dated=("ended", "started"),
)  # fmt: skip

CARE_TABLES = (
    HEADER, EPISODES, ASYLUM_SEEKERS, REVIEWS, HEALTH, CARE_LEAVERS, ADOPTION, PLACED_FOR_ADOPTION, PERMANENCE,
    MISSING, SOCIAL_WORKERS, DEPRIVATION,
)  # fmt: skip
