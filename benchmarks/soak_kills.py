"""What is left when a command is killed? `kill -9` at random moments of refresh, build and release, many times over.

After each kill the data store and the published site must be, byte for byte, a complete earlier or a complete later
state, and the same command, run again, must come to the later one by itself, whatever lock or half-made folder lies
there. Up to three kills follow each other, so that some fall upon a run that was mending what the one before had left.
Half of them come at a moment drawn evenly over the command's whole time; the other half a few milliseconds after the
first sign on the disk that it is putting its work in place, where a fault would be.

Run `python -m benchmarks.soak_kills [--kills 100] [--seed 1] [refresh returns build release]`. It works on the tests'
small book in a temporary folder, prints a table, and ends with 1 where a kill left anything else.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.soak_places import PLACES, Place, State

#: Seconds after the first sign of a change within which the aimed half of the kills comes.
_NEAR = 0.08
#: At most so many kills before the command is let through; the second falls upon what the first has left.
_IN_A_ROW = 3
#: Seconds after a kill within which the kernels that the command had started must be gone.
_ORPHANS = 10.0


class Left(AssertionError):
    """A kill left something that is neither the earlier nor the later state, or nothing recovered from it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill each command as often as it was asked; print one row for each."""
    parser = argparse.ArgumentParser(description="kill -9 at random moments of refresh, build and release")
    parser.add_argument("commands", nargs="*", metavar="COMMAND", help=f"of {', '.join(PLACES)}; all if left out")
    parser.add_argument("--kills", type=int, default=100, help="for each command")
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    given = parser.parse_args(arguments)
    if unknown := sorted(set(given.commands) - set(PLACES)):
        parser.error(f"found {', '.join(unknown)}; allowed: {', '.join(PLACES)}")
    print(
        f"{'command':<9}{'kills':>7}{'earlier':>9}{'later':>7}{'between':>9}{'locks':>7}{'halves':>8}{'recovered':>11}"
    )
    failed = False
    for name in given.commands or PLACES:
        with tempfile.TemporaryDirectory(prefix="btc-kills-") as folder:
            try:
                print(row(name, kills(PLACES[name](Path(folder)), given.kills, given.seed)), flush=True)
            except Left as fault:
                failed = True
                print(f"{name}: {fault}", flush=True)
    return 1 if failed else 0


def row(name: str, seen: Counter[str]) -> str:
    """Return one line of the table.

    `recovered`: how often the command was let through after one to three kills, and came to the later state.
    `between`: a change that was decided and not yet moved in, which every reader refuses and the next command finishes;
    or a released edition, whole, of which the front page does not tell yet. `locks` and `halves`: kills that left a
    lock file, and a half-made folder or file.
    """
    return (
        f"{name:<9}{seen['kills']:>7}{seen['earlier']:>9}{seen['later']:>7}{seen['between']:>9}{seen['locks']:>7}"
        f"{seen['halves']:>8}{seen['recovered']:>11}"
    )


def kills(place: Place, wanted: int, seed: int) -> Counter[str]:
    """Kill the command of a place this often, and count what was found.

    Raises
    ------
    Left
        Where a kill left anything but a complete state, or the next run did not come to the later one.
    """
    chance = random.Random(seed)
    place.lay_out()
    begun = time.monotonic()
    place.change()
    whole(place)
    lasts = time.monotonic() - begun
    seen: Counter[str] = Counter()
    while seen["kills"] < wanted:
        place.change()
        earlier = place.state()
        scenes = []
        for _ in range(min(chance.randint(1, _IN_A_ROW), wanted - seen["kills"])):
            scene = one_kill(place, chance, lasts)
            if scene is None:  # it was done before it could be killed; that does not count
                break
            scenes.append(scene)
        if scenes:
            whole(place)
            seen["recovered"] += 1
        later = place.settled()
        for scene in scenes:
            seen.update({"kills": 1, scene.verdict(place, earlier, later): 1})
            seen.update({"locks": bool(scene.locks), "halves": bool(scene.halves)})
        print(f"{seen['kills']} kills", file=sys.stderr, flush=True)
    place.compare_with_one_never_killed()
    return seen


@dataclass(frozen=True)
class Scene:
    """What one kill left: when it came, the state, what lay about, and whether a change was decided."""

    when: str
    state: State
    halves: int
    locks: int
    decided: bool

    def verdict(self, place: Place, earlier: State, later: State) -> str:
        """Return which state was left, "earlier", "later" or "between"; refuse a mixture."""
        if earlier == later:
            raise Left(f"killed {self.when}: the run that followed changed nothing, so that this kill shows nothing")
        if self.state in (earlier, later):
            return "earlier" if self.state == earlier else "later"
        if self.decided and place.parts_whole(self.state, earlier, later):
            return "between"
        names = sorted(name for name in {*self.state, *later} if self.state.get(name) != later.get(name))
        raise Left(f"killed {self.when}: a mixture was left; the later state differs in {', '.join(names[:8])}")


def one_kill(place: Place, chance: random.Random, lasts: float) -> Scene | None:
    """Kill the command once, and note what it left; `None` where it was done before."""
    aimed = chance.random() < 0.5
    moment = chance.uniform(0, _NEAR if aimed else lasts)
    group = killed(place, moment, place.at_work if aimed else None)
    if group is None:
        return None
    no_orphans(group)
    when = f"{moment:.3f} s after {'the first sign of a change' if aimed else 'the start'}"
    return Scene(when, place.state(), len(place.halves()), len(place.locks()), place.decided())


def started(place: Place) -> subprocess.Popen[bytes]:
    """Start the command in a session of its own."""
    return subprocess.Popen(
        place.command(),
        cwd=place.folder,
        env=place.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def whole(place: Place) -> None:
    """Run the command to its end."""
    process = started(place)
    _, said = process.communicate(timeout=600)
    if not place.is_done(process.returncode, said.decode(errors="replace")):
        raise Left(f"the run after it ended with {process.returncode}: {said.decode(errors='replace')[-600:]}")


def killed(place: Place, moment: float, sign: Callable[[], bool] | None) -> int | None:
    """Kill the command after a while, counted from its start or from a sign; return its process group, or `None`."""
    process = started(place)
    while sign is not None and process.poll() is None and not sign():
        time.sleep(0.0005)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(moment)
    process.kill()
    process.wait()
    assert process.stderr is not None
    process.stderr.close()
    return process.pid if process.returncode == -signal.SIGKILL else None


def no_orphans(group: int) -> None:
    """Wait until what the command had started is gone; end it, and say so, where it stays."""
    until = time.monotonic() + _ORPHANS
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.killpg(group, signal.SIGKILL)
    raise Left(f"a process that it had started still ran {_ORPHANS:.0f} seconds after it was killed")


if __name__ == "__main__":
    if shutil.which("git") is None:
        raise SystemExit("needs git: a release is made from a commit.")
    sys.exit(main())
