# SPDX-License-Identifier: AGPL-3.0-or-later
"""The mutants: a protection each, how it is taken away, and the tests that must then fail.

A statement in SQL is run on each fresh copy of the database. A change of code names a function,
a piece of its text and what stands there instead; where the piece is gone, the run says so.
"""

from dataclasses import dataclass

TABLES = "tests/conformance/test_tables.py::test_"
ROUTES = "tests/conformance/test_routes.py::test_"
ISOLATION = "tests/conformance/test_isolation.py::test_"
LOGS = "tests/conformance/test_logs.py::test_"
VISITS = "tests/portal/visits/test_actions.py::test_"
SIGN_IN = "tests/portal/accounts/test_sign_in.py::test_"
FILES = "tests/portal/core/test_files.py::test_"
TRUST = "tests/trust/test_"


@dataclass(frozen=True)
class Mutant:
    """A protection taken away."""

    name: str
    tests: tuple[str, ...]
    sql: str = ""
    function: str = ""
    old: str = ""
    new: str = ""


DATABASE = (
    Mutant(
        "row security is off on persons",
        (
            f"{TABLES}tables_of_desks_and_networks_force_row_security",
            f"{ISOLATION}another_desks_rows_are_not_there",
            f"{ROUTES}another_desks_row_is_like_an_absent_one",
        ),
        sql="ALTER TABLE person DISABLE ROW LEVEL SECURITY",
    ),
    Mutant(
        "row security does not bind the owner",
        (
            f"{TABLES}tables_of_desks_and_networks_force_row_security",
            f"{TABLES}no_desk_is_an_error_and_not_an_empty_answer",
        ),
        sql="ALTER TABLE person NO FORCE ROW LEVEL SECURITY",
    ),
    Mutant(
        "a visit may be written for another desk",
        (
            f"{TABLES}each_role_has_one_policy_on_each_table",
            f"{ISOLATION}no_row_is_written_for_another_desk",
        ),
        sql="ALTER POLICY of_the_desk ON visit WITH CHECK (true)",
    ),
    Mutant(
        "a second policy lets everybody read visits",
        (
            f"{TABLES}each_role_has_one_policy_on_each_table",
            f"{ISOLATION}another_desks_rows_are_not_there",
        ),
        sql="CREATE POLICY too_wide ON visit FOR SELECT USING (true)",
    ),
    Mutant(
        "a visit points at a person by the id alone",
        (
            f"{TABLES}foreign_keys_between_tables_of_one_owner_contain_it",
            f"{ISOLATION}a_row_cannot_hang_on_another_desks_person",
        ),
        sql="ALTER TABLE visit DROP CONSTRAINT fk_visit_desk_id_person_id;"
        " ALTER TABLE person ADD CONSTRAINT uq_person_id UNIQUE (id);"
        " ALTER TABLE visit ADD FOREIGN KEY (person_id) REFERENCES person (id)",
    ),
    Mutant(
        "a form token is unique across desks",
        (
            f"{TABLES}unique_keys_begin_with_the_owner",
            f"{TABLES}the_models_are_what_the_migrations_make",
            f"{ISOLATION}another_desks_rows_are_not_there",
        ),
        sql="ALTER TABLE person DROP CONSTRAINT uq_person_desk_id_form_token;"
        " ALTER TABLE person ADD CONSTRAINT uq_person_form_token UNIQUE (form_token)",
    ),
    Mutant(
        "without a desk a default desk answers",
        (
            f"{TABLES}no_desk_is_an_error_and_not_an_empty_answer",
            f"{TABLES}accounts_are_worked_on_without_a_desk",
        ),
        sql="CREATE OR REPLACE FUNCTION current_desk() RETURNS uuid LANGUAGE sql STABLE AS $$"
        " SELECT coalesce(nullif(current_setting('portal.desk', true), '')::uuid,"
        " (SELECT id FROM desk ORDER BY slug LIMIT 1)) $$",
    ),
    Mutant(
        "the network may read persons",
        (f"{TABLES}the_network_reads_no_table_of_desks_or_accounts",),
        sql="GRANT SELECT ON person TO portal_network",
    ),
    Mutant(
        "the application may rewrite the audit log",
        (f"{TABLES}what_happened_cannot_be_rewritten",),
        sql="GRANT UPDATE ON audit_event TO portal_app",
    ),
    Mutant(
        "changes of visits leave no trace",
        (f"{TABLES}every_change_of_a_record_is_recorded",),
        sql="DROP TRIGGER record_change ON visit",
    ),
    Mutant(
        "a view of the owner's shows every desk",
        (f"{TABLES}nothing_reads_past_row_security",),
        sql="CREATE VIEW everybody AS SELECT * FROM person;"
        " GRANT SELECT ON everybody TO portal_app",
    ),
    Mutant(
        "a function runs with the owner's rights",
        (f"{TABLES}nothing_reads_past_row_security",),
        sql="CREATE FUNCTION count_all() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
        " AS 'SELECT count(*) FROM person'",
    ),
    Mutant(
        "the application may empty a table",
        (f"{TABLES}serving_roles_only_read_and_write_rows",),
        sql="GRANT TRUNCATE ON person TO portal_app",
    ),
    Mutant(
        "the database has a column that no model knows",
        (f"{TABLES}the_models_are_what_the_migrations_make",),
        sql="ALTER TABLE person ADD COLUMN spare text",
    ),
)

