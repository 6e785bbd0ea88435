"""Staged pages into HTML: Jupyter Book's settings, Sphinx in this process, every warning a refusal."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from btc_eval.edition import fingerprint
from btc_eval.edition.layout import BOOK, Layout
from btc_eval.errors import Refusal, RefusedError, refuse

#: Extensions that Jupyter Book switches on and that ask other machines for something, or that no page uses.
UNUSED = (
    "sphinx_thebe",
    "sphinx_comments",
    "sphinx.ext.intersphinx",
    "sphinx_jupyterbook_latex",
    "sphinx_multitoc_numbering",
)

#: What lies beside the pages for Sphinx's own use, and for those who write a theme; by name, in any folder.
NOT_PUBLISHED = ("_sources", ".buildinfo", ".buildinfo.bak", "reports", ".doctrees", "locales", "*.map")

_LEVEL = r"(?:WARNING|ERROR|SEVERE|CRITICAL): "
_PLACED = re.compile(rf"^(?P<file>[^:\n]+?\.(?:md|yml|py|html|rst))(?::(?P<line>\d+))?: {_LEVEL}")
_UNPLACED = re.compile(rf"^{_LEVEL}")


def settings(where: Layout, source: Path, context: Mapping[str, Any]) -> dict[str, Any]:
    """With which settings does Sphinx render? `_config.yml` through Jupyter Book, executing nothing.

    Parameters
    ----------
    where
        The folders of the build.
    source
        The staged folder.
    context
        What templates may say about the edition, under the name `edition`.
    """
    import jsonschema  # type: ignore[import-untyped]
    import yaml
    from jupyter_book.config import get_final_config

    try:
        config, _ = get_final_config(
            user_yaml=yaml.safe_load(where.config.read_text(encoding="utf-8")),
            cli_config={"latex_individualpages": False},
            validate=True,
            raise_on_invalid=True,
        )
    except (yaml.YAMLError, jsonschema.ValidationError, ValueError) as error:
        raise refuse(
            "_config.yml",
            "",
            found=f"settings that Jupyter Book does not accept ({' '.join(str(error).split())})",
            allowed="the settings of Jupyter Book 1.x",
            do="Correct the key named in the message.",
        ) from error
    config.pop("latex_individualpages", None)
    config["extensions"] = [name for name in config["extensions"] if name not in UNUSED]
    for key in ("comments_config", "use_multitoc_numbering", "use_jupyterbook_latex", "latex_engine"):
        config.pop(key, None)
    own = ("bibtex_bibfiles",) if "bibtex_bibfiles" in config else ()
    for key in ("html_static_path", "templates_path", *own):
        config[key] = [str(path).removeprefix(f"{BOOK}/") for path in config.get(key) or []]
    if (source / "_static").is_dir() and "_static" not in config["html_static_path"]:
        config["html_static_path"].append("_static")
    config |= {
        "nb_execution_mode": "off",
        "nb_custom_formats": {".md": ["nbformat.reads", {"as_version": 4}, False]},
        "external_toc_path": "_toc.yml",
        "external_toc_exclude_missing": True,
        "html_copy_source": False,
        "nitpicky": True,
        "html_context": {**config.get("html_context", {}), "edition": dict(context)},
    }
    return dict(config)


def render(where: Layout, source: Path, config: Mapping[str, Any]) -> Path:
    """What do the staged pages look like?

    What Sphinx read and wrote is kept between builds, and thrown away when the settings, the theme, a template, a
    package or the part of the library that renders has changed. A page is written again when it changed; all are when
    anything changed that one page shows of another (see `_shape`).

    Returns
    -------
    Path
        The folder of HTML pages, in the work folder.

    Raises
    ------
    RefusedError
        With one fault for each warning, with its page and line.
    """
    folder = where.work / "sphinx"
    base = _base(where, source, config)
    stamp = folder / "base"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != base:
        shutil.rmtree(folder, ignore_errors=True)
    html = folder / "html"
    _place_style(html / "_static")
    # Gone while Sphinx works: what a killed build leaves is not built upon.
    stamp.unlink(missing_ok=True)
    faults = read_warnings(_sphinx(source, html, folder, config), source)
    if faults:
        shutil.rmtree(folder, ignore_errors=True)
        raise RefusedError(faults)
    stamp.write_text(base, encoding="utf-8")
    return html


def _place_style(static: Path) -> None:
    """Put the notebook style where Sphinx looks for it when it writes a page.

    Its checksum becomes part of the address where the file lies there already, so that the first page written and the
    first page written again would otherwise differ.
    """
    import myst_nb.static

    static.mkdir(parents=True, exist_ok=True)
    style = Path(str(myst_nb.static.__file__)).with_name("mystnb.css")
    shutil.copyfile(style, static / f"mystnb.{fingerprint.sha256_file(style)}.css")


def _shape(env: Any) -> str:
    """Return one hash of all that a page may show of another: titles, labels, terms, equations, the order of pages."""
    titles = {name: title.astext() for name, title in env.titles.items()}
    slugs = {name: about.get("myst_slugs") for name, about in env.metadata.items()}
    domains = {name: env.domaindata[name] for name in ("std", "math", "citation", "index") if name in env.domaindata}
    numbers = (env.toc_secnumbers, env.toc_fignumbers, env.toctree_includes)
    return fingerprint.sha256_of([_steady(part) for part in (titles, slugs, domains, *numbers)])


def _steady(node: Any) -> Any:
    """Return nested values as text in an order that does not depend on who came first."""
    if isinstance(node, dict):
        return sorted((str(key), _steady(value)) for key, value in node.items())
    if isinstance(node, set | frozenset):
        return sorted(str(item) for item in node)
    if isinstance(node, list | tuple):
        return [_steady(item) for item in node]
    return str(node)


def _base(where: Layout, source: Path, config: Mapping[str, Any]) -> str:
    """Return one hash of all that shapes every page, save the pages themselves and the words about the edition."""
    library = fingerprint.library_folder()
    lasting = {key: value for key, value in config.items() if key != "html_context"}
    return fingerprint.sha256_of(
        [
            repr(sorted(lasting.items(), key=lambda item: item[0])),
            fingerprint.environment(),
            fingerprint.sha256_file(source / "_toc.yml"),
            {name: sha for name, sha in fingerprint.tree(source).items() if not name.endswith(".md")},
            fingerprint.tree(library / "publish"),
            fingerprint.tree(library / "edition"),
            str(where.root),
        ]
    )


def _sphinx(source: Path, html: Path, folder: Path, config: Mapping[str, Any]) -> str:
    """Run Sphinx and return everything it warned of."""
    from myst_nb.ext.glue.crossref import read_glue_cache
    from sphinx.application import Sphinx
    from sphinx.errors import SphinxError
    from sphinx.util.console import nocolor
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    kept = folder / "shape"

    def others(_app: Any, env: Any) -> list[str]:
        """Have all pages written where one may show something new of another."""
        shape = _shape(env)
        before = kept.read_text(encoding="utf-8") if kept.is_file() else ""
        kept.write_text(shape, encoding="utf-8")
        return [] if shape == before else sorted(env.found_docs)

    def plain_works(_app: Any, _page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
        """Give the list of works roles that its elements may have: what Sphinx writes is not allowed on them."""
        if "body" in context:
            context["body"] = context["body"].replace(' role="doc-biblioentry"', ' role="listitem"')

    nocolor()
    read_glue_cache.cache_clear()
    warnings = io.StringIO()
    try:
        with patch_docutils(str(source)), docutils_namespace():
            app = Sphinx(
                srcdir=source,
                confdir=None,
                outdir=html,
                doctreedir=folder / "doctrees",
                buildername="html",
                confoverrides=dict(config),
                status=None,
                warning=warnings,
                keep_going=True,
            )
            app.connect("env-updated", others)
            app.connect("html-page-context", plain_works)
            app.build()
    except SphinxError as error:
        return f"{warnings.getvalue()}ERROR: {' '.join(str(error).split())}\n"
    return warnings.getvalue()


def forget_old_words(site: Path) -> None:
    """Take the words that no page holds any more out of the index of the search.

    Sphinx keeps them, without a page, from one build to the next: a word that was taken out of the report could still
    be read there, and the same pages would have other bytes where an earlier state was built before.
    """
    path = site / "searchindex.js"
    found = re.fullmatch(r"(Search\.setIndex\()(.*)(\)\s*)", path.read_text(encoding="utf-8"), re.DOTALL)
    if found is None:
        raise refuse(
            "searchindex.js",
            "",
            found="an index of another shape than Sphinx has written so far",
            allowed="Search.setIndex(…) around JSON",
            do="Install the Sphinx of requirements.lock, or teach btc_eval.edition.render the new shape.",
        )
    index = json.loads(found[2])
    for name in ("terms", "titleterms"):
        index[name] = {word: pages for word, pages in index[name].items() if pages != []}
    text = json.dumps(index, separators=(",", ":"), sort_keys=True)
    path.write_text(f"{found[1]}{text}{found[3]}", encoding="utf-8")


def read_warnings(text: str, source: Path) -> list[Refusal]:
    """Which faults did Sphinx find? One for each warning, under the chapter's own name and line."""
    faults: list[Refusal] = []
    for line in text.splitlines():
        match = _PLACED.match(line) or _UNPLACED.match(line)
        if match is None:
            if line.strip() and faults:
                last = faults.pop()
                faults.append(Refusal(last.file, last.place, f"{last.found} {line.strip()}", last.allowed, last.do))
            continue
        parts = match.groupdict()
        file = Path(parts["file"]) if parts.get("file") else None
        if file is not None and file.is_relative_to(source):
            name = f"{BOOK}/{file.relative_to(source).as_posix()}"
        else:
            name = str(file or "the book")
        faults.append(
            Refusal(
                file=name,
                place=f"line {parts['line']}" if parts.get("line") else "",
                found=line[match.end() :].strip(),
                allowed="pages that render without a warning",
                do="Correct the page; a cross-reference or a key is often mistyped.",
            )
        )
    return faults
