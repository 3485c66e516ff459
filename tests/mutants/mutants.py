# SPDX-License-Identifier: AGPL-3.0-or-later
"""The mutants: a protection each, how it is taken away, and the tests that must then fail.

A statement in SQL is run on each fresh copy of the database. A change of code names a function,
a piece of its text and what stands there instead; where the piece is gone, the run says so.
"""

from tests.mutants.database import DATABASE
from tests.mutants.doors import DOORS
from tests.mutants.lasting import LASTING
from tests.mutants.letters import SENT
from tests.mutants.mutant import ISOLATION, MATRIX, ROUTES, TABLES, Mutant

LOGS = "tests/conformance/test_logs.py::test_"
VISITS = "tests/portal/visits/test_actions.py::test_"
SIGN_IN = "tests/portal/sign_in/test_views.py::test_"
SESSIONS = "tests/portal/accounts/test_sessions.py::test_"
DRAFTS = "tests/portal/counter/test_drafts.py::test_"
LOCKED = "tests/portal/counter/test_locked_drafts.py::test_"
MERGING = "tests/portal/person_pages/test_actions.py::test_"
PARTING = "tests/portal/person_pages/test_parting.py::test_"
FILES = "tests/portal/core/documents/test_csv.py::test_"
DISCLOSURE = "tests/portal/reports/disclosure/test_disclosure.py::test_"
DISCLOSING = "tests/portal/reports/disclosure/test_disclose.py::test_"
OUTSIDE = "tests/portal/mailings/test_public.py::test_"
TRUST = "tests/trust/test_"