CODE = (
    Mutant(
        "the desk outlives its transaction",
        (f"{TABLES}the_scope_ends_with_the_transaction",),
        function="portal.core.database:_say_who_speaks",
        old="conn.execute(SPEAK,",
        new="conn.execute(text(SPEAK.text.replace('true', 'false')),",
    ),
    Mutant(
        "a transaction begins though nobody speaks",
        (f"{TABLES}nobody_speaks_outside_a_scope",),
        function="portal.core.database:speaker",
        old='raise RuntimeError("no scope is open: nobody speaks for this transaction")',
        new="return Speaker()",
    ),
    Mutant(
        "a scope keeps the objects of the one before",
        (f"{ISOLATION}objects_of_the_desk_before_are_forgotten",),
        function="portal.core.database:speaking_as",
        old="db.session.remove()",
        new="pass",
    ),
    Mutant(
        "a view says that it is open to all",
        (f"{ROUTES}the_table_is_the_url_map",),
        function="portal.app:create_app",
        old="access.refuse_undeclared_routes(app)",
        new="app.view_functions['visits.edit_person'].needed_permission = None",
    ),
    Mutant(
        "a silent route does not stop the start",
        (f"{ROUTES}a_silent_route_stops_the_start",),
        function="portal.core.access:refuse_undeclared_routes",
        old="if silent:",
        new="if False:",
    ),
    Mutant(
        "every role may do everything",
        (f"{ROUTES}refusals_are_written_down", f"{TRUST}revocation.py::test_a_lower_role"),
        function="portal.core.access:may",
        old="return permission is",
        new="return True or permission is",
    ),
    Mutant(
        "the gate asks for no membership",
        (
            f"{TRUST}revocation.py::test_who_was_removed",
            f"{TRUST}revocation.py::test_another_desk_is_not_there",
        ),
        function="portal.accounts.gate:_place",
        old="abort(404)",
        new="from tests.mutants.plugin import any_place; place = any_place(slug)",
    ),
    Mutant(
        "a role that ended goes on",
        (f"{TRUST}revocation.py::test_who_was_removed",),
        function="portal.accounts.queries:_is_current",
        old="Membership.ended_at.is_(None)",
        new="Membership.id.is_not(None)",
    ),
    Mutant(
        "a disabled account's session goes on",
        (f"{TRUST}revocation.py::test_a_disabled_account",),
        function="portal.accounts.queries:find_session",
        old=", Account.disabled_at.is_(None))",
        new=")",
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
        function="portal.core.once:find_by_form_token",
        old="if form_token is None:",
        new="if True:",
    ),
    Mutant(
        "twins of a form do not wait for each other",
        (f"{TRUST}twice.py::test_a_double_click",),
        function="portal.core.once:find_by_form_token",
        old="hold(str(form_token))",
        new="pass",
    ),
    Mutant(
        "the second editor of a visit overwrites the first",
        (f"{VISITS}the_second_editor_overwrites_nothing",),
        function="portal.visits.actions:correct_visit",
        old="visit.version != seen_version",
        new="False",
    ),
    Mutant(
        "two first visits of a person do not take turns",
        (f"{VISITS}two_operators_and_one_persons_first_visit",),
        function="portal.people.queries:hold_people",
        old=".with_for_update(key_share=True)",
        new="",
    ),
    Mutant(
        "a spreadsheet may run what was typed",
        (f"{FILES}text_that_a_spreadsheet_would_run_is_guarded",),
        function="portal.core.files:_guarded",
        old="if text.startswith(_CONTROL) or text.lstrip().startswith(_FORMULA):",
        new="if False:",
    ),
    Mutant(
        "browsers may keep pages of persons",
        (f"{ROUTES}headers_stand_on_every_kind_of_answer",),
        function="portal.core.headers:set_headers",
        old='response.headers["Cache-Control"] = "no-store"',
        new="pass",
    ),
    Mutant(
        "an exception commits what came before it",
        (f"{TRUST}unit.py::test_an_exception_leaves_nothing",),
        function="portal.core.unit:unit_of_work",
        old="db.session.rollback()",
        new="db.session.commit()",
    ),
    Mutant(
        "a promise is kept before the commit",
        (f"{TRUST}unit.py::test_promises_wait_for_the_commit",),
        function="portal.core.unit:after_commit",
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
        function="portal.accounts.actions:reserve_try",
        old="if any(",
        new="if False and any(",
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
        function="portal.core.audit:record_read",
        old="db.session.add(",
        new="id(",
    ),
    Mutant(
        "pages print what was typed as it is",
        (f"{TRUST}hostile.py::test_what_is_typed_is_text",),
        function="portal.core.templating:prepare",
        old="environment.undefined = StrictUndefined",
        new="environment.undefined = StrictUndefined; environment.autoescape = False",
    ),
    Mutant(
        "logs quote the words of an exception",
        (f"{LOGS}a_failure_is_written_without_its_words",),
        function="portal.core.logs:JsonLine.format",
        old="type(record.exc_info[1]).__qualname__",
        new="repr(record.exc_info[1])",
    ),
)

MUTANTS = DATABASE + CODE
