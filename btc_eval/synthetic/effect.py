"""What effect was built in, and what came of it? The key against which a method's answer is judged."""

from __future__ import annotations

import numpy as np

from btc_eval.synthetic.borough import Borough
from btc_eval.synthetic.days import first_day, last_day


def known_effect(borough: Borough, seed: int) -> dict[str, object]:
    """What effect was built in? Ready for `known_effect.json`.

    `built_in` holds the true values; `drawn` what chance made of them in this extract, as counts and not as estimates.
    """
    world, margins = borough.world, borough.margins
    effect = world.parameters.effect
    wards = world.parameters.wards
    cases = world.cases
    ward = world.wards(cases["referred"], cases["child"])
    since = cases["referred"] >= first_day(margins.first_year)
    after = cases["referred"] >= effect.start_day
    place = {
        "ward": ward == wards.codes.index(effect.ward_code),
        "comparison_wards": np.isin(ward, [wards.codes.index(code) for code in effect.comparison_ward_codes]),
    }
    place["all_other_wards"] = ~place["ward"]
    plans = world.plans
    registered = world.families["registered"][world.children["family"][plans["child"]]]
    late = (
        (plans["ended"] >= effect.start_day) & (plans["ended"] <= last_day(margins.last_year)) & (plans["to_care"] == 1)
    )
    return {
        "warning": "Demonstration data. The program that made the extract put this effect in; it is not about Wirral.",
        "source": effect.source,
        "seed": seed,
        "start": effect.start.isoformat(),
        "built_in": [
            {
                "name": "referrals from the ward",
                "ward_code": effect.ward_code,
                "comparison_ward_codes": list(effect.comparison_ward_codes),
                "measure": "ratio of ratios: monthly referrals from the ward, after over before, against other wards",
                "true_value": effect.referral_ratio,
                "shape": "level change from the first affected month, no change of slope",
            },
            {
                "name": "contacts from the ward",
                "ward_code": effect.ward_code,
                "measure": "as for referrals, for contacts that did not become a referral",
                "true_value": effect.contact_ratio,
                "shape": "level change from the first affected month, no change of slope",
            },
            {
                "name": "from protection plan to care",
                "measure": "cause-specific hazard ratio of starting to be looked after while on a protection plan: "
                "family on the programme register by that day against not",
                "true_value": effect.plan_to_care_hazard_ratio,
                "adjust_for": "age in the bands under 1, 1 to 4, 5 to 9, 10 to 15, 16 and 17, as strata or covariates: "
                "families with young children are registered more often, and start care more often",
                "cluster": "family",
            },
        ],
        "drawn": {
            "referrals": {
                name: {"before": int((here & since & ~after).sum()), "after": int((here & after).sum())}
                for name, here in place.items()
            },
            "starts_of_care_from_a_plan": {
                "registered": int((late & (registered <= plans["ended"])).sum()),
                "not_registered": int((late & (registered > plans["ended"])).sum()),
            },
            "families_registered": int((world.families["registered"] <= world.last).sum()),
        },
    }
