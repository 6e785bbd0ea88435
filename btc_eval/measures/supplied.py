"""Which returns is the report to use: the council's own where it has supplied them, else the demonstration extract?"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from btc_eval import synthetic
from btc_eval.errors import refuse
from btc_eval.estimates import Provenance
from btc_eval.locations import data_folder, note_read, project_folder
from btc_eval.records import statutory
from btc_eval.records.statutory import StatutoryRecords

#: Where in the extract each return lies.
_PLACES: Mapping[str, tuple[str, ...]] = {
    "cin_census": ("cin",),
    "ssda903": ("ssda903",),
    "annex_a": ("annex_a.xlsx",),
    "ssd": ("ssd_address.csv", "ssd_contacts.csv", "ssd_early_help_episodes.csv", "ssd_family.csv"),
    "programme_register": ("programme_register.csv",),
    "ward_lookup": ("ward_lookup.csv",),
}


def demonstration() -> Path:
    """Where is the demonstration extract? Made on first use, whole or not at all, and kept in the build folder.

    Its name holds the seed and a fingerprint of the recipe (the parameters and the program that follows them), so that
    a changed recipe is a new extract.
    """
    parameters = data_folder() / "assumptions" / "synthetic.toml"
    note_read(parameters)
    digest = hashlib.sha256(parameters.read_bytes())
    for module in sorted(Path(synthetic.__file__).parent.glob("*.py")):
        digest.update(module.read_bytes())
    name = f"demonstration-{synthetic.SEED}-{digest.hexdigest()[:12]}"
    place = project_folder() / "_build" / name
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=place.parent))
        try:
            synthetic.write(draft / "extract", seed=synthetic.SEED)
            (draft / "extract").rename(place)
        except OSError:  # another kernel was first; its extract has the same bytes
            if not place.is_dir():
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return place


def made_up(records: StatutoryRecords) -> StatutoryRecords:
    """Return the demonstration extract: these records where they are it, else read for the purpose.

    On it alone is it known what a method should find.
    """
    if records.papers("cin_episodes").provenance is Provenance.DEMONSTRATION:
        return records
    extract = demonstration()
    return statutory.read([extract / place for places in _PLACES.values() for place in places])


def built_in(name: str) -> float:
    """Which effect was built into the demonstration extract, by its name in the extract's own key?

    Raises
    ------
    RefusedError
        For a name that the key does not hold.
    """
    key = json.loads((demonstration() / "known_effect.json").read_text(encoding="utf-8"))["built_in"]
    found = {effect["name"]: float(effect["true_value"]) for effect in key}
    if name not in found:
        raise refuse("built_in", "name", found=repr(name), allowed=", ".join(found), do="Name one of these.")
    return found[name]


def returns(kinds: Sequence[str] | None = None, *, needs: Sequence[str] = ()) -> StatutoryRecords:
    """Which returns has the report? The council's own, as `btc-eval refresh` stored them; without them, the extract.

    Parameters
    ----------
    kinds
        Only these returns: "cin_census", "ssda903", "annex_a", "ssd", "programme_register", "ward_lookup"; all
        by default. If the council has supplied none of them, all come from the demonstration extract: the two are never
        mixed.
    needs
        Tables without which the question cannot be asked, such as "cin_episodes" and "looked_after_episodes". While the
        council has not supplied all of them, all returns come from the demonstration extract.
    """
    own = statutory.current(kinds=kinds)
    if own is not None and all(own.years(name) for name in needs):
        return own
    extract = demonstration()
    chosen = tuple(_PLACES) if kinds is None else tuple(kinds)
    return statutory.read([extract / place for kind in chosen for place in _PLACES[kind]])
