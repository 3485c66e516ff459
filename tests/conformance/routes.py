# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may use which route: a new one is written down here, so that somebody has thought about it.

From this table alone follows what each identity gets from each route (test_matrix.py).
"""

from dataclasses import dataclass
from uuid import UUID

from portal.core.web.access import GRANTED, Permission
from tests.conformance.identities import Identity
from tests.conformance.outcomes import Outcome, Row
from tests.conformance.records import FILE, row_id
from tests.world import Place

OPEN = None
OWN = Permission.USE_OWN_ACCOUNT
READ = Permission.READ_PEOPLE
EDIT = Permission.EDIT_PEOPLE
RECORD = Permission.RECORD_VISITS
REPORTS = Permission.READ_REPORTS
APPROVE = Permission.APPROVE_REPORTS
RECIPIENTS = Permission.MANAGE_RECIPIENTS
TOTALS = Permission.EDIT_PAST_TOTALS
ARRANGE = Permission.ARRANGE_COUNTER
MANAGE = Permission.MANAGE_ACCOUNTS
OVERSEE = Permission.OVERSEE

EDITION = "/s/<desk>/relazioni/edizioni/<uuid:edition_id>"
SHEET = "/s/<desk>/conteggio/fogli/<uuid:sheet_id>"

ROUTES: dict[str, tuple[str, str, Permission | None]] = {
    "accounts.account": ("GET", "/conto", OWN),
    "accounts.answer_event": ("POST", "/conto/eventi/<uuid:event_id>/visto", OWN),
    "accounts.change_address": ("POST", "/conto/indirizzo", OWN),
    "accounts.change_password": ("POST", "/conto/password", OWN),
    "accounts.confirm_address": ("GET", "/conto/indirizzo", OWN),
    "accounts.deny_event": ("POST", "/conto/eventi/<uuid:event_id>/non-ero-io", OWN),
    "accounts.end_session": ("POST", "/conto/sessioni/<uuid:session_id>/chiudi", OWN),
    "accounts.rename": ("POST", "/conto/nome", OWN),
    "accounts.take_address": ("POST", "/conto/indirizzo/conferma", OWN),
    "invitations.accept": ("POST", "/invito/accetta", OWN),
    "invitations.begin": ("POST", "/invito/comincia", OPEN),
    "invitations.enter": ("POST", "/invito/entra", OPEN),
    "invitations.open_invitation": ("GET", "/invito", OPEN),
    "invitations.show_invitation": ("POST", "/invito", OPEN),
    "lost.choose_password": ("GET", "/password-nuova", OPEN),
    "lost.forgot_password": ("GET", "/password-dimenticata", OPEN),
    "lost.send_letter": ("POST", "/password-dimenticata", OPEN),
    "lost.set_password": ("POST", "/password-nuova", OPEN),
    "sign_in.choose_place": ("GET", "/scegli", OWN),
    "sign_in.lock": ("POST", "/blocca", OPEN),
    "sign_in.log_in": ("GET", "/accedi", OPEN),
    "sign_in.log_out": ("POST", "/esci", OPEN),
    "sign_in.open_session": ("POST", "/accedi", OPEN),
    "sign_in.resume": ("POST", "/riprendi", OPEN),
    "home.accessibility": ("GET", "/accessibilita", OPEN),
    "home.counting": ("GET", "/come-si-conta", OPEN),
    "home.guide": ("GET", "/guida", OPEN),
    "home.healthz": ("GET", "/healthz", OPEN),
    "home.keys": ("GET", "/tasti", OPEN),
    "home.privacy": ("GET", "/privacy", OPEN),
    "home.readyz": ("GET", "/readyz", OPEN),
    "home.settings": ("GET", "/s/<desk>/impostazioni", MANAGE),
    "home.source": ("GET", "/codice-sorgente", OPEN),
    "home.start": ("GET", "/", OPEN),
    "imports.confirm_totals_deletion": (
        "POST",
        "/s/<desk>/totali-passati/<uuid:past_total_id>/elimina",
        TOTALS,
    ),
    "imports.correct_past_totals": (
        "GET",
        "/s/<desk>/totali-passati/<uuid:past_total_id>",
        TOTALS,
    ),
    "imports.delete_past_totals": (
        "GET",
        "/s/<desk>/totali-passati/<uuid:past_total_id>/elimina",
        TOTALS,
    ),
    "imports.past_totals": ("GET", "/s/<desk>/totali-passati", TOTALS),
    "imports.restore_past_totals": (
        "POST",
        "/s/<desk>/totali-passati/<uuid:past_total_id>/ripristina",
        TOTALS,
    ),
    "imports.save_past_totals": (
        "POST",
        "/s/<desk>/totali-passati/<uuid:past_total_id>",
        TOTALS,
    ),
    "imports.store_past_totals": ("POST", "/s/<desk>/totali-passati", TOTALS),
    "counter.assign": ("GET", "/s/<desk>/accessi/<uuid:visit_id>/assegna", RECORD),
    "counter.choose_names": ("POST", "/s/<desk>/nomi", RECORD),
    "counter.confirm_deletion": ("POST", "/s/<desk>/accessi/<uuid:visit_id>/elimina", RECORD),
    "counter.day": ("GET", "/s/<desk>/giorno", RECORD),
    "counter.delete": ("GET", "/s/<desk>/accessi/<uuid:visit_id>/elimina", RECORD),
    "counter.find_for": ("POST", "/s/<desk>/accessi/<uuid:visit_id>/assegna", RECORD),
    "counter.give": ("POST", "/s/<desk>/accessi/<uuid:visit_id>/persona", RECORD),
    "counter.restore": ("POST", "/s/<desk>/accessi/<uuid:visit_id>/ripristina", RECORD),
    "tally.arrange": ("POST", "/s/<desk>/impostazioni/tipologie", ARRANGE),
    "counter.discard_draft": ("POST", "/s/<desk>/bozze/<uuid:draft_id>/scarta", RECORD),
    "counter.take_up_draft": ("POST", "/s/<desk>/bozze/<uuid:draft_id>/riprendi", RECORD),
    "counter.expiring": ("GET", "/s/<desk>/scadenze", RECORD),
    "counter.find": ("POST", "/s/<desk>/", RECORD),
    "counter.keep_draft": ("POST", "/s/<desk>/bozze/<uuid:draft_id>", RECORD),
    "tally.keys": ("GET", "/s/<desk>/impostazioni/tipologie", ARRANGE),
    "counter.reception": ("GET", "/s/<desk>/", RECORD),
    "counter.visit": ("GET", "/s/<desk>/accessi/nuovo", RECORD),
    "counter.take_back": ("POST", "/s/<desk>/accessi/<uuid:visit_id>/annulla", RECORD),
    "counter.show_candidates": ("POST", "/s/<desk>/accessi/nuovo/simili", RECORD),
    "counter.record": ("POST", "/s/<desk>/accessi/nuovo", RECORD),
    "counter.begin": ("POST", "/s/<desk>/accessi/nuovo/inizia", RECORD),
    "counter.save_screen": ("POST", "/s/<desk>/impostazioni/schermo", ARRANGE),
    "counter.screen": ("GET", "/s/<desk>/impostazioni/schermo", ARRANGE),
    "tally.press": ("POST", "/s/<desk>/conteggio", RECORD),
    "tally.print_sheet": ("GET", "/s/<desk>/conteggio/stampa", RECORD),
    "tally.record_sheet": ("POST", "/s/<desk>/conteggio/fogli", RECORD),
    "tally.restore_sheet": ("POST", f"{SHEET}/ripristina", RECORD),
    "tally.sheet": ("GET", "/s/<desk>/conteggio/fogli", RECORD),
    "tally.show": ("GET", "/s/<desk>/conteggio", RECORD),
    "tally.undo_press": ("POST", "/s/<desk>/conteggio/annulla", RECORD),
    "tally.undo_sheet": ("POST", f"{SHEET}/annulla", RECORD),
    "person_pages.choose_merge": ("GET", "/s/<desk>/persone/<uuid:person_id>/unisci", EDIT),
    "person_pages.compare_cards": (
        "GET",
        "/s/<desk>/persone/<uuid:person_id>/unisci/<uuid:other_id>",
        EDIT,
    ),
    "person_pages.show_candidates": ("GET", "/s/<desk>/persone/doppioni", EDIT),
    "person_pages.find_merge": ("POST", "/s/<desk>/persone/<uuid:person_id>/unisci", EDIT),
    "person_pages.merge_cards": (
        "POST",
        "/s/<desk>/persone/<uuid:person_id>/unisci/<uuid:other_id>",
        EDIT,
    ),
    "person_pages.subject_file": ("GET", "/s/<desk>/persone/<uuid:person_id>/copia.<format>", EDIT),
    "person_pages.subject_page": ("GET", "/s/<desk>/persone/<uuid:person_id>/copia", EDIT),
    "person_pages.tell_apart": (
        "POST",
        "/s/<desk>/persone/<uuid:person_id>/distingui/<uuid:other_id>",
        EDIT,
    ),
    "person_pages.trail": ("GET", "/s/<desk>/persone/<uuid:person_id>/registro", EDIT),
    "person_pages.undo_merge": ("POST", "/s/<desk>/persone/<uuid:person_id>/annulla-unione", EDIT),
    "mailings.add_recipient": ("POST", "/s/<desk>/destinatari", RECIPIENTS),
    "mailings.approve": ("GET", f"{EDITION}/approva", APPROVE),
    "mailings.approve_and_send": ("POST", f"{EDITION}/approva", APPROVE),
    "mailings.deliveries": ("GET", f"{EDITION}/consegne", REPORTS),
    "mailings.end_recipient": (
        "POST",
        "/s/<desk>/destinatari/<uuid:recipient_id>/togli",
        RECIPIENTS,
    ),
    "mailings.letter": ("GET", "/s/<desk>/posta/<uuid:letter_id>", RECIPIENTS),
    "mailings.mailbox": ("GET", "/s/<desk>/posta", RECIPIENTS),
    "mailings.preview": ("GET", f"{EDITION}/anteprima", REPORTS),
    "mailings.recipients": ("GET", "/s/<desk>/destinatari", RECIPIENTS),
    "mailings.send": ("POST", f"{EDITION}/invia", APPROVE),
    "mailings.send_again": ("POST", "/s/<desk>/consegne/<uuid:delivery_id>/di-nuovo", APPROVE),
    "mailings.send_notice_again": (
        "POST",
        "/s/<desk>/consegne/avvisi/<uuid:notice_id>/di-nuovo",
        APPROVE,
    ),
    "members.change_role": ("POST", "/s/<desk>/operatori/<uuid:account_id>/ruolo", MANAGE),
    "members.edit": ("GET", "/s/<desk>/operatori/<uuid:account_id>/ruolo", MANAGE),
    "members.index": ("GET", "/s/<desk>/operatori", MANAGE),
    "members.invite": ("POST", "/s/<desk>/operatori", MANAGE),
    "members.remove": ("POST", "/s/<desk>/operatori/<uuid:account_id>/togli", MANAGE),
    "members.close_managing_body": ("POST", "/s/<desk>/operatori/gestore", MANAGE),
    "members.closing": ("GET", "/s/<desk>/operatori/gestore", MANAGE),
    "members.hand_over": (
        "POST",
        "/s/<desk>/operatori/inviti/<uuid:invitation_id>/codice",
        MANAGE,
    ),
    "members.let_stay": ("POST", "/s/<desk>/operatori/<uuid:account_id>/resta", MANAGE),
    "members.log": ("GET", "/s/<desk>/operatori/registro", MANAGE),
    "members.send_again": (
        "POST",
        "/s/<desk>/operatori/inviti/<uuid:invitation_id>/lettera",
        MANAGE,
    ),
    "members.withdraw": (
        "POST",
        "/s/<desk>/operatori/inviti/<uuid:invitation_id>/ritira",
        MANAGE,
    ),
    "network_mailings.add_network_recipient": ("POST", "/r/<network>/destinatari", RECIPIENTS),
    "network_mailings.end_network_recipient": (
        "POST",
        "/r/<network>/destinatari/<uuid:recipient_id>/togli",
        RECIPIENTS,
    ),
    "network_mailings.network_letter": ("GET", "/r/<network>/posta/<uuid:letter_id>", RECIPIENTS),
    "network_mailings.network_mailbox": ("GET", "/r/<network>/posta", RECIPIENTS),
    "network_mailings.network_recipients": ("GET", "/r/<network>/destinatari", RECIPIENTS),
    "oversight.approve_edition": (
        "POST",
        "/r/<network>/edizioni/<uuid:edition_id>/approva",
        OVERSEE,
    ),
    "oversight.board": ("GET", "/r/<network>/", OVERSEE),
    "oversight.closing": ("GET", "/r/<network>/chiusura", OVERSEE),
    "oversight.compare": ("GET", "/r/<network>/confronto", OVERSEE),
    "oversight.deliveries": ("GET", "/r/<network>/edizioni/<uuid:edition_id>/consegne", OVERSEE),
    "oversight.edition_file": (
        "GET",
        "/r/<network>/edizioni/<uuid:edition_id>/file.<format>",
        OVERSEE,
    ),
    "oversight.file": ("GET", "/r/<network>/confronto/file.<format>", OVERSEE),
    "oversight.preview": ("GET", "/r/<network>/edizioni/<uuid:edition_id>/anteprima", OVERSEE),
    "oversight.request_edition": ("POST", "/r/<network>/edizioni", OVERSEE),
    "oversight.save_closing": ("POST", "/r/<network>/chiusura", OVERSEE),
    "oversight.send": ("POST", "/r/<network>/edizioni/<uuid:edition_id>/invia", OVERSEE),
    "oversight.send_again": (
        "POST",
        "/r/<network>/consegne/<uuid:delivery_id>/di-nuovo",
        OVERSEE,
    ),
    "person_pages.begin": ("POST", "/s/<desk>/persone/nuova/inizia", EDIT),
    "person_pages.create": ("POST", "/s/<desk>/persone/nuova", EDIT),
    "person_pages.index": ("GET", "/s/<desk>/persone", READ),
    "person_pages.new": ("GET", "/s/<desk>/persone/nuova", EDIT),
    "person_pages.read_typed": ("POST", "/s/<desk>/persone/leggi", EDIT),
    "person_pages.search": ("POST", "/s/<desk>/persone", READ),
    "person_pages.suggest": ("GET", "/s/<desk>/persone/elenchi", EDIT),
    "reports.build": ("POST", "/s/<desk>/relazioni/edizioni", APPROVE),
    "reports.compare": ("GET", "/s/<desk>/relazioni/edizioni/confronto", REPORTS),
    "reports.parts": ("GET", "/s/<desk>/impostazioni/relazione", APPROVE),
    "reports.retire_template": ("POST", "/s/<desk>/impostazioni/relazione/modello/togli", APPROVE),
    "reports.save_parts": ("POST", "/s/<desk>/impostazioni/relazione", APPROVE),
    "reports.save_template": ("POST", "/s/<desk>/impostazioni/relazione/modello", APPROVE),
    "reports.save_texts": ("POST", "/s/<desk>/relazioni/testo", APPROVE),
    "reports.template": ("GET", "/s/<desk>/impostazioni/relazione/modello", APPROVE),
    "reports.why": ("GET", "/s/<desk>/relazioni/perche", READ),
    "reports.write": ("GET", "/s/<desk>/relazioni/testo", APPROVE),
    "reports.closing": ("GET", "/s/<desk>/impostazioni/chiusura", APPROVE),
    "reports.correct": ("GET", f"{EDITION}/rettifica", APPROVE),
    "reports.edition": ("GET", EDITION, REPORTS),
    "reports.edition_file": ("GET", f"{EDITION}/file/<name>", REPORTS),
    "reports.file": ("GET", "/s/<desk>/relazioni/file.<format>", REPORTS),
    "reports.index": ("GET", "/s/<desk>/relazioni", REPORTS),
    "reports.download_public_version": ("GET", f"{EDITION}/pubblicabile.<format>", REPORTS),
    "reports.make_public_version": ("POST", f"{EDITION}/pubblicabile", APPROVE),
    "reports.request_correction": ("POST", f"{EDITION}/rettifica", APPROVE),
    "reports.retry": ("POST", f"{EDITION}/riprova", APPROVE),
    "reports.save_closing": ("POST", "/s/<desk>/impostazioni/chiusura", APPROVE),
    "reports.show": ("GET", "/s/<desk>/relazioni/periodo", REPORTS),
    "counter.correct": ("GET", "/s/<desk>/accessi/<uuid:visit_id>/correggi", RECORD),
    "person_pages.edit_person": ("GET", "/s/<desk>/persone/<uuid:person_id>/modifica", EDIT),
    "counter.save_correction": ("POST", "/s/<desk>/accessi/<uuid:visit_id>/correggi", RECORD),
    "person_pages.save_person": ("POST", "/s/<desk>/persone/<uuid:person_id>/modifica", EDIT),
    "person_pages.show_person": ("GET", "/s/<desk>/persone/<uuid:person_id>", READ),
}
# A search is a POST so that no name stands in an address; it changes nothing.
ONLY_ASKING = {
    "person_pages.search",
    "person_pages.read_typed",
    "counter.find",
    "counter.find_for",
    "person_pages.find_merge",
}
# The token of a form just opened: no row has it yet.
NEW_IDS = {"counter.keep_draft"}
# What is typed as a session ends is kept, and nothing is shown.
ALSO_LOCKED = {"counter.keep_draft"}
# What takes something away comes last: the others still need it.
ENDING = (
    "sign_in.lock",
    "sign_in.log_out",
    "imports.confirm_totals_deletion",
    "members.remove",
    "members.withdraw",
    "counter.confirm_deletion",
    "counter.take_back",
    "counter.discard_draft",
    "accounts.end_session",
    "accounts.deny_event",
)
QUERIES = dict.fromkeys(
    ("reports.show", "reports.file", "reports.write", "reports.save_texts", "oversight.compare",
     "oversight.file"),
    "?periodo=2016-S1",
) | {"reports.why": "?periodo=2016-S1&tabella=sintesi&riga=users"}  # fmt: skip


@dataclass(frozen=True)
class Route:
    """A route with what the table says of it."""

    endpoint: str
    method: str
    rule: str
    permission: Permission | None

    @property
    def at_a_place(self) -> bool:
        return "<desk>" in self.rule or "<network>" in self.rule

    @property
    def names_a_row(self) -> bool:
        return "<uuid:" in self.rule and self.endpoint not in NEW_IDS

    def address(self, place: Place, member: UUID, *, rows_of: Place | None = None) -> str:
        """The route's address at a place, with ids of the rows of that or another desk."""
        desk = rows_of or place
        of = "network_" if "<network>" in self.rule else ""
        values = {
            "<desk>": place.slug,
            "<network>": place.slug,
            "<uuid:person_id>": str(row_id("person", desk)),
            "<uuid:other_id>": str(UUID(int=row_id("person", desk).int + 1)),
            "<uuid:past_total_id>": str(row_id("past_total", desk)),
            "<uuid:visit_id>": str(row_id("visit", desk)),
            "<uuid:draft_id>": str(row_id("form_token", desk)),
            "<uuid:sheet_id>": str(row_id("tally_sheet", desk)),
            "<uuid:edition_id>": str(row_id(f"{of}edition", desk)),
            "<uuid:recipient_id>": str(row_id(f"{of}recipient", desk)),
            "<uuid:delivery_id>": str(row_id(f"{of}delivery", desk)),
            "<uuid:letter_id>": str(row_id(f"{of}delivery", desk)),
            "<uuid:notice_id>": str(row_id("approval_notice", desk)),
            "<uuid:account_id>": str(member),
            "<name>": FILE.name,
            "<format>": "csv",
            "<uuid:invitation_id>": str(row_id("invitation", desk)),
            "<uuid:event_id>": str(row_id("security_event", desk)),
            "<uuid:session_id>": str(row_id("login_session", desk)),
        }
        address = self.rule
        for part, value in values.items():
            address = address.replace(part, value)
        assert "<" not in address, f"say in Route.address() what {self.rule} needs"
        return address + QUERIES.get(self.endpoint, "")

    def outcome(self, who: Identity, place: Place, row: Row = Row.OWN) -> Outcome:
        """What somebody gets at a place, where the address names a row of that place or none."""
        if self.permission is OPEN:
            return Outcome.OPEN
        if not who.is_signed_in or (who.is_locked and self.endpoint not in ALSO_LOCKED):
            return Outcome.SIGN_IN
        if self.at_a_place:
            role = who.works_at.get(place)
            if role is None:
                return Outcome.NOT_THERE
            if self.permission not in GRANTED[role]:
                return Outcome.NOT_ALLOWED
        return Outcome.ADMITTED if row is Row.OWN else Outcome.NOT_THERE

    def outcome_without_token(self, who: Identity, place: Place) -> Outcome:
        """What a change gets that no page of this session sent: whose it is comes first."""
        outcome = self.outcome(who, place)
        return outcome if outcome in (Outcome.SIGN_IN, Outcome.NOT_THERE) else Outcome.FORGED


def all_routes() -> list[Route]:
    return [Route(endpoint, *told) for endpoint, told in sorted(ROUTES.items())]
