"""How does what a chapter shows reach the builder? Each thing shown is one display output that says what it is.

The output's metadata carries `btc_eval`: the kind of thing and its record. A pasted phrase and a finding are also
what the book's paste role reads: a record under `scrapbook`, as text. The text is written as a Python string literal,
because the role evaluates what it reads: the words "2021" would otherwise become a number, and a phrase in quotes
would lose them.
"""

from __future__ import annotations

from typing import Any

_RECORD = "application/papermill.record/"


def _shell() -> Any:
    """Return the running notebook kernel's shell, or None outside a notebook."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:  # the library without the book's tools
        return None
    return get_ipython()


def _display(data: dict[str, str], metadata: dict[str, Any]) -> None:
    shell = _shell()
    if shell is not None:
        shell.display_pub.publish(data=data, metadata=metadata)


def record(key: str, text: str, about: dict[str, Any]) -> None:
    """Hand over a phrase that prose may paste under `key`; nothing is shown where the call stands."""
    _display(
        {f"{_RECORD}text/plain": repr(text)},
        {"scrapbook": {"name": key, "mime_prefix": _RECORD}, "btc_eval": about},
    )


def exhibit(html: str, about: dict[str, Any]) -> None:
    """Show a figure or a table where the call stands, and hand its record to the builder."""
    _display({"text/html": html}, {"btc_eval": about})


class Quiet:
    """A value that a notebook does not echo: it was shown already, or is meant for a sentence."""

    __slots__ = ()

    def _ipython_display_(self) -> None:
        return None
