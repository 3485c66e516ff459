# SPDX-License-Identifier: AGPL-3.0-or-later
"""Protections of the database, each taken away by a statement."""

from tests.mutants.mutant import ISOLATION, MATRIX, TABLES, Mutant

DATABASE = (
    Mutant(
        "row security is off on persons",
        (
            f"{TABLES}tables_of_desks_and_networks_force_row_security",
            f"{ISOLATION}another_desks_rows_are_not_there",
            f"{MATRIX}[manager-page]",
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
        " ALTER TABLE visit ADD FOREIGN KEY (person_id) REFERENCES person (id) NOT VALID",
    ),
    Mutant(
        "a form token is unique across desks",
        (
            f"{TABLES}unique_keys_begin_with_the_owner",
            f"{TABLES}the_models_are_what_the_migrations_make",
            f"{ISOLATION}another_desks_rows_are_not_there",
        ),
        sql="ALTER TABLE visit DROP CONSTRAINT uq_visit_desk_id_form_token;"
        " ALTER TABLE visit ADD CONSTRAINT uq_visit_form_token UNIQUE (form_token)",
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
