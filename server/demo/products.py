"""The products of the demo fair's organisations. All of them are invented."""

from typing import Any

# (organisation, key of the picture, fields)
PRODUCTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "voltbus",
        "buffered-charger",
        {
            "name.en": "Voltbus 350 buffered charger",
            "name.de": "Voltbus 350 Pufferlader",
            "line.en": "350 kW for a bus, 60 kW from the grid.",
            "line.de": "350 kW für den Bus, 60 kW aus dem Netz.",
            "description.en": "A charger and a battery of 280 kWh in one housing. Two plugs, 45 dB at ten metres.",
            "description.de": "Lader und Batterie mit 280 kWh in einem Gehäuse. Zwei Stecker, 45 dB in zehn Metern.",
            "category": "charging",
            "maturity": "market",
            "price_from": 9_800_000,
            "price_to": 14_500_000,
            "currency": "EUR",
            "certificates": ("CE", "IEC 61851-23", "ISO 15118-20"),
        },
    ),
    (
        "voltbus",
        "depot-planner",
        {
            "name.en": "Depot planner",
            "name.de": "Hofplaner",
            "line.en": "Says which bus charges when, so that the connection is never too small.",
            "line.de": "Sagt, welcher Bus wann lädt, damit der Anschluss nie zu klein ist.",
            "category": "industry-software",
            "maturity": "pilot",
        },
    ),
    (
        "hydrolumiere",
        "container-electrolyser",
        {
            "name.en": "HL-1000 container electrolyser",
            "line.en": "18 kg of hydrogen an hour, in twenty feet.",
            "category": "generation",
            "maturity": "market",
            "price_from": 120_000_000,
            "currency": "EUR",
            "certificates": ("CE", "ISO 22734"),
        },
    ),
    (
        "recircle-cells",
        "second-life-storage",
        {
            "name.en": "Second-life storage 1.4 MWh",
            "name.de": "Speicher aus zweiter Hand 1,4 MWh",
            "line.en": "Tested bus batteries against peak load, six weeks after the signature.",
            "line.de": "Geprüfte Busbatterien gegen Lastspitzen, sechs Wochen nach der Unterschrift.",
            "category": "storage",
            "maturity": "proven",
            "price_from": 21_000_000,
            "currency": "EUR",
            "certificates": ("UL 1974", "VDE-AR-E 2510-50"),
        },
    ),
    (
        "zielone-przewody",
        "halogen-free-cable",
        {
            "name.en": "ZP-Green 4×95",
            "line.en": "Halogen-free charging cable by the drum.",
            "line.de": "Halogenfreies Ladekabel von der Trommel.",
            "category": "parts",
            "maturity": "proven",
            "price_from": 3_850,
            "currency": "EUR",
        },
    ),
    (
        "solvela",
        "solar-roof-tile",
        {
            "name.en": "Vela roof tile",
            "line.en": "A clay tile with 12 W under its glaze.",
            "category": "building",
            "maturity": "prototype",
        },
    ),
    (
        "norrnaet-institute-for-grids",
        "grid-model",
        {
            "name.en": "Open model of low-voltage grids",
            "name.de": "Offenes Modell der Ortsnetze",
            "line.en": "Hour by hour, what a connection still carries.",
            "line.de": "Stunde für Stunde, was ein Anschluss noch trägt.",
            "category": "research",
            "maturity": "pilot",
        },
    ),
    (
        "hoshi-cells",
        "solid-cell",
        {
            "name.en": "HS-40 solid cell",
            "line.en": "Forty minutes to full, also in winter.",
            "category": "storage",
            "maturity": "pilot",
        },
    ),
)
