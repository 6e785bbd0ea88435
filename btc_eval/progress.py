"""Say what a long piece of work is doing, and how long it may still take. Floor 1; tqdm on a terminal, nothing else.

A bar on a terminal, plain lines elsewhere. The time left is reckoned from what the same steps took last time, where
that was kept, at the speed of those done so far; else from the pace of this run.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType, TracebackType
from typing import Any, TextIO, TypeVar

Item = TypeVar("Item")

_BAR = "{desc} {bar} {n_fmt}/{total_fmt}{postfix}"

#: Fewer seconds than this are not worth a word.
_SHORT = 5.0

_watching: ContextVar[Progress | None] = ContextVar("watching", default=None)


class Progress:
    """A bar while steps are done, or a line for each step where nobody watches.

    Parameters
    ----------
    total
        How many steps there are.
    stream
        Where to write; the error stream, so that results on the standard stream stay clean.
    expected
        Name of a step to the seconds it took last time; steps that are to be done and are not in it take as long as
        the middle one of those that are.
    together
        Names of the steps of which several are done at once.
    jobs
        How many.
    every
        Seconds between two lines where nobody watches; for work whose steps are short.
    clock
        Seconds that only grow.
    """

    def __init__(
        self,
        total: int,
        *,
        stream: TextIO | None = None,
        expected: Mapping[str, float] = MappingProxyType({}),
        together: Iterable[str] = (),
        jobs: int = 1,
        every: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.total, self.done = total, 0
        self.stream = stream or sys.stderr
        self.measured: dict[str, float] = {}
        self._together, self._jobs = frozenset(together), max(jobs, 1)
        self._expected, self._waiting = dict(expected), dict(expected)
        self._every, self._clock = every, clock
        self._begun = self._last = self._line_at = clock()
        self._bar: Any = None

    def __enter__(self) -> Progress:
        self._begun = self._last = self._line_at = self._clock()
        if self.stream.isatty():
            from tqdm import tqdm

            self._bar = tqdm(
                total=self.total, file=self.stream, leave=False, mininterval=0, dynamic_ncols=True, bar_format=_BAR
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def more(self, steps: int) -> None:
        """Say that there is more to do than was known."""
        self.total += steps
        if self._bar is not None:
            self._bar.total = self.total
            self._bar.refresh()

    def say(self, text: str) -> None:
        """Say what is going on, without a step being done."""
        self._tell(text, self.left(), counted=False)

    def step(self, text: str, name: str = "", seconds: float | None = None) -> None:
        """Say that a step is done.

        Parameters
        ----------
        text
            What was done.
        name
            The step's name in `expected`; "" where no time of it is kept.
        seconds
            How long it took; `None` for the time since the step before.
        """
        now = self._clock()
        if name:
            self.measured[name] = now - self._last if seconds is None else seconds
            self._waiting.pop(name, None)
        self._last = now
        self.done += 1
        self._tell(text, self.left(), counted=True)

    def left(self) -> float | None:
        """How many seconds may it still take? `None` where there is nothing to go by."""
        todo = self.total - self.done
        if todo <= 0:
            return 0.0 if self.done else None
        if not self._expected:
            return (self._clock() - self._begun) / self.done * todo if self.done else None
        usual = sorted(self._expected.values())[len(self._expected) // 2]
        at_once = [seconds for name, seconds in self._waiting.items() if name in self._together]
        after = sum(seconds for name, seconds in self._waiting.items() if name not in self._together)
        unknown = max(todo - len(self._waiting), 0) * usual
        ahead = max(max(at_once, default=0.0), sum(at_once) / self._jobs) + after + unknown / self._jobs
        return max(ahead * self._pace() - (self._clock() - self._last), 0.0)

    def _pace(self) -> float:
        """How much longer than last time did the steps take that are done? From a half to four times."""
        known = [name for name in self.measured if self._expected.get(name)]
        before = sum(self._expected[name] for name in known)
        return min(max(sum(self.measured[name] for name in known) / before, 0.5), 4.0) if before else 1.0

    def _tell(self, text: str, left: float | None, *, counted: bool) -> None:
        said = time_left(left)
        if self._bar is not None:
            self._bar.set_description_str(text, refresh=False)
            self._bar.set_postfix_str(said, refresh=not counted)
            if counted:
                self._bar.update(1)
            return
        if self._every and self._clock() - self._line_at < self._every:
            return
        self._line_at = self._clock()
        number = f"[{self.done}/{self.total}] " if counted else ""
        self.stream.write(f"{number}{text}{f', {said}' if said else ''}\n")
        self.stream.flush()


def time_left(seconds: float | None) -> str:
    """Say roughly how long it may still take; "" where that is not known, or too short to be worth a word.

    Examples
    --------
    >>> [time_left(seconds) for seconds in (None, 3.0, 20.0, 70.0, 9000.0)]
    ['', '', 'less than a minute left', 'about 2 min left', 'about 3 h left']
    """
    if seconds is None or seconds < _SHORT:
        return ""
    if seconds < 50:
        return "less than a minute left"
    minutes = math.ceil(seconds / 60)
    return f"about {minutes} min left" if minutes < 100 else f"about {math.ceil(minutes / 60)} h left"


@contextmanager
def watched(progress: Progress | None) -> Iterator[None]:
    """Let whatever works through a list below (`through`) tell this progress, if any, while the block runs."""
    token = _watching.set(progress)
    try:
        yield
    finally:
        _watching.reset(token)


def through(items: Iterable[Item], say: Callable[[Item], str]) -> Iterator[Item]:
    """Give these one by one, and tell whoever watches when each is done with. Without a watcher nothing is said."""
    progress, held = _watching.get(), list(items)
    if progress is not None:
        progress.more(len(held))
    for item in held:
        yield item
        if progress is not None:
            progress.step(say(item))
