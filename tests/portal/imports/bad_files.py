# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that must be refused whole, each with the words by which its refusal is known."""

import random

from portal.core.uploads import LARGEST_FILE
from tests.portal.imports.files import HEADING, totals_csv, visits_csv

BAD_VISITS = {
    "empty": (b"", "vuoto"),
    "blank": (b"\n \n", "vuoto"),
    "heading only": (visits_csv(), "solo l’intestazione"),
    "no heading": (b"01/02/2016;7;Diallo;Awa;F;;;;;CIT;;\n", "non è l’intestazione"),
    "missing column": (HEADING.replace("canale;", "").encode() + b"\n", "manca «canale»"),
    "surplus column": (HEADING.encode() + b";sede\n", "in più c’è «sede»"),
    "repeated column": (HEADING.encode() + b";data\n", "in più c’è «data»"),
    "renamed column": (HEADING.replace("sesso", "genere").encode(), "«sesso».*«genere»"),
    "noise": (random.Random(1).randbytes(100_000), "non è un CSV"),
    "nul bytes": (visits_csv("01/02/2016;7\x00;Diallo"), "non è un CSV"),
    "spreadsheet": (b"PK\x03\x04" + bytes(100), "foglio di calcolo"),
    "old spreadsheet": (b"\xd0\xcf\x11\xe0" + bytes(100), "foglio di calcolo"),
    "utf-16": (HEADING.encode("utf-16"), "UTF-16"),
    "neither encoding": (visits_csv("01/02/2016;7;Per") + b"\x81\n", "né in Windows-1252"),
    "mixed encodings": (visits_csv("01/02/2016;7;Perù") + b"\xf9\n", "due codifiche .riga 2"),
    "too large": (b"x" * (LARGEST_FILE + 1), "supera i 10 MB"),
    "open quotation": (visits_csv('01/02/2016;7;"Diallo', "02/02/2016;7"), "virgolette"),
    "short row": (HEADING.encode() + b"\n01/02/2016;7;Diallo\n", "Riga 2: ha 3 celle invece di 12"),
    "long row": (visits_csv("01/02/2016;7;Diallo;;;;;;;;;;"), "13 celle"),
    "no such day": (
        visits_csv("01/02/2016", "29/02/2015"),
        "Riga 3, colonna data: Il 29/02/2015 non esiste",
    ),
    "no date": (visits_csv(";7;Diallo"), "Riga 2, colonna data: manca"),
    "words for a date": (visits_csv("ieri;7;Diallo"), "colonna data: non è una data"),
    "future": (visits_csv("01/01/2090;7;Diallo"), "colonna data: La data è nel futuro"),
    "long ago": (visits_csv("01/01/1950;7;Diallo"), "colonna data"),
    "before any list": (
        visits_csv("01/01/1995;7;Diallo;;;;;;;CIT"),
        "colonna data: La data è troppo lontana",
    ),
    "name without a key": (visits_csv("01/02/2016;;Diallo"), "Riga 2, colonna persona: la riga ha"),
    "key without a name": (visits_csv("01/02/2016;7;;;F"), "Riga 2, colonna cognome"),
    "long key": (visits_csv(f"01/02/2016;{'7' * 101};Diallo"), "colonna persona"),
    "long name": (visits_csv(f"01/02/2016;7;{'a' * 121}"), "colonna cognome"),
    "sex": (visits_csv("01/02/2016;7;Diallo;;donna"), "colonna sesso"),
    "birth": (visits_csv("01/02/2016;7;Diallo;;;31/02/1990"), "colonna data_nascita"),
    "future birth": (visits_csv("01/02/2016;7;Diallo;;;2090"), "colonna data_nascita"),
    "citizenship": (visits_csv("01/02/2016;7;Diallo;;;;Atlantide"), "colonna cittadinanza"),
    "comune": (visits_csv("01/02/2016;7;Diallo;;;;;Paperopoli"), "colonna comune_residenza"),
    "homonyms": (visits_csv("01/02/2016;7;Diallo;;;;;Livo"), "più Comuni"),
    "codice fiscale": (visits_csv("01/02/2016;7;Diallo;;;;;;RSSMRA80"), "colonna codice_fiscale"),
    "topic": (visits_csv("01/02/2016;7;Diallo;;;;;;;Pesca"), "colonna tipologia"),
    "channel": (visits_csv("01/02/2016;7;Diallo;;;;;;;CIT;piccione"), "colonna canale"),
    "long note": (visits_csv(f"01/02/2016;7;Diallo;;;;;;;CIT;;{'n' * 2001}"), "colonna note"),
    "two sexes": (
        visits_csv("01/02/2016;7;Diallo;;F", "02/02/2016;7;Diallo;;M"),
        "Riga 3, colonna sesso: per la stessa persona la riga 2",
    ),
    "two names": (
        visits_csv("01/02/2016;7;Diallo", "02/02/2016;7;Rossi"),
        "Riga 3, colonna cognome",
    ),
    "two births": (
        visits_csv("01/02/2016;7;Diallo;;;1990", "02/02/2016;7;Diallo;;;12/04/1991"),
        "Riga 3, colonna data_nascita",
    ),
}

