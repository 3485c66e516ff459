# SPDX-License-Identifier: AGPL-3.0-or-later
"""What keeps a letter of any kind from leaving twice, or without its reason."""

from tests.mutants.mutant import Mutant

NOTICES = "tests/portal/mailings/test_notices.py::test_"
LETTERS = "tests/portal/mailings/test_actions.py::test_"
RESTORED = "tests/portal/mailings/test_restored.py::test_letters_on_their_way_come_back_uncertain"

SENT = (
    Mutant(
        "a letter that was taken meanwhile leaves all the same",
        (f"{LETTERS}who_was_overtaken_sends_nothing",),
        function="portal.core.work.delivery:_begin_data",
        old='if row.state != "claimed" or not kind.may_leave(row):',
        new="if not kind.may_leave(row):",
    ),
    Mutant(
        "a letter leaves that has lost its reason",
        (f"{NOTICES}approved_while_the_server_is_reached_it_stays_here",),
        function="portal.core.work.delivery:_begin_data",
        old=" or not kind.may_leave(row):",
        new=":",
    ),
    Mutant(
        "nobody is told that an edition waits",
        (f"{NOTICES}the_letter_says_what_to_do_and_no_figure",),
        function="portal.reports.editions.lifecycle:build_edition",
        old="if on_ready:",
        new="if False:",
    ),
    Mutant(
        "a letter is lost that has to wait",
        (f"{NOTICES}while_the_edition_is_made_anew_the_letter_waits",),
        function="portal.core.work.delivery:_claim",
        old="jobs.retry_later(job_id)",
        new="jobs.finish(job_id)",
    ),
    Mutant(
        "a restored copy leaves letters under way",
        (RESTORED,),
        function="portal.core.work.delivery:hold_back_letters",
        old='"uncertain"',
        new="letter.state",
    ),
    Mutant(
        "a manager is written to about an edition that was approved",
        (f"{NOTICES}an_edition_approved_before_it_leaves_needs_no_letter",),
        function="portal.mailings.actions:_write_notice",
        old='if edition.state == "approved":',
        new="if False:",
    ),
)
