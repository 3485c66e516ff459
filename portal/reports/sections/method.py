# SPDX-License-Identifier: AGPL-3.0-or-later
"""«Come si conta»: what each word and figure of a relazione means. Pure.

It goes with the list of topics: a relazione says of which version it speaks.
"""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

METHOD = {
    "users": (
        _l("Utenti."),
        _l("Persone diverse con almeno un accesso nel periodo: chi viene tre volte conta una "
          "volta. Gli utenti di due periodi non si sommano."),
    ),
    "services": (
        _l("Servizi erogati."),
        _l("Richieste registrate nel periodo, secondo il giorno dell’accesso. Una persona può "
          "chiedere più cose, anche nello stesso accesso."),
    ),
    "anonymous": (
        _l("Contatti anonimi."),
        _l("Contano tra gli accessi e tra le richieste, mai tra gli utenti. Le loro richieste sono "
          "senza nome e non entrano in nessun tasso."),
    ),
    "per_100": (
        _l("Ogni 100 utenti."),
        _l("Richieste degli utenti del periodo, escluse quelle senza nome, divise per gli stessi "
          "utenti, per 100. La somma può superare 100."),
    ),
    "variation": (
        _l("Variazione."),
        _l("Richieste ogni 100 utenti del periodo, meno richieste ogni 100 utenti del periodo di "
          "confronto. Prima la differenza, poi un solo arrotondamento. È una differenza in punti, "
          "non un aumento percentuale."),
    ),
    "newcomers": (
        _l("Nuovi e già venuti."),
        _l("Nuovo è chi ha il primo accesso in assoluto allo sportello dentro il periodo, da "
          "quando ci sono registrazioni. Gli altri utenti erano già venuti."),
    ),
    "described": (
        _l("Età, cittadinanza, residenza, lingua."),
        _l("Come risultano al primo accesso di ciascuno nel periodo: l’età compiuta quel giorno "
          "(di chi si sa solo l’anno, quella compiuta entro l’anno), la cittadinanza e la "
          "residenza di allora. Di chi ha più cittadinanze o lingue conta la prima. Gli Stati "
          "dell’Unione sono quelli che ne fanno parte alla fine del periodo."),
    ),
    "days": (
        _l("Giorni di apertura."),
        _l("I giorni del periodo con almeno un accesso registrato."),
    ),
    "not_stated": (
        _l("Non indicato."),
        _l("Ogni tabella ha una riga per chi non ha detto il dato: per questo le righe sommano "
          "sempre al totale."),
    ),
    "not_computable": (
        _l("n.d."),
        _l("Non calcolabile: in quel periodo il dato non è stato rilevato, o non ci sono utenti "
          "per cui dividere."),
    ),
}  # fmt: skip
"""By the key of each paragraph, in the order in which they are printed."""
RATES_OF_ALL = {
    "anonymous": _l("Contano tra gli accessi e tra le richieste, mai tra gli utenti."),
    "per_100": _l(
        "Richieste del periodo divise per gli utenti dello stesso periodo, per 100. La somma può "
        "superare 100."
    ),
    "variation": _l(
        "Richieste divise per gli utenti del periodo, meno richieste divise per gli utenti del "
        "periodo di confronto, per 100. Prima la differenza, poi un solo arrotondamento. È una "
        "differenza in punti, non un aumento percentuale."
    ),
}
"""What editions say whose rates are of all enquiries, those without a name included."""
TRIAL = (
    (
        _l("Esito."),
        _l("«In aumento» e «in calo» si dicono solo se una differenza così grande, tra due periodi "
          "in cui nulla è cambiato, capiterebbe di rado: nella tabella intera, una freccia di "
          "troppo al massimo in 5 casi su 100. «Non distinguibile dal caso»: i numeri non bastano "
          "a dire se è cambiato qualcosa. «Dati insufficienti»: le richieste sono così poche che "
          "nemmeno tutte in un solo periodo basterebbero."),
    ),
    (
        _l("Come si prova."),
        _l("Si confrontano le richieste per utente guardando alle persone: dieci richieste della "
          "stessa persona non valgono come dieci persone. Dove di un periodo si conoscono solo i "
          "totali, si assume che le persone tornassero quanto nell’altro. Le richieste anonime "
          "restano fuori. Contano le righe con almeno una richiesta, e l’esito tiene conto di "
          "quante sono."),
    ),
)  # fmt: skip
OF_BEFORE = (
    _l("Si confrontano le richieste per utente guardando alle persone: dieci richieste della "
      "stessa persona non valgono come dieci persone. Dove di un periodo si conoscono solo i "
      "totali, si assume che le persone tornassero quanto nell’altro. Le richieste anonime "
      "restano fuori. Contano le righe con almeno una richiesta, corrette per il loro numero "
      "(Benjamini e Hochberg, 5 %).")
)  # fmt: skip
"""How a variation is tested, as editions said that had no appendix for the names of methods."""


def how_tested(*, names_method: bool = False) -> tuple[tuple[str, str], ...]:
    """The same, of what is said about a variation; only where something is."""
    (first, word), (second, tested) = TRIAL
    return ((str(first), str(word)), (str(second), str(OF_BEFORE if names_method else tested)))


def how_counted(*, rates_of_all: bool = False) -> tuple[tuple[str, str], ...]:
    """Pairs of a term and its paragraph, in the reader's language."""
    instead = RATES_OF_ALL if rates_of_all else {}
    return tuple((str(term), str(instead.get(key, text))) for key, (term, text) in METHOD.items())


def paragraphs(keys: Iterable[str]) -> list[tuple[str, str]]:
    """Those of some keys, as pairs of a term and its paragraph."""
    return [(str(term), str(text)) for term, text in (METHOD[key] for key in keys)]
