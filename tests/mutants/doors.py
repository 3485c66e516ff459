# SPDX-License-Identifier: AGPL-3.0-or-later
"""Doors left open: who an account belongs to, what a key opens, how often one may try."""

from tests.mutants.mutant import MATRIX, Mutant

INVITATIONS = "tests/portal/accounts/test_invitations.py::test_"
OWN = "tests/portal/accounts/test_own_account.py::test_"
LIMITS = "tests/portal/accounts/test_limits.py::test_"
CLOSING = "tests/portal/accounts/test_closing.py::test_"
MEMBERS = "tests/portal/accounts/test_members.py::test_"
PASSWORDS = "tests/portal/accounts/test_passwords.py::test_"
USERS = "tests/portal/cli/test_users.py::test_"

DOORS = (
    Mutant(
        "who proves an address leaves it to who took it",
        (f"{INVITATIONS}who_proves_an_address_gets_what_was_given_to_it",),
        function="portal.accounts.actions:prove_address",
        old="_join(other, into=account)",
        new="pass",
    ),
    Mutant(
        "a code opens the account that an address has",
        (f"{INVITATIONS}without_letters_the_owner_of_an_address_is_not_locked_out_by_who_took_it",),
        function="portal.accounts.invitations.actions:begin_with",
        old="if invitation.by_letter else None",
        new="",
    ),
    Mutant(
        "a place is given before its owner accepts it",
        (f"{USERS}who_has_an_account_is_offered_the_place",),
        function="portal.cli.desks:_offer",
        old="invitation = invitations.invite_to(",
        new=(
            "add_membership(account_id=queries.find_reader(email).id, role=role,"
            " place_id=place_id)\n    invitation = invitations.invite_to("
        ),
    ),
    Mutant(
        "a place is accepted without the password",
        (f"{INVITATIONS}two_desks_invite_the_same_new_mediator",),
        function="portal.accounts.views.invitations:accept",
        old='prove_oneself(current_user.id, form.current.data or "")',
        new="pass",
    ),
    Mutant(
        "an invitation is accepted by another address",
        (f"{INVITATIONS}faults_do_not_spend_the_code",),
        function="portal.accounts.invitations.actions:accept",
        old="if invitation.email != account.email:",
        new="if False:",
    ),
    Mutant(
        "a manager makes a code for who is in",
        (f"{INVITATIONS}no_code_lets_a_manager_act_as_somebody_who_is_in",),
        function="portal.accounts.invitations.actions:invite_to",
        old="if is_member(place_id, address):",
        new="if False:",
    ),
    Mutant(
        "a code that was handed over is not written down",
        (f"{INVITATIONS}who_handed_a_code_over_is_written_where_the_desk_reads_it",),
        function="portal.accounts.invitations.actions:hand_over",
        old="_record(EventKind.KEY_MADE, invitation)",
        new="pass",
    ),
    Mutant(
        "an invitation is looked up without its desk",
        (f"{MATRIX}[manager-page]",),
        function="portal.accounts.invitations.queries:get_open",
        old=" Invitation.desk_id == scoped_desk(),",
        new="",
    ),
    Mutant(
        "a key works again after it was used",
        (f"{INVITATIONS}a_code_works_once",),
        function="portal.accounts.invitations.actions:_take",
        old="invitation.accepted_at, invitation.key_hash = clock.now(), None",
        new="pass",
    ),
    Mutant(
        "a clock set back lengthens a key",
        (f"{INVITATIONS}a_code_lives_a_week_also_where_the_clock_is_set_back",),
        function="portal.accounts.queries:is_good",
        old=" <= now + span + CLOCKS_DIFFER",
        new="",
    ),
    Mutant(
        "one desk removes somebody from every session",
        (
            f"{INVITATIONS}what_one_desk_removes_leaves_the_invitation_of_another",
            f"{MEMBERS}who_is_taken_out_leaves_this_desk_alone",
        ),
        function="portal.accounts.members.actions:remove_member",
        old="_record(EventKind.ROLE_REMOVED, account_id)",
        new=(
            "from portal.accounts.actions import end_sessions_of\n"
            "    end_sessions_of(account_id)"
        ),
    ),
    Mutant(
        "the last day of a membership closes nothing",
        (f"{CLOSING}they_work_until_the_day_and_no_longer",),
        function="portal.accounts.queries:is_current",
        old="~has_ended & (",
        new="~has_ended | (",
    ),
    Mutant(
        "the key of an address is good for another account",
        (f"{OWN}an_address_changes_when_its_own_letter_is_opened",),
        function="portal.accounts.actions:take_address",
        old=', account_id=account_id)\n    before',
        new=")\n    before",
    ),
    Mutant(
        "another's session can be ended",
        (f"{OWN}one_session_is_ended_from_another",),
        function="portal.accounts.actions:end_own_session",
        old="LoginSession.id == session_id, of_the_account",
        new="LoginSession.id == session_id",
    ),
    Mutant(
        "what another account is asked about can be answered",
        (f"{MATRIX}[reader-page]",),
        function="portal.accounts.events:mark_seen",
        old=", SecurityEvent.subject_id == subject_id",
        new="",
    ),
    Mutant(
        "a new device is not asked about",
        (f"{OWN}a_sign_in_from_a_new_device_is_asked_about_and_told_by_letter",),
        function="portal.accounts.sessions:sign_in",
        old="devices.recognise(account_id)",
        new="pass",
    ),
    Mutant(
        "a session outlives a clock set back",
        (f"{OWN}a_clock_set_back_makes_no_session_immortal_and_ends_none",),
        function="portal.accounts.actions:keep_session",
        old="created_at=func.least(LoginSession.created_at, now)",
        new="",
    ),
    Mutant(
        "an attacker locks a known device out",
        (f"{LIMITS}whoever_shares_an_address_with_an_attacker_still_signs_in",),
        function="portal.accounts.proof:_count_try",
        old="if device and ids and",
        new="if False and",
    ),
    Mutant(
        "any device passes beside the limits",
        (f"{LIMITS}a_known_device_does_not_help_to_guess_another_account",),
        function="portal.accounts.proof:_count_try",
        old="queries.is_known_device(devices.hash_of(device), ids)",
        new="True",
    ),
    Mutant(
        "a clock set back locks everybody out",
        (f"{LIMITS}a_clock_that_steps_locks_nobody_out",),
        function="portal.accounts.limits:count_uses",
        old="\"clocks_differ\": CLOCKS_DIFFER",
        new="\"clocks_differ\": timedelta(days=99_999)",
    ),
    Mutant(
        "searches have no limit",
        (f"{LIMITS}searches_are_limited_in_words_and_by_account",),
        function="portal.accounts.gate:admitted",
        old="if acts:\n            count_own(*acts)\n        yield",
        new="yield",
    ),
    Mutant(
        "a word and a year are a password",
        (f"{PASSWORDS}what_anybody_would_try_is_refused",),
        function="portal.accounts.passwords:refuse_weak",
        old="or not _is_hard_to_guess(password, words)",
        new="",
    ),
)  # fmt: skip
