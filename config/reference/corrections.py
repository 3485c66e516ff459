# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the source tables of states lack or have wrong, put right by hand."""

from typing import NamedTuple

APOLIDE = "999"
"""The code of the stateless in the tables of ISTAT and of the national register (ANPR)."""

BROKEN_NAMES = {
    "246": "Stato della Città del Vaticano",
    "448": "São Tomé e Príncipe",
    "615": "Perù",
    "906": "Saint-Barthélemy",
    "924": "Isole Fær Øer",
    "966": "Curaçao",
}
"""Names whose accented letters the source has lost."""

ISO_CORRECTIONS = {
    "219": ("GB", "GBR"),
    "272": ("XK", "XKX"),
    "939": ("", ""),
}


class Unlisted(NamedTuple):
    """A place of birth without a code of ISTAT's; the key is ours and begins with a letter."""

    key: str
    name: str
    area: str
    iso2: str = ""
    iso3: str = ""


EAST, WEST_ASIA = "Europa centro orientale", "Asia occidentale"
CENTRAL_AMERICA, EAST_AFRICA = "America centro meridionale", "Africa orientale"
WITHOUT_ISTAT_CODE = {
    "Z105": Unlisted("E05", "Cecoslovacchia", EAST),
    "Z111": Unlisted("E11", "Repubblica Democratica Tedesca", EAST),
    "Z118": Unlisted("E18", "Jugoslavia", EAST),
    "Z135": Unlisted("E35", "Unione Repubbliche Socialiste Sovietiche", EAST),
    "Z136": Unlisted("E36", "Georgia (codice in uso fino al 1993)", EAST),
    "Z157": Unlisted("E57", "Serbia e Montenegro", EAST),
    "Z201": Unlisted("A01", "Federazione dell'Arabia Meridionale", WEST_ASIA),
    "Z202": Unlisted("A02", "Protettorato dell'Arabia Meridionale", WEST_ASIA),
    "Z221": Unlisted("A21", "Hong Kong", "Asia orientale", "HK", "HKG"),
    "Z250": Unlisted("A50", "Yemen del Sud", WEST_ASIA),
    "Z350": Unlisted("F50", "Tanganica", EAST_AFRICA),
    "Z360": Unlisted("F60", "Mayotte", EAST_AFRICA, "YT", "MYT"),
    "Z513": Unlisted("C13", "Martinica", CENTRAL_AMERICA, "MQ", "MTQ"),
    "Z518": Unlisted("C18", "Porto Rico", CENTRAL_AMERICA, "PR", "PRI"),
    "Z520": Unlisted("C20", "Isole Vergini americane", CENTRAL_AMERICA, "VI", "VIR"),
}

ALIASES = {
    "219": ("UK", "Gran Bretagna", "Inghilterra", "Great Britain"),
    "220": ("EL",),
    "232": ("Olanda", "Holland"),
    "243": ("Ukraina",),
    "245": ("Russia",),
    "246": ("Vaticano", "Città del Vaticano", "Santa Sede"),
    "252": ("Bosnia",),
    "253": ("Macedonia", "FYROM"),
    "254": ("Moldavia", "Repubblica di Moldova"),
    "256": ("Belarus", "Bielorussia"),
    "257": ("Cechia",),
    "272": ("KOS",),
    "307": ("Birmania", "Myanmar", "Burma"),
    "311": ("Ceylon",),
    "314": ("Cina Popolare", "Repubblica Popolare Cinese"),
    "319": ("Corea Settentrionale",),
    "320": ("Corea Meridionale",),
    "322": ("EAU",),
    "324": ("Territori palestinesi", "Stato di Palestina"),
    "326": ("Japan",),
    "338": ("Timor Est",),
    "353": ("Viet Nam",),
    "361": ("Kirghizistan", "Kirgizistan", "Chirghisistan"),
    "362": ("Tajikistan",),
    "404": ("Côte d'Ivoire", "Costa Avorio", "Costa d Avorio", "Ivory Coast"),
    "413": ("Cabo Verde",),
    "418": ("Congo Brazzaville", "Repubblica del Congo"),
    "438": ("Mauritius",),
    "446": ("Rwanda",),
    "448": ("Sao Tome",),
    "454": ("Sud Africa",),
    "456": ("Swaziland",),
    "463": ("Congo Kinshasa", "RD Congo", "Zaire"),
    "516": ("Santo Domingo",),
    "536": ("USA", "Stati Uniti", "U.S.A."),
    "999": ("Senza cittadinanza", "Apolidia", "Stateless"),
    "E05": ("ex Cecoslovacchia",),
    "E11": ("DDR", "Germania Est"),
    "E18": ("Iugoslavia", "ex Jugoslavia"),
    "E35": ("URSS", "U.R.S.S.", "ex URSS", "Unione Sovietica"),
}

COMMON_NAMES = {"H223": "Reggio Emilia", "H224": "Reggio Calabria"}
"""Comuni that everybody calls otherwise than their own statute does."""
