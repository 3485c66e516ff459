# SPDX-License-Identifier: AGPL-3.0-or-later
"""What keeps editions and tables of earlier builds as they were."""

from tests.mutants.mutant import Mutant

UPGRADES = "tests/builds/test_upgrades.py::test_"
DIFFERENCES = "tests/portal/reports/editions/test_differences.py::test_"

LASTING = (
    Mutant(
        "a build opens tables older than itself",
        (f"{UPGRADES}code_does_not_start_on_tables_it_does_not_know",),
        function="portal.core.store.schema:refuse_other_version",
        old="if found < expected:",
        new="if False:",
    ),
    Mutant(
        "a build opens tables newer than itself",
        (f"{UPGRADES}code_does_not_start_on_tables_it_does_not_know",),
        function="portal.core.store.schema:refuse_newer_version",
        old="found > expected:",
        new="False:",
    ),
    Mutant(
        "nobody says what a migrated database lacks",
        (f"{UPGRADES}migrate_says_what_is_missing",),
        function="portal.upgrade:refuse_incomplete",
        old="if not difference.is_nothing:",
        new="if False:",
    ),
    Mutant(
        "a line of a later list corrects an approved edition",
        (f"{DIFFERENCES}lines_of_a_later_list_are_no_correction",),
        function="portal.reports.editions.differences:_nonzero",
        old=" if number}",
        new="}",
    ),
    Mutant(
        "a figure that came later corrects an approved edition",
        (f"{DIFFERENCES}figures_that_came_later_are_no_correction",),
        function="portal.reports.editions.differences:_differs",
        old="if number is not None",
        new="if True",
    ),
    Mutant(
        "an edition of a later schema is misread",
        (f"{DIFFERENCES}an_edition_of_a_later_build_is_refused",),
        function="portal.reports.editions.schemas:refuse_newer",
        old='int(frozen.get("schema", 0)) > newest',
        new="False",
    ),
)
