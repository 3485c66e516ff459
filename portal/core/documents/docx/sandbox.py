# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the source of a template may do: print words of the schema, choose with if, walk with for.

A desk's manager uploads templates, so each source is read before it runs, whichever part of the
file it stands in; what it may not do is refused in one sentence, and the sandbox stands behind.
A loop goes only deeper into what the loop around it holds: no template takes longer than its
document is large.
"""

from collections.abc import Sequence
from functools import lru_cache
from re import Match
from re import compile as pattern
from typing import Any

from flask_babel import gettext as _
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from portal.core.documents.docx.words import (
    FLAG,
    LOOP,
    MANY,
    NUMBER,
    PRINTED,
    SCHEMA,
    TEXT,
    WHOLE,
)
from portal.core.errors import Refusal
from portal.core.italy import formats

FILTERS = ("upper", "lower", "capitalize", "title", "trim", "length", "join", "default")
_TAKES = {"join": (TEXT + MANY,)}
MOST_TAGS = 400
LOOP_NAME = "loop"
MOST_BRACES = 4 * MOST_TAGS
_MARKUP = pattern(r"<[^>]*>")
_TOKEN = pattern(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
# What docxtpl itself reads in a tag: cells to be merged or coloured, a value without its paragraph.
_OWN = {"{%": pattern(r"\s*(vm|hm|colspan|cellbg)\b"), "{{": pattern(r"(p|r|tr|tc)\s")}
Variables = dict[str, str]


def _environment() -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    made.globals.clear()
    made.tests.clear()
    made.filters = {name: made.filters[name] for name in FILTERS}
    return made


_ENVIRONMENT = _environment()


def refused(sentence: str, **facts: Any) -> Refusal:
    """A refusal of the template, which the form shows beside its file."""
    return Refusal(sentence % facts if facts else sentence, field="template")


def check_tags(source: str) -> None:
    """Refuse a source whose braces do not pair; few, and each closed before the next is opened.

    docxtpl looks for tags with regular expressions that would take minutes over some thousand
    braces without an end: measured, 350 s for 50 000.
    """
    flat = _MARKUP.sub(_braces_of, source)
    if flat.count("{") > MOST_BRACES:
        raise refused(_("Il modello ha troppi segnaposto."))
    opened = None
    for found in _TOKEN.finditer(flat):
        if (opened is None) != (found[0] in _CLOSING):
            raise _unpaired(flat, found.start())
        if opened is None:
            opened = found
            continue
        inside = flat[opened.end() : found.start()]
        own = _OWN.get(opened[0])
        if _CLOSING[opened[0]] != found[0]:
            raise _unpaired(flat, opened.start())
        if own and own.match(inside):
            raise refused(_("Il modello usa «%(tag)s», che qui non si può usare."),
                          tag=formats.shown(opened[0] + inside + found[0], 60))  # fmt: skip
        opened = None
    if opened is not None:
        raise _unpaired(flat, opened.start())


def _braces_of(markup: Match[str]) -> str:
    """A tag of XML counts where it has braces, in whatever quotes."""
    return markup[0] if "{" in markup[0] or "}" in markup[0] else ""


def _unpaired(flat: str, place: int) -> Refusal:
    near = formats.shown(flat[max(place - 10, 0) :], 40)
    return refused(_("Il modello ha graffe aperte e non chiuse, o chiuse e non aperte, vicino a "
                     "«%(near)s»."), near=near)  # fmt: skip


@lru_cache(maxsize=16)
def compiled(source: str, where: str) -> Template:
    """The source of a part, read and found harmless; `where` says in which part it stands."""
    try:
        tree = _ENVIRONMENT.parse(source)
        _Reading(source, where).of(tree.body, dict(SCHEMA[WHOLE]), ())
        return _ENVIRONMENT.from_string(tree)
    except TemplateSyntaxError as error:
        raise refused(
            _("Modello, %(where)s, vicino a «%(near)s»: c’è un segnaposto scritto male."),
            where=where, near=_near(source, error.lineno),
        ) from error  # fmt: skip
    except TemplateError as error:
        raise refused(
            _("Modello, %(where)s: c’è un segnaposto che non si può usare."), where=where
        ) from error


def _near(source: str, line: int | None) -> str:
    """The words of the paragraph: each begins a line of the source."""
    lines = source.split("\n")
    return formats.shown(_MARKUP.sub(" ", lines[min(line or 1, len(lines)) - 1]), 60)


class _Reading:
    """One source being read; a name in scope has the kind that SCHEMA gives it."""

    def __init__(self, source: str, where: str) -> None:
        self._source, self._where, self._tags = source, where, 0

    def of(self, body: Sequence[nodes.Node], scope: Variables, loops: tuple[str, ...]) -> None:
        """Read statements inside the loops whose variables are named, outermost first."""
        for node in body:
            self._count()
            if isinstance(node, nodes.Output):
                for printed in node.nodes:
                    self._printed(printed, scope)
            elif isinstance(node, nodes.If):
                self._kind(node.test, scope)
                for branch in (node.body, node.elif_, node.else_):
                    self.of(branch, scope, loops)
            elif isinstance(node, nodes.For):
                self._loop(node, scope, loops)
            else:
                raise self._not_allowed(node)

    def _count(self) -> None:
        self._tags += 1
        if self._tags > MOST_TAGS:
            raise refused(_("Modello, %(where)s: ci sono troppi segnaposto."), where=self._where)

    def _printed(self, node: nodes.Node, scope: Variables) -> None:
        if isinstance(node, nodes.TemplateData):
            return
        self._count()
        kind = self._kind(node, scope)
        if kind not in PRINTED:
            raise self._refused(node, _("«%(name)s» non è un testo da stampare"), name=_name(node))

    def _loop(self, node: nodes.For, scope: Variables, loops: tuple[str, ...]) -> None:
        kind = self._kind(node.iter, scope)
        target = node.target
        if not isinstance(target, nodes.Name) or target.name in SCHEMA[WHOLE] or node.recursive:
            raise self._not_allowed(node)
        if not kind.endswith(MANY):
            raise self._refused(node, _("«%(name)s» non è un elenco"), name=_name(node.iter))
        if loops and _root(node.iter) != loops[-1]:
            raise self._refused(
                node, _("dentro il ciclo su «%(loop)s» si può ripetere solo ciò che «%(loop)s» "
                        "contiene, non «%(name)s»"), loop=loops[-1], name=_name(node.iter),
            )  # fmt: skip
        inside = {**scope, target.name: kind.removesuffix(MANY), LOOP_NAME: LOOP}
        if node.test is not None:
            self._kind(node.test, inside)
        self.of(node.body, inside, (*loops, target.name))
        self.of(node.else_, scope, loops)

    def _kind(self, node: nodes.Node, scope: Variables) -> str:
        """The kind of what an expression gives; whatever else it is, is refused."""
        if isinstance(node, nodes.Const):
            return TEXT
        if isinstance(node, nodes.Name):
            return self._named(node, node.name, scope, None)
        if isinstance(node, nodes.Getattr):
            kind = self._kind(node.node, scope)
            return self._named(node, node.attr, SCHEMA.get(kind, {}), kind)
        if isinstance(node, nodes.Getitem):
            return self._item(node, scope)
        if isinstance(node, nodes.Filter) and node.node is not None:
            return self._filtered(node, node.node, scope)
        return self._condition(node, scope)

    def _condition(self, node: nodes.Node, scope: Variables) -> str:
        if isinstance(node, nodes.Not):
            parts: list[nodes.Node] = [node.node]
        elif isinstance(node, nodes.And | nodes.Or):
            parts = [node.left, node.right]
        elif isinstance(node, nodes.Compare) and all(one.op in ("eq", "ne") for one in node.ops):
            parts = [node.expr, *(one.expr for one in node.ops)]
        else:
            raise self._not_allowed(node)
        for part in parts:
            self._kind(part, scope)
        return FLAG

    def _item(self, node: nodes.Getitem, scope: Variables) -> str:
        kind = self._kind(node.node, scope)
        place = node.arg.value if isinstance(node.arg, nodes.Const) else None
        if isinstance(place, str):
            return self._named(node, place, SCHEMA.get(kind, {}), kind)
        if isinstance(place, int) and kind.endswith(MANY):
            return kind.removesuffix(MANY)
        raise self._not_allowed(node)

    def _filtered(self, node: nodes.Filter, on: nodes.Node, scope: Variables) -> str:
        arguments = [*node.args, *(pair.value for pair in node.kwargs)]
        plain = all(isinstance(one, nodes.Const) for one in arguments)
        if node.name not in FILTERS or node.dyn_args or node.dyn_kwargs or not plain:
            raise self._refused(node, _("il filtro «%(name)s» non si può usare: ci sono %(known)s"),
                                name=node.name, known=", ".join(FILTERS))  # fmt: skip
        kind = self._kind(on, scope)
        if kind not in _TAKES.get(node.name, (TEXT, NUMBER)) and node.name != "length":
            raise self._refused(
                node, _("il filtro «%(filter)s» non vale per «%(name)s»"), filter=node.name,
                name=_name(on),
            )  # fmt: skip
        return NUMBER if node.name == "length" else TEXT

    def _named(self, node: nodes.Node, name: str, known: Variables, kind: str | None) -> str:
        if name in known:
            return known[name]
        of = _(" di «%(kind)s»", kind=_name(node).rpartition(".")[0]) if kind else ""
        raise self._refused(node, _("il segnaposto «%(name)s» non esiste; quelli%(of)s sono: "
                                    "%(known)s"), name=_name(node), of=of,
                            known=", ".join(sorted(known)) or _("nessuno"))  # fmt: skip

    def _not_allowed(self, node: nodes.Node) -> Refusal:
        return self._refused(node, _("si possono solo stampare i segnaposto, e scegliere o "
                                     "ripetere parti con if e for"))  # fmt: skip

    def _refused(self, node: nodes.Node, sentence: str, **facts: str) -> Refusal:
        near = _near(self._source, node.lineno)
        return refused(_("Modello, %(where)s, vicino a «%(near)s»: %(why)s."),
                       where=self._where, near=near, why=sentence % facts)  # fmt: skip


def _root(node: nodes.Node) -> str | None:
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        node = node.node
    return node.name if isinstance(node, nodes.Name) else None


def _name(node: nodes.Node) -> str:
    """A name as it is written."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_name(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem):
        place = node.arg.value if isinstance(node.arg, nodes.Const) else "…"
        return f"{_name(node.node)}.{place}"
    return "…"
