"""Say what a long piece of work is doing: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, TextIO


class Progress:
    """A bar while a known number of steps is done, or a line for each step where nobody watches.

    Parameters
    ----------
    total
        How many steps there are.
    stream
        Where to write; the error stream, so that results on the standard stream stay clean.
    """

    def __init__(self, total: int, *, stream: TextIO | None = None) -> None:
        self.total = total
        self.done = 0
        self.stream = stream or sys.stderr
        self._bar: Any = None

    def __enter__(self) -> Progress:
        if self.stream.isatty():
            from tqdm import tqdm

            self._bar = tqdm(
                total=self.total, file=self.stream, unit="step", leave=False, mininterval=0, dynamic_ncols=True
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def say(self, text: str) -> None:
        """Say what is going on, without a step being done."""
        if self._bar is not None:
            self._bar.set_description_str(text)
        else:
            self._line(text)

    def step(self, text: str) -> None:
        """Say that a step is done."""
        self.done += 1
        if self._bar is not None:
            self._bar.set_description_str(text)
            self._bar.update(1)
        else:
            self._line(f"[{self.done}/{self.total}] {text}")

    def _line(self, text: str) -> None:
        self.stream.write(f"{text}\n")
        self.stream.flush()
