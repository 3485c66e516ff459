# SPDX-License-Identifier: AGPL-3.0-or-later
"""One word each way: the words of the domain, and those that would blur them."""

import ast
import re
from collections.abc import Iterator

from portal.core.web.access import Role
from tests.conformance.records import desk_tables
from tests.conformance.sources import CODE, name, nodes, python_files

# Italian in the interface, English in the code (DESIGN 2).
GLOSSARY = {
    "rete": "network",
    "sportello": "desk",
    "utente": "person",
    "accesso": "visit",
    "richiesta": "enquiry",
    "tipologia": "topic",
    "pratica": "case",
    "relazione": "report",
    "edizione": "edition",
    "confronto": "baseline",
    "totali storici": "past total",
    "incidenza": "incidence",
    "variazione": "variation",
    "bozza": "draft",
    "conteggio": "tally",
    "foglio": "sheet",
    "unione": "merge",
    "senza nome": "nameless",
    "possibile doppione": "candidate",
    "tasto": "key",
    "operatore": "operator",
    "responsabile": "manager",
    "lettore": "reader",
    "supervisore": "overseer",
}
# Nouns without a translation, and the title of a thing that is itself Italian.
UNTRANSLATED = {"relazione", "comune", "codice_fiscale", "questura", "permesso", "nulla_osta"}
MODULES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "service"}
MODULES |= {"services", "misc", "base", "shared", "repository", "constants", "types"}
# A request is Flask's, a user is the desk's person in a period, a tenant is a desk.
BLURRED = {
    "request_id": "enquiry",
    "user_id": "person or account",
    "client_id": "person",
    "citizen": "person",
    "tenant": "desk",
    "tenant_id": "desk",
    "office": "desk",
    "contact": "visit",
    "appointment_id": "visit",
    "category": "topic",
    "tag": "topic",
}
# Two persons who may be one are candidates, and their cards are merged: no second word for either,
# nor for what is told of an edition and to whom.
MATCHING = {"twin", "double", "likely", "similar", "resembl", "union", "telling", "disclosing"}
OF_SQLALCHEMY = {"union_all"}


def _names() -> Iterator[tuple[str, str]]:
    kinds = (ast.FunctionDef, ast.ClassDef, ast.arg, ast.Name)
    for path in python_files("portal", "worker", "migrations"):
        for node in nodes(path, *kinds):
            said = (
                getattr(node, "name", None) or getattr(node, "arg", None) or getattr(node, "id", "")
            )
            yield name(path), str(said)


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = [name(path) for path in python_files(*CODE) if path.stem in MODULES]
    assert drawers == []
    classes = {said for _path, said in _names() if said.endswith(("Manager", "Service", "Helper"))}
    assert classes <= {"LoginManager", "AbstractContextManager"}


def test_no_name_blurs_a_word_of_the_domain() -> None:
    assert [(path, said) for path, said in _names() if said in BLURRED] == []
    tables = {table.name for table in desk_tables()}
    assert not tables & {"request", "user", "contact", "service", "ticket"}
    assert {"person", "visit", "enquiry", "past_total"} <= tables


def test_candidates_and_merges_have_no_second_word() -> None:
    named = {*_names(), *((name(path), path.stem) for path in python_files("portal", "worker"))}
    found = [
        (path, written)
        for path, written in sorted(named)
        if written not in OF_SQLALCHEMY
        and any(word.startswith(tuple(MATCHING)) for word in _words(written))
    ]
    assert found == []


def _words(written: str) -> list[str]:
    return re.findall(r"[a-z]+", re.sub(r"(?<!^)(?=[A-Z])", "_", written).lower())


def test_italian_words_of_the_domain_have_their_english_name() -> None:
    """A class or function named in Italian would give one thing two names."""
    italian = set(GLOSSARY) - UNTRANSLATED
    found = [(path, said) for path, said in _names() if italian & set(_words(said))]
    # Names of fields that stand in an address are read by people.
    assert {
        entry for entry in found if entry[1] not in ("confronto", "prospetto", "periodo")
    } == set()


def test_roles_are_those_of_the_glossary() -> None:
    assert {role.value for role in Role} <= set(GLOSSARY.values())


def test_the_glossary_is_the_designs() -> None:
    """Each English word of the list is in use, or belongs to a slice that is still to come."""
    written = " ".join(said for _path, said in _names()).lower()
    unused = {word for word in GLOSSARY.values() if word.replace(" ", "_") not in written}
    assert unused <= {"case", "edition"}