BAD_TOTALS = {
    "empty": (b"", "vuoto"),
    "heading": (b"periodo;voce\n2015;utenti\n", "manca «valore»"),
    "heading only": (totals_csv(), "solo l’intestazione"),
    "no users": (totals_csv("2015-S1;CIT;3"), "Riga 2, colonna voce: nel periodo 2015-S1 manca"),
    "period": (totals_csv("2015-S3;utenti;3"), "Riga 2, colonna periodo"),
    "open period": (totals_csv("2026;utenti;3"), "colonna periodo: Il periodo 2026 non è ancora"),
    "topic": (totals_csv("2015;utenti;3", "2015;Pesca;1"), "Riga 3, colonna voce"),
    "negative": (totals_csv("2015;utenti;-3"), "Riga 2, colonna valore"),
    "not whole": (totals_csv("2015;utenti;3,5"), "Riga 2, colonna valore"),
    "no value": (totals_csv("2015;utenti;"), "Riga 2, colonna valore"),
    "huge": (totals_csv("2015;utenti;9999999999"), "Riga 2, colonna valore"),
    "twice": (
        totals_csv("2015;utenti;3", "2015;CIT;1", "2015;cittadinanza;1"),
        "Riga 4, colonna voce: c’è già alla riga 3",
    ),
    "users twice": (totals_csv("2015;utenti;3", "2015;utenti;3"), "Riga 3, colonna voce"),
    "sexes": (
        totals_csv("2015;utenti;3", "2015;utenti_F;2", "2015;utenti_M;2"),
        "Riga 2, colonna valore: donne e uomini",
    ),
    "nameless": (
        totals_csv("2015;utenti;3", "2015;CIT;2", "2015;senza_nome;3"),
        "Riga 4, colonna valore: le richieste senza nome superano",
    ),
    "nameless of a topic": (
        totals_csv("2015;utenti;3", "2015;CIT;2", "2015;LAV;5", "2015;senza_nome CIT;3"),
        "Riga 5, colonna valore: le richieste senza nome superano le richieste",
    ),
    "nameless that do not add up": (
        totals_csv("2015;utenti;3", "2015;CIT;9", "2015;senza_nome;4", "2015;senza_nome CIT;3"),
        "Riga 4, colonna valore: le richieste senza nome delle tipologie sommano a 3",
    ),
    "nameless of what": (
        totals_csv("2015;utenti;3", "2015;senza_nome Pesca;1"),
        "Riga 3, colonna voce",
    ),
    "records": (totals_csv("2014;utenti;1", "2016-S1;utenti;3"), "Riga 3, colonna periodo: Nel"),
    "overlap": (totals_csv("2016;utenti;3"), "colonna periodo: Nel periodo 2016 ci sono già"),
    "known": (totals_csv("2013;utenti;9"), "colonna periodo: I totali del periodo 2013"),
}
