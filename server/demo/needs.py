"""What is sought and offered at the demo fair, by the organisations of its cast, and who has answered. Invented."""

from dataclasses import dataclass, field

from directory.needs.seen import Wording


@dataclass(frozen=True)
class Wanted:
    """A need or an offer in the name of somebody's organisation. Days are counted from the day of the demo."""

    key: str
    by: str  # the key of a person of the cast
    kind: str
    category: str
    texts: dict[str, Wording]
    tags: dict[str, tuple[str, ...]]
    days_ago: int
    days_left: int | None = None
    blind: bool = False
    budget: tuple[int | None, int | None] = (None, None)
    country: str = "DE"
    region: str = ""
    place: str = ""
    radius_km: int | None = None
    remote: bool = False


@dataclass(frozen=True)
class Said:
    """An answer to a need, and the steps after it: who, which step, which words."""

    need: str
    by: str
    text: str
    steps: tuple[tuple[str, str, str], ...] = field(default=())
    blind: bool = False


NEEDS = (
    Wanted(
        "buses",
        "bernd",
        "seek",
        "product",
        {
            "de": Wording(
                "350 kW Ladeleistung für 24 Elektrobusse",
                "Ab Herbst laden bei uns **24 Elektrobusse** auf dem Betriebshof, vier davon gleichzeitig "
                "mit 350 kW.\n\n"
                "- Der Netzanschluss gibt nachts 60 kW her, tagsüber weniger\n"
                "- Ein neuer Trafo käme frühestens in drei Jahren\n"
                "- Platz ist neben der Waschhalle, 12 mal 5 Meter\n\n"
                "Wir freuen uns über Lösungen mit Pufferspeicher, auch aus zweitem Leben.",
                "Einen Betriebshof, den andere sich ansehen, und ein Team, das Neues ausprobiert.",
                "Mittleres Stadtwerk, NRW",
            ),
            "en": Wording(
                "350 kW charging for 24 electric buses",
                "From autumn on **24 electric buses** charge in our depot, four of them at 350 kW at the same time.\n\n"
                "- The grid gives 60 kW at night, and less during the day\n"
                "- A new transformer would take three years at least\n"
                "- There is room beside the washing hall, 12 by 5 metres\n\n"
                "Buffered solutions are welcome, second-life batteries, too.",
                "A depot that others come to look at, and a team that likes to try things.",
                "Mid-size utility, NRW",
            ),
        },
        {"industry": ("mobility", "energy"), "technology": ("charging", "batteries")},
        days_ago=3,
        days_left=40,
        blind=True,
        budget=(400_000, 650_000),
        region="NRW",
    ),
    Wanted(
        "waste heat",
        "jonas",
        "seek",
        "cooperation",
        {
            "de": Wording(
                "Abwärme ab 60 °C rund um Lippetal",
                "Unser Wärmenetz hat 640 Anschlüsse und Platz für weitere Quellen. Wir suchen Betriebe, deren Abwärme "
                "das ganze Jahr anfällt: Bäckereien, Wäschereien, Rechenzentren, Elektrolyseure.\n\n"
                "Die Leitung bis zu Ihrem Zaun bauen wir.",
                "Einen festen Preis je Kilowattstunde, zehn Jahre lang.",
            ),
            "en": Wording(
                "Waste heat of 60 °C and more around Lippetal",
                "Our heat network has 640 connections and room for further sources. We look for places "
                "whose waste heat "
                "comes all year: bakeries, laundries, data centres, electrolysers.\n\n"
                "We build the pipe up to your fence.",
                "A fixed price per kilowatt-hour, for ten years.",
            ),
        },
        {"industry": ("energy",), "technology": ("heat",)},
        days_ago=9,
        place="Lippetal",
        region="NRW",
        radius_km=5,
    ),
    Wanted(
        "yard",
        "lena",
        "seek",
        "service",
        {
            "de": Wording(
                "Strom für acht Lkw auf dem eigenen Hof, nachts, zum festen Preis",
                "Wir stellen acht Lkw um und wollen nachts auf dem Hof in Unna laden. Gesucht ist jemand, "
                "der Ladepunkte "
                "und Speicher **plant, baut und betreibt**; wir zahlen je geladener Kilowattstunde.",
                "Einen Vertrag über acht Jahre und 1.800 m² Dach für Solarstrom.",
            ),
        },
        {"industry": ("mobility",), "technology": ("charging", "solar")},
        days_ago=1,
        days_left=25,
        budget=(None, 300_000),
        place="Unna",
        region="NRW",
    ),
    Wanted(
        "load curves",
        "greta",
        "seek",
        "research",
        {
            "en": Wording(
                "Measured load curves of depots and cold stores",
                "For an open model of what a grid connection still carries we need quarter-hour values of "
                "a whole year, "
                "also anonymous ones. Twenty sites are enough to begin with.",
                "Your own curve back, with what the connection could carry hour by hour.",
            ),
        },
        {"industry": ("research", "energy"), "technology": ("smart-grid",)},
        days_ago=14,
        country="",
        remote=True,
    ),
    Wanted(
        "storage",
        "dev",
        "offer",
        "product",
        {
            "en": Wording(
                "1.4 MWh of tested second-life storage, at once",
                "Three containers stand in Rotterdam, tested and insured for eight years. They can be with "
                "you **six weeks "
                "after your signature**. Best for yards with a bill for peak load.",
                "A price per kWh well below new cells, and our engineer on your yard for the first week.",
            ),
            "de": Wording(
                "1,4 MWh geprüfter Speicher aus zweitem Leben, sofort",
                "Drei Container stehen in Rotterdam, geprüft und acht Jahre versichert. **Sechs Wochen nach der "
                "Unterschrift** stehen sie bei Ihnen. Am besten für Höfe, die für Lastspitzen zahlen.",
                "Einen Preis je kWh deutlich unter neuen Zellen, und in der ersten Woche unsere Technik auf Ihrem Hof.",
            ),
        },
        {"industry": ("energy", "environment"), "technology": ("batteries", "recycling")},
        days_ago=2,
        budget=(150_000, 420_000),
        country="",
        remote=True,
    ),
    Wanted(
        "roofs",
        "ines",
        "offer",
        "service",
        {
            "en": Wording(
                "We say in a day what your roof would carry",
                "Send us a plan of your depot roof, from 1,500 m². Within one working day you get a "
                "drawing with what it "
                "would carry and yield; the old roof stays untouched.",
                "The drawing is yours, whatever you decide.",
            ),
        },
        {"industry": ("construction", "energy"), "technology": ("solar",)},
        days_ago=5,
        country="",
        remote=True,
    ),
)

ANSWERS = (
    Said(
        "buses",
        "aylin",
        "Our charger takes 60 kW from the grid, all night, and gives 350 kW at four plugs. It is as big as two parking "
        "spaces, so your place beside the washing hall is enough.",
        (
            ("bernd", "asked", "Wie laut ist das Gerät nachts? Wir haben Nachbarn."),
            ("aylin", "replied", "45 dB at ten metres, and the fans run only while a bus is charging fast."),
        ),
    ),
    Said(
        "buses",
        "dev",
        "1.4 MWh of second-life storage in front of your depot lets four buses charge at 350 kW "
        "every hour. It can stand "
        "there in six weeks.",
        blind=True,
    ),
    Said(
        "waste heat",
        "chloe",
        "An electrolyser gives about 60 °C all year round. We plan one three kilometres from you.",
    ),
)
