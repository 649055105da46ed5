"""The people of the demo fair. All of them, their organisations and their addresses are invented."""

from dataclasses import dataclass
from typing import Any

EDITION = "ruhr-energy-forum"


@dataclass(frozen=True)
class Role:
    """Somebody in the cast: how they are called in the story, and what their profile says."""

    key: str
    name: str
    email: str
    locale: str
    profile: dict[str, Any]
    roles: tuple[str, ...] = ()
    # What the printed link says about them; empty: no link is printed.
    link: str = ""


CAST = (
    Role(
        "edda",
        "Edda Brandt",
        "edda.brandt@kammer-mittelruhr.example",
        "de",
        {
            "organisation": "Wirtschaftskammer Mittelruhr",
            "position": "Leiterin Innovation und Energie",
            "time_zone": "Europe/Berlin",
            "languages": ["de", "en"],
            "seeks": "Betriebe, die ihren Bedarf an Energie und Technik offen beschreiben.",
            "offers": "Kontakte zu 2.300 Mitgliedsbetrieben zwischen Duisburg und Hamm.",
        },
        roles=("organiser",),
        link="organiser",
    ),
    Role(
        "farid",
        "Farid Haddad",
        "farid.haddad@kammer-mittelruhr.example",
        "en",
        {
            "organisation": "Wirtschaftskammer Mittelruhr",
            "position": "Community manager",
            "time_zone": "Europe/Berlin",
            "languages": ["en", "de", "ar", "fr"],
            "offers": "I introduce people to each other. Tell me whom you are looking for.",
        },
        roles=("moderator",),
        link="moderator",
    ),
    Role(
        "aylin",
        "Aylin Demir",
        "aylin@voltbus.example",
        "en",
        {
            "organisation": "Voltbus",
            "position": "Founder",
            "time_zone": "Europe/Istanbul",
            "languages": ["tr", "en", "de"],
            "seeks": "Bus depots with 10 to 60 vehicles that want to charge overnight without a new transformer.",
            "offers": "350 kW chargers with a battery buffer: they take 60 kW from the grid, all night.",
        },
        roles=("exhibitor",),
        link="exhibitor, a start-up",
    ),
    Role(
        "greta",
        "Dr. Greta Lindqvist",
        "greta.lindqvist@norrnat.example",
        "en",
        {
            "organisation": "Norrnät Institute for Grids",
            "position": "Head of research, distribution grids",
            "time_zone": "Europe/Stockholm",
            "languages": ["sv", "en", "de"],
            "seeks": "Measured load curves of depots and cold stores, also anonymous ones.",
            "offers": "An open model that says how much a connection still carries, hour by hour.",
        },
        roles=("speaker",),
        link="speaker",
    ),
    Role(
        "bernd",
        "Bernd Kowalski",
        "b.kowalski@stadtwerke-hagenfeld.example",
        "de",
        {
            "organisation": "Stadtwerke Hagenfeld",
            "position": "Fuhrpark und Werkstätten",
            "time_zone": "Europe/Berlin",
            "languages": ["de"],
            "seeks": "Laden für 24 Elektrobusse ab Herbst, 350 kW an vier Plätzen, am liebsten ohne neuen Trafo.",
        },
        link="attendee, from a municipal utility",
    ),
    Role(
        "chloe",
        "Chloé Martin",
        "chloe.martin@hydrolumiere.example",
        "en",
        {
            "organisation": "Hydrolumière",
            "position": "Business development",
            "time_zone": "Europe/Paris",
            "languages": ["fr", "en"],
            "seeks": "Industrial heat above 200 °C that cannot go electric.",
            "offers": "Container electrolysers of 1 MW, installed in six weeks.",
        },
        roles=("exhibitor",),
    ),
    Role(
        "dev",
        "Dev Patel",
        "dev@recircle-cells.example",
        "en",
        {
            "organisation": "Recircle Cells",
            "position": "Operations",
            "time_zone": "Europe/London",
            "languages": ["en", "hi"],
            "seeks": "Used bus batteries, 200 kWh and more, with their logbooks.",
            "offers": "Second-life storage from 500 kWh, tested and insured for eight years.",
        },
        roles=("exhibitor", "speaker"),
    ),
    Role(
        "henryk",
        "Henryk Zieliński",
        "h.zielinski@zielone-przewody.example",
        "en",
        {
            "organisation": "Zielone Przewody",
            "position": "Sales engineer",
            "time_zone": "Europe/Warsaw",
            "languages": ["pl", "en"],
            "offers": "Cooled charging cables that one person can lift.",
        },
        roles=("exhibitor",),
    ),
    Role(
        "ines",
        "Inês Oliveira",
        "ines@solvela.example",
        "en",
        {
            "organisation": "SolVela",
            "position": "Architect",
            "time_zone": "Europe/Lisbon",
            "languages": ["pt", "en"],
            "seeks": "Depot roofs of 2,000 square metres and more.",
            "offers": "Solar roofs that carry themselves, without touching the old ones.",
        },
    ),
    Role(
        "jonas",
        "Jonas Petersen",
        "petersen@waermegenossen.example",
        "de",
        {
            "organisation": "Wärmegenossen Lippetal eG",
            "position": "Vorstand",
            "time_zone": "Europe/Berlin",
            "languages": ["de", "en"],
            "seeks": "Abwärme ab 60 °C im Umkreis von fünf Kilometern.",
            "offers": "Ein Wärmenetz mit 640 Anschlüssen und Platz für weitere Quellen.",
        },
    ),
    Role(
        "keiko",
        "Keiko Tanaka",
        "tanaka@hoshi-cells.example",
        "en",
        {
            "organisation": "Hoshi Cells",
            "position": "Partnerships in Europe",
            "time_zone": "Asia/Tokyo",
            "languages": ["ja", "en"],
            "offers": "Cells without cobalt, samples within two weeks.",
        },
    ),
    Role(
        "lena",
        "Lena Vogt",
        "vogt@vogt-spedition.example",
        "de",
        {
            "organisation": "Spedition Vogt & Töchter",
            "position": "Geschäftsführerin",
            "time_zone": "Europe/Berlin",
            "languages": ["de", "en", "nl"],
            "seeks": "Strom für acht Lkw auf dem eigenen Hof, nachts, zu einem festen Preis.",
        },
    ),
)
