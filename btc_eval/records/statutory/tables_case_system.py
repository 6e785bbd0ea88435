"""Tables that no return carries: case-system exports (SSD) for early help and addresses, and our own two contracts.

The programme register and the ward look-up are plain CSV files of our own making:

``programme register``
    ``id,project,start,end`` and, where it holds families, ``id_kind`` (``child`` or ``family``). One row for each
    child or family and project; `end` is the last day of support, included, and blank while support goes on.
``ward look-up``
    ``postcode,ward_code,ward_name``: one row a postcode.
"""

from __future__ import annotations

from btc_eval.records.statutory import codes_shared as shared
from btc_eval.records.statutory.codes import CodeList, codes
from btc_eval.records.statutory.contract import Column, Return, Sort, Table

_ID, _DATE, _CODE, _TEXT = Sort.IDENTIFIER, Sort.DATE, Sort.CODE, Sort.TEXT

EARLY_HELP = Table(
    "early_help_episodes",
    Return.CASE_SYSTEM,
    "ssd_early_help_episodes",
    (
        Column("episode_id", "earl_episode_id", _ID),
        Column("child_id", "earl_person_id", _ID, required=True),
        Column("started", "earl_episode_start_date", _DATE, required=True),
        Column("ended", "earl_episode_end_date", _DATE),
        Column("reason", "earl_episode_reason", _TEXT),
        Column("end_reason", "earl_episode_end_reason", _TEXT),
        Column("organisation", "earl_episode_organisation", _TEXT),
        Column("worker_id", "earl_episode_worker_id", _TEXT),
    ),
    key=("child_id", "started", "episode_id"),
    aliases=("early_help_episodes", "early_help"),
    hallmark=("child_id", "started"),
    dated=("started", "ended"),
)

CONTACTS = Table(
    "contacts",
    Return.CASE_SYSTEM,
    "ssd_contacts",
    (
        Column("contact_id", "cont_contact_id", _ID),
        Column("child_id", "cont_person_id", _ID, required=True),
        Column("contacted", "cont_contact_date", _DATE, required=True),
        Column("source", "cont_contact_source_code", _CODE, shared.REFERRAL_SOURCE),
        Column("source_description", "cont_contact_source_desc", _TEXT, aliases=("cont_contact_source_code_desc",)),
        Column("outcome", "cont_contact_outcome_json", _TEXT),
    ),
    key=("child_id", "contacted", "contact_id"),
    aliases=("contacts",),
    hallmark=("child_id", "contacted"),
    dated=("contacted",),
)

ADDRESSES = Table(
    "addresses",
    Return.CASE_SYSTEM,
    "ssd_address",
    (
        Column("address_id", "addr_table_id", _ID, aliases=("addr_address_id",)),
        Column("child_id", "addr_person_id", _ID, required=True),
        Column("address_type", "addr_address_type", _TEXT),
        Column("started", "addr_address_start_date", _DATE, required=True, aliases=("addr_address_start",)),
        Column("ended", "addr_address_end_date", _DATE, aliases=("addr_address_end",)),
        Column("postcode", "addr_address_postcode", Sort.POSTCODE, required=True),
    ),
    key=("child_id", "started", "postcode"),
    aliases=("address", "addresses"),
    hallmark=("child_id", "postcode"),
)

FAMILIES = Table(
    "families",
    Return.CASE_SYSTEM,
    "ssd_family",
    (
        Column("family_table_id", "fami_table_id", _ID),
        Column("family_id", "fami_family_id", _ID, required=True),
        Column("child_id", "fami_person_id", _ID, required=True),
    ),
    key=("family_id", "child_id"),
    aliases=("family", "families"),
    hallmark=("family_id", "child_id"),
)

ID_KIND = CodeList("kind of identifier", codes("child child\nfamily family"))

REGISTER = Table(
    "programme_register",
    Return.REGISTER,
    "programme_register",
    (
        Column("id", "id", _ID, required=True, aliases=("child_id", "family_id")),
        Column("project", "project", _TEXT, required=True),
        Column("started", "start", _DATE, required=True, aliases=("started", "start_date")),
        Column("ended", "end", _DATE, aliases=("ended", "end_date")),
        Column("id_kind", "id_kind", _CODE, ID_KIND),
    ),
    key=("id", "project", "started"),
    aliases=("register", "programme"),
    hallmark=("id", "project", "started"),
    dated=("started",),
)

WARDS = Table(
    "ward_lookup",
    Return.WARDS,
    "ward_lookup",
    (
        Column("postcode", "postcode", Sort.POSTCODE, required=True, aliases=("pcds", "pcd")),
        Column("ward_code", "ward_code", _TEXT, required=True, aliases=("wd", "osward")),
        Column("ward_name", "ward_name", _TEXT, required=True, aliases=("ward",)),
    ),
    key=("postcode",),
    aliases=("wards", "postcode_ward"),
    hallmark=("postcode", "ward_code"),
)

CASE_TABLES = (EARLY_HELP, CONTACTS, ADDRESSES, FAMILIES)
OWN_TABLES = (REGISTER, WARDS)
