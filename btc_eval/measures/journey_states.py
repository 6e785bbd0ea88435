"""Through which states does a child's journey lead, and which steps can there be? The states and steps, as data.

A child is in one state at the end of each day: the last of this list that holds. A state with a lower place does not
show while a higher one lasts: a child on a plan is on a plan, whatever else is open.

``contact``
    A contact that is to become a referral, until it does; at most for the days named in
    `data/assumptions/measures.toml`. Any other contact is over on its day. A contact about a child whose case is open
    is none.
``referral``
    A case is open, and nothing more has begun. A referral without further action is over on its day.
``assessment``
    The first assessment of the case has started, and the child is not yet in need.
``child in need``
    See `measures.happenings`.
``protection plan``, ``looked after``
    A plan, a period of care, from its start to its end, the day of the end not included.
``closed``
    Nothing is open. The journey is over.

Order on one day
----------------
Where several things begin on one day, they are passed in the order of the list, upwards, and then the child goes to
where the day ends. A step takes no time: only the state at the end of the day has an interval, and each step on the
way is counted in the table of passages. Nothing is moved by a fraction of a day to make room for it.
"""

from __future__ import annotations

STATES = ("contact", "referral", "assessment", "child in need", "protection plan", "looked after", "closed")
CLOSED = STATES.index("closed")
#: In an interval after closing, where that is asked for: the child came back.
RETURNED = "returned"


def _steps() -> tuple[tuple[str, str], ...]:
    """List the steps that can be: onwards, back down to whatever is still open, and out; never back to a contact."""
    onwards = [(a, b) for place, a in enumerate(STATES[:-1]) for b in STATES[place + 1 :]]
    back = [(a, b) for place, a in enumerate(STATES[:-1]) for b in STATES[1:place]]
    return (*onwards, *back, ("closed", RETURNED))


#: Every step there can be, as pairs of states.
STEPS = _steps()
