# SPDX-License-Identifier: AGPL-3.0-or-later
"""Common names by citizenship, to be paired at random. Pure data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """A citizenship as the desks meet it; `weight` is how often, out of about a hundred.

    `conventional` is the share of births written as 1 January; `single_name` of passports with one
    name only. `spellings` are other ways in which the same name is transliterated.
    """

    state: str
    weight: int
    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]
    languages: tuple[str, ...]
    conventional: float = 0.02
    single_name: float = 0.0
    spellings: tuple[tuple[str, str], ...] = ()


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MOROCCO = Origin(
    "436",
    22,
    _words("Fatima Khadija Amina Naima Zahra Hafida Samira Rachida Malika Ikram Hanane Siham"),
    _words("Mohamed Ahmed Abdelkader Youssef Hassan Rachid Said Mustapha Brahim Hicham Khalid"),
    ("El Amrani", "Benali", "El Idrissi", "Bouzidi", "Chakir", "Lahlou", "Ouazzani", "El Fassi",
     "Berrada", "Naciri", "Haddad", "Ait Brahim"),
    ("ar", "fr"),
    conventional=0.3,
    spellings=(("Mohamed", "Muhammad"), ("Said", "Saïd"), ("Ahmed", "Ahmad")),
)  # fmt: skip
ALBANIA = Origin(
    "201",
    17,
    _words("Elona Mirela Valbona Anila Drita Teuta Ermira Blerina Arta Entela"),
    _words("Arben Ilir Agim Besnik Artan Gentian Dritan Fatmir Luan Erion"),
    _words("Hoxha Shehu Gjoka Leka Dervishi Kola Prifti Basha Marku Çela Duka Gjini"),
    ("sq", "it"),
    spellings=(("Çela", "Cela"),),
)
SENEGAL = Origin(
    "450",
    10,
    _words("Awa Aminata Fatou Mariama Ndeye Khady Coumba Rokhaya Sokhna"),
    _words("Mamadou Ibrahima Cheikh Ousmane Modou Abdoulaye Moussa Alioune Pape Serigne"),
    _words("Diop Ndiaye Fall Faye Gueye Sarr Diallo Seck Mbaye Ba Sow Diouf"),
    ("wo", "fr"),
    conventional=0.4,
    spellings=(("Fall", "Faal"), ("Gueye", "Guèye"), ("Mamadou", "Mouhamadou")),
)
ROMANIA = Origin(
    "235",
    9,
    _words("Mihaela Elena Ana Ioana Gabriela Cristina Daniela Mariana Alina"),
    _words("Ion Gheorghe Vasile Marian Adrian Florin Constantin Cătălin Nicolae"),
    _words("Popescu Ionescu Popa Dumitru Stan Munteanu Rusu Șerban Moldovan Lupu Țurcanu"),
    ("ro", "it"),
    spellings=(("Șerban", "Serban"), ("Țurcanu", "Turcanu")),
)
UKRAINE = Origin(
    "243",
    9,
    _words("Olena Oksana Iryna Nataliia Svitlana Halyna Liudmyla Mariia Tetiana Yuliia"),
    _words("Oleksandr Serhii Ivan Mykola Andrii Vasyl Taras"),
    _words("Kovalenko Shevchenko Bondarenko Tkachenko Kravchenko Melnyk Boiko Moroz Lysenko"),
    ("uk", "ru"),
    spellings=(("Olena", "Elena"), ("Nataliia", "Natalia"), ("Oleksandr", "Alexander")),
)
SRI_LANKA = Origin(
    "311",
    6,
    _words("Nilmini Chandrika Kumari Sanduni Dilrukshi Nadeesha Priyanka"),
    _words("Nimal Sunil Roshan Chaminda Ruwan Lasantha Kamal"),
    ("Perera", "Fernando", "Silva", "De Silva", "Bandara", "Jayasinghe", "Warnakulasuriya",
     "Wickramasinghe"),
    ("si", "ta"),
)  # fmt: skip
BANGLADESH = Origin(
    "305",
    6,
    _words("Fatema Nasrin Shahnaz Taslima Rehana Salma Sharmin"),
    _words("Rahim Karim Jahangir Shafiqul Anwar Habibur Mizanur Kamrul"),
    _words("Hossain Islam Miah Rahman Sarkar Uddin Chowdhury Begum"),
    ("bn", "en"),
    conventional=0.35,
    spellings=(("Hossain", "Hussain"), ("Miah", "Mia")),
)
CHINA = Origin(
    "314",
    5,
    _words("Xiuying Meiling Yan Lijuan Xiaohong Fang Jing Hui"),
    _words("Wei Jun Qiang Guoliang Jianhua Bin Xiaoming Lei"),
    _words("Chen Lin Hu Wang Zhang Zheng Wu Liu Xu"),
    ("zh",),
)
PERU = Origin(
    "615",
    4,
    _words("Rosa Carmen Luz Milagros Flor Yesenia Maritza"),
    _words("Luis Carlos Jorge Víctor Segundo César Wilmer"),
    ("Quispe Mamani", "Flores Rojas", "García Torres", "Huamán Díaz", "Vargas Ramos",
     "Condori Cruz", "Chávez López"),
    ("es",),
)  # fmt: skip
PAKISTAN = Origin(
    "344",
    3,
    _words("Nasreen Shabana Rubina Saima Bushra Farzana"),
    _words("Imran Tariq Asif Shahid Nadeem Zafar Waqas"),
    _words("Khan Ahmed Hussain Malik Butt Iqbal Mahmood"),
    ("ur", "pa"),
    conventional=0.35,
    single_name=0.06,
)
NIGERIA = Origin(
    "443",
    3,
    _words("Blessing Joy Faith Grace Patience Precious"),
    _words("Emeka Chidi Osas Sunday Kelvin Friday"),
    _words("Okafor Okoro Osagie Eze Adeyemi Balogun Ogbonna"),
    ("en", "ig"),
)
MOLDOVA = Origin(
    "254",
    2,
    _words("Natalia Ludmila Olga Galina Tatiana"),
    _words("Vitalie Igor Andrei Sergiu"),
    _words("Rusu Ceban Ciobanu Cojocaru Munteanu Lungu"),
    ("ro", "ru"),
)
AFGHANISTAN = Origin(
    "301",
    2,
    _words("Zahra Fereshta Nargis Parwana"),
    _words("Ahmad Hamid Najib Farid Zabihullah"),
    _words("Ahmadi Rahimi Karimi Noori Hosseini"),
    ("fa", "ps"),
    conventional=0.6,
    single_name=0.4,
)
ERITREA = Origin(
    "466",
    1,
    _words("Selam Tsega Feven Luwam"),
    _words("Yonas Filmon Merhawi Samuel"),
    ("Tesfay", "Gebremedhin", "Haile", "Woldu", "Kidane"),
    ("ti",),
    single_name=0.2,
)
STATELESS = Origin(
    "999", 1, ("Mira", "Sanela"), ("Bekim", "Zoran"), ("Jovanovic", "Hadzovic"), ("rom", "sr")
)
ITALY = Origin(
    "100",
    4,
    _words("Giulia Paola Francesca Laura Silvia"),
    _words("Marco Paolo Andrea Stefano Luca"),
    ("Rossi", "Bianchi", "Ferri", "D’Angelo", "Conti", "Fontana", "Galli"),
    ("it",),
)

ORIGINS = (
    MOROCCO, ALBANIA, SENEGAL, ROMANIA, UKRAINE, SRI_LANKA, BANGLADESH, CHINA, PERU, PAKISTAN,
    NIGERIA, MOLDOVA, AFGHANISTAN, ERITREA, STATELESS, ITALY,
)  # fmt: skip
