"""Where do readers of a copy write to? One address, set by whoever publishes the copy; where none is, pages say so.

It stands in `_config.yml` under `sphinx: config: html_context: feedback`, so that a draft made without the builder has
it too. An address that is wrong is worse than none: it is refused before a page shows it.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from btc_eval.errors import RefusedError, refuse

_PLACE = ("sphinx", "config", "html_context", "feedback")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_MAIL = re.compile(rf"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:{_LABEL}\.)+[A-Za-z]{{2,24}}")
# What may stand in an address of a page as it is: anything else is written as %20 and the like.
_REST = r"(?::\d{1,5})?(?:/[A-Za-z0-9._~/%+-]*)?(?:\?[A-Za-z0-9._~/%+=&-]*)?(?:#[A-Za-z0-9_-]*)?"
_PAGE = re.compile(rf"https://(?:{_LABEL}\.)+{_LABEL}{_REST}")
_LONGEST = 254


def address(config: Path) -> str:
    """Which address is set for this copy? "" where none is.

    Parameters
    ----------
    config
        The book's settings, `_config.yml`.

    Raises
    ------
    RefusedError
        With the line, for anything but an e-mail address or the https address of a page.
    """
    given, line = _given(config)
    if given is None or given == "":
        return ""
    if isinstance(given, str) and len(given) <= _LONGEST and (is_mail(given) or _PAGE.fullmatch(given)):
        return given
    raise _refused(line, "something that is neither an e-mail address nor an https address")


def is_mail(given: str) -> bool:
    """Is this an e-mail address?

    Examples
    --------
    >>> is_mail("reports@example.org"), is_mail("reports@example"), is_mail("A <a@example.org>")
    (True, False, False)
    """
    return _MAIL.fullmatch(given) is not None


def _given(config: Path) -> tuple[Any, int]:
    """Return what stands there, and its line; `None` where nothing does."""
    import yaml

    try:
        node = yaml.compose(config.read_text(encoding="utf-8"), yaml.SafeLoader)
    except (OSError, yaml.YAMLError):
        return None, 0  # refused with its own words where the settings are read
    for name in _PLACE:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for key, value in pairs if key.value == name), None)
        if node is None:
            return None, 0
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.ScalarNode):
        raise _refused(line, "a list or several entries")
    return (None if node.tag.endswith(":null") else node.value.strip()), line


def _refused(line: int, found: str) -> RefusedError:
    return refuse(
        "_config.yml",
        f"line {line}, {_PLACE[-1]}",
        found=found,
        allowed="an e-mail address such as reports@example.org, an https address of a page, or nothing",
        do="Correct it, or leave it empty: pages then say that no address has been set.",
    )


def words(given: str) -> dict[str, str]:
    """What do pages, their foot and the workbook say of it?

    Returns
    -------
    dict
        `feedback`, sentences in Markdown; `feedback_address`, the address itself; `feedback_link`, where it leads;
        `feedback_said`, the words before the address, or instead of one.

    Examples
    --------
    >>> words("reports@example.org")["feedback"]
    'Write to <a href="mailto:reports@example.org">reports@example.org</a>.'
    """
    if not given:
        told = (
            "No address has been set for this copy of the report: whoever publishes a copy sets one. Until then, say "
            "it where you obtained the source, or to whoever gave you this site."
        )
        said = "No address for feedback has been set for this copy: whoever publishes a copy sets one."
        return {"feedback": told, "feedback_address": "", "feedback_link": "", "feedback_said": said}
    mail = is_mail(given)
    link = f"mailto:{given}" if mail else given
    # As HTML: what renders Markdown would write the address of a letter in signs of its own.
    written = f'<a href="{html.escape(link)}">{html.escape(given)}</a>'
    return {
        "feedback": f"{'Write to' if mail else 'Use'} {written}.",
        "feedback_address": given,
        "feedback_link": link,
        "feedback_said": "To tell us of a mistake, write to" if mail else "To tell us of a mistake, use",
    }