CODE = (
    Mutant(
        "the desk outlives its transaction",
        (f"{TABLES}the_scope_ends_with_the_transaction",),
        function="portal.core.store.database:_set_scope",
        old="conn.execute(SET_SCOPE,",
        new="conn.execute(text(SET_SCOPE.text.replace('true', 'false')),",
    ),
    Mutant(
        "a transaction begins outside any scope",
        (f"{TABLES}no_transaction_begins_outside_a_scope",),
        function="portal.core.store.database:current_scope",
        old='raise RuntimeError("no scope is open: no transaction begins")',
        new="return Scope()",
    ),
    Mutant(
        "a scope keeps the objects of the one before",
        (f"{ISOLATION}objects_of_the_desk_before_are_forgotten",),
        function="portal.core.store.database:enter_scope",
        old="db.session.remove()",
        new="pass",
    ),
    Mutant(
        "a view says that it is open to all",
        (f"{ROUTES}the_table_is_the_url_map",),
        function="portal.app:create_app",
        old="access.refuse_undeclared_routes(app)",
        new="app.view_functions['person_pages.edit_person'].needed_permission = None",
    ),
    Mutant(
        "a silent route does not stop the start",
        (f"{ROUTES}a_silent_route_stops_the_start",),
        function="portal.core.web.access:refuse_undeclared_routes",
        old="if silent:",
        new="if False:",
    ),
    Mutant(
        "every role may do everything",
        (f"{ROUTES}refusals_are_written_down", f"{TRUST}revocation.py::test_a_lower_role"),
        function="portal.core.web.access:may",
        old="return permission is",
        new="return True or permission is",
    ),
    Mutant(
        "the gate asks for no membership",
        (
            f"{TRUST}revocation.py::test_who_was_removed",
            f"{TRUST}revocation.py::test_another_desk_is_not_there",
            f"{MATRIX}[not-yet-accepted-page]",
        ),
        function="portal.accounts.gate:_place",
        old="abort(404)",
        new="from tests.mutants.plugin import any_place; place = any_place(slug)",
    ),
    Mutant(
        "a role that ended goes on",
        (f"{TRUST}revocation.py::test_who_was_removed", f"{MATRIX}[removed-page]"),
        function="portal.accounts.queries:is_current",
        old="Membership.ended_at.is_not(None)",
        new="Membership.id.is_(None)",
    ),
    Mutant(
        "a disabled account's session goes on",
        (f"{TRUST}revocation.py::test_a_disabled_account",),
        function="portal.accounts.queries:_session_statement",
        old=", Account.disabled_at.is_(None))",
        new=")",
    ),
    Mutant(
        "a refused act counts as a use of the desk",
        (f"{MATRIX}[reader-page]",),
        function="portal.accounts.gate:admitted",
        old="        abort(403)",
        new=(
            "        with identity_scope(), separate():\n"
            "            actions.note_use(account_id=account.id, place_id=place.id)\n"
            "        abort(403)"
        ),
    ),
    Mutant(
        "htmx needs no permission",
        (f"{MATRIX}[reader-htmx]",),
        function="portal.accounts.gate:admitted",
        old="if not may(",
        new="if 'HX-Request' not in request.headers and not may(",
    ),
    Mutant(
        "a refused act leaves no trace",
        (f"{ROUTES}refusals_are_written_down",),
        function="portal.accounts.gate:admitted",
        old="_record_refusal(account, place)",
        new="pass",
    ),
    Mutant(
        "changes need no CSRF token",
        (f"{ROUTES}no_change_without_the_token",),
        function="portal.accounts.gate:_refuse_forged",
        old='current_app.extensions["csrf"].protect()',
        new="pass",
    ),
    Mutant(
        "the same form twice is not looked up",
        (f"{VISITS}the_same_form_twice_is_one_visit", f"{TRUST}twice.py::test_a_double_click"),
        function="portal.drafts.form_tokens:find_by_form_token",
        old="if form_token is None or",
        new="if True or",
    ),
    Mutant(
        "a form takes itself for the first of its twins",
        (f"{TRUST}twice.py::test_twenty_at_once_are_one_record[short-known]",),
        function="portal.drafts.form_tokens:sending",
        old="Sending(form_token, digest, first)",
        new="Sending(form_token, digest, True)",
    ),
    Mutant(
        "twins of a form do not wait for each other",
        (f"{TRUST}twice.py::test_a_double_click",),
        function="portal.drafts.form_tokens:find_by_form_token",
        old="lock(str(form_token))",
        new="pass",
    ),
    Mutant(
        "the second editor of a visit overwrites the first",
        (f"{VISITS}the_second_editor_overwrites_nothing",),
        function="portal.visits.actions:correct_visit",
        old="_refuse_unseen(visit, seen_version)",
        new="pass",
    ),
    Mutant(
        "two first visits of a person do not take turns",
        (f"{VISITS}two_operators_and_one_persons_first_visit",),
        function="portal.people.queries:lock_people",
        old="execute(LOCK, ",
        new="execute(LOCK.with_for_update(read=True, key_share=True), ",
    ),
    Mutant(
        "a spreadsheet may run what was typed",
        (f"{FILES}text_that_a_spreadsheet_would_run_is_guarded",),
        function="portal.core.documents.csv:_guarded",
        old="if text.startswith(_CONTROL) or text.lstrip().startswith(_FORMULA):",
        new="if False:",
    ),
    Mutant(
        "browsers may keep pages of persons",
        (f"{ROUTES}headers_stand_on_every_kind_of_answer",),
        function="portal.core.web.headers:set_headers",
        old='response.headers["Cache-Control"] = "no-store"',
        new="pass",
    ),
    Mutant(
        "an exception commits what came before it",
        (f"{TRUST}unit.py::test_an_exception_leaves_nothing",),
        function="portal.core.store.unit:unit_of_work",
        old="db.session.rollback()",
        new="db.session.commit()",
    ),
    Mutant(
        "a promise is kept before the commit",
        (f"{TRUST}unit.py::test_promises_wait_for_the_commit",),
        function="portal.core.store.unit:after_commit",
        old="promises.append(promise)",
        new="promise()",
    ),
    Mutant(
        "signing in keeps the key that was there",
        (f"{SIGN_IN}a_planted_key_opens_nothing",),
        function="portal.accounts.sessions:sign_in",
        old="key = secrets.token_urlsafe(32)",
        new="key = session.key",
    ),
    Mutant(
        "signing out leaves the session open",
        (f"{TRUST}revocation.py::test_who_signed_out",),
        function="portal.accounts.sessions:sign_out",
        old="actions.end_session(key_hash(session.key))",
        new="pass",
    ),
    Mutant(
        "passwords may be tried without end",
        (f"{SIGN_IN}an_account_stops_answering_after_five_failures",),
        function="portal.accounts.limits:count_uses",
        old="if waits:",
        new="if False:",
    ),
    Mutant(
        "a session that ended goes on when the clock is set back",
        (f"{SESSIONS}thirty_idle_minutes_end_a_session",),
        function="portal.accounts.actions:keep_session",
        old="if found.locked_at is not None:",
        new="if False:",
    ),
    Mutant(
        "a session that ended opens pages",
        (f"{DRAFTS}a_locked_session_keeps_words_and_reads_none", f"{MATRIX}[locked-page]"),
        function="portal.accounts.gate:_account",
        old='if locked and getattr(view, "keeps_what_is_typed", False):',
        new="if locked:",
    ),
    Mutant(
        "a form without its token is kept for a session that ended",
        (f"{DRAFTS}a_forged_form_of_a_locked_session_is_not_kept",),
        function="portal.drafts.resuming:keep_sent",
        old='current_app.extensions["csrf"].protect()',
        new="pass",
    ),
    Mutant(
        "a draft is read by everybody at the desk",
        (f"{DRAFTS}another_accounts_draft_is_not_there",),
        function="portal.drafts.queries:own",
        old="Draft.account_id == current_scope().account_id",
        new="Draft.account_id.is_not(None)",
    ),
    Mutant(
        "a draft that comes late brings back a form that was saved",
        (f"{DRAFTS}saving_settles_the_draft_and_a_late_one_stays_away",),
        function="portal.drafts.actions:_kept",
        old=" & Draft.settled_at.is_(None)",
        new="",
    ),
    Mutant(
        "a locked session begins as many drafts as it likes",
        (f"{LOCKED}a_locked_session_does_not_push_out_what_its_owner_wrote",),
        function="portal.drafts.actions:keep",
        old="locked_at is not None and",
        new="False and",
    ),
    Mutant(
        "a locked session chooses the desk that comes first",
        (f"{LOCKED}a_locked_session_changes_nothing_of_the_account",),
        function="portal.accounts.gate:admitted",
        old="place and current_user.is_authenticated and",
        new="place and",
    ),
    Mutant(
        "an older draft overwrites a newer one",
        (
            "tests/portal/drafts/test_actions.py::"
            "test_what_comes_later_stands_and_what_was_sent_earlier_does_not",
        ),
        function="portal.drafts.actions:_kept",
        old=" & (Draft.number < number)",
        new="",
    ),
    Mutant(
        "a form sent again with other words is dropped",
        (f"{DRAFTS}the_same_form_with_other_words_is_not_lost_unseen",),
        function="portal.drafts.form_tokens:_refuse_another_content",
        old="saved.sent != digest",
        new="False",
    ),
    Mutant(
        "two who merge the same cards do not take turns",
        (f"{MERGING}two_operators_merge_in_opposite_directions",),
        function="portal.people.merging.actions:_locked",
        old=".with_for_update(key_share=True)",
        new="",
    ),
    Mutant(
        "a merge sent twice at once does not wait for its twin",
        (f"{MERGING}the_same_form_twice_at_once_is_one_merge",),
        function="portal.person_pages.actions:merge_people",
        old="before = cards.lock_cards((kept_id, left_id))",
        new="before = {one: people.get_person(one).sex or 'N' for one in (kept_id, left_id)}",
    ),
    Mutant(
        "a merge is undone under a later one",
        (f"{PARTING}a_chain_is_undone_from_its_end",),
        function="portal.person_pages.actions:_refuse_undo",
        old="later = queries.find_later(merge)",
        new="later = None",
    ),
    Mutant(
        "the figures do not follow visits from card to card",
        (f"{PARTING}undoing_gives_both_cards_back",),
        function="portal.visits.moving:move_visits",
        old="figures.add_deltas(deltas_of_users(was, _came(after)))",
        new="pass",
    ),
    Mutant(
        "visits are written on a card that was merged",
        (f"{MERGING}nothing_is_written_on_a_card_that_was_merged",),
        function="portal.people.queries:lock_people",
        old="if any(row.merged_into for row in held):",
        new="if False:",
    ),
    Mutant(
        "a form may say itself what the record was before",
        (
            "tests/portal/core/web/test_edit_conflicts.py::test_only_what_we_sealed_about_this_record_is_read",
        ),
        function="portal.core.web.edit_conflicts:unseal",
        old='loads(text or "")',
        new='loads_unsafe(text or "")[1]',
    ),
    Mutant(
        "what is remembered of a desk is told to the others",
        ("tests/portal/core/store/test_desk_cache.py::test_each_desk_has_its_own_value",),
        function="portal.core.store.desk_cache:DeskCache.get",
        old="scoped_desk()",
        new="UUID(int=0)",
    ),
    Mutant(
        "a session never ends by itself",
        (f"{TRUST}revocation.py::test_an_idle_session",),
        function="portal.accounts.rules:is_over",
        old="return now",
        new="return False and now",
    ),
    Mutant(
        "showing a person leaves no trace",
        (f"{ROUTES}showing_a_person_is_recorded",),
        function="portal.core.store.audit:record_read",
        old="db.session.add(",
        new="id(",
    ),
    Mutant(
        "pages print what was typed as it is",
        (f"{TRUST}hostile.py::test_what_is_typed_is_text",),
        function="portal.core.web.templating:prepare",
        old="environment.undefined = StrictUndefined",
        new="environment.undefined = StrictUndefined; environment.autoescape = False",
    ),
    Mutant(
        "logs quote the words of an exception",
        (f"{LOGS}a_failure_is_written_without_its_words",),
        function="portal.core.work.logs:JsonLine.format",
        old="type(record.exc_info[1]).__qualname__",
        new="repr(record.exc_info[1])",
    ),
    Mutant(
        "only the small count itself is hidden",
        (
            f"{DISCLOSURE}a_small_count_takes_another_with_it",
            f"{DISCLOSURE}two_months_and_everything_that_was_printed",
        ),
        function="portal.reports.disclosure.protect:protect",
        old="while exposed := list(exposed_by(sheets)):",
        new="while exposed := list(exposed_by(sheets))[:0]:",
    ),
    Mutant(
        "a correction says who was added",
        (f"{DISCLOSURE}a_correction_does_not_say_who_was_added",),
        function="portal.reports.disclosure.relations:Knowledge._join_editions",
        old="elif new.is_small(code, changed):",
        new="elif False:",
    ),
    Mutant(
        "a hidden count is told as a percentage",
        (f"{DISCLOSING}the_seed_hides_its_ones_and_twos",),
        function="portal.reports.publication.public_document:_masked",
        old="return now if key in OF_NOW else then",
        new="return key not in ('incidence', 'baseline_incidence') and now",
    ),
    Mutant(
        "whoever is outside receives every number",
        (f"{OUTSIDE}an_outsider_receives_the_publishable_version",),
        function="portal.mailings.actions:_write",
        old="write = kind.write_public",
        new="pass",
    ),
)

MUTANTS = DATABASE + CODE + DOORS + LASTING + SENT
