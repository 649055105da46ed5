"""What the fields of a product may say, in both languages."""

from directory.terms import Term, Vocabulary

CATEGORIES = Vocabulary(
    Term(
        "charging",
        "Charging technology",
        "Ladetechnik",
        ("ev charging", "ladesaeulen", "ladeinfrastruktur", "chargers"),
    ),
    Term(
        "storage",
        "Energy storage",
        "Energiespeicher",
        ("batteries", "batterien", "batteriespeicher", "stromspeicher", "battery storage"),
    ),
    Term(
        "generation",
        "Energy generation",
        "Energieerzeugung",
        (
            "solar",
            "photovoltaik",
            "wind",
            "power generation",
            "stromerzeugung",
            "hydrogen",
            "wasserstoff",
            "elektrolyseure",
        ),
    ),
    Term(
        "grid",
        "Grid technology and metering",
        "Netztechnik und Messung",
        ("smart grid", "smart meter", "grid", "netztechnik", "transformers"),
    ),
    Term(
        "heat",
        "Heating and cooling",
        "Wärme und Kälte",
        ("heat pumps", "waermepumpen", "hvac", "klima", "heizung", "cooling"),
    ),
    Term(
        "vehicles",
        "Vehicles",
        "Fahrzeuge",
        ("cars", "bikes", "fahrraeder", "busse", "lkw", "trucks", "drones", "drohnen"),
    ),
    Term(
        "drives", "Drives and engines", "Antriebe und Motoren", ("motors", "motoren", "engines", "drives", "getriebe")
    ),
    Term(
        "machines",
        "Machines and tools",
        "Maschinen und Werkzeuge",
        ("machinery", "machine tools", "werkzeugmaschinen", "maschinen", "tools", "werkzeuge"),
    ),
    Term(
        "robots",
        "Robots and automation",
        "Roboter und Automatisierung",
        ("robotics", "robotik", "automation", "automatisierungstechnik"),
    ),
    Term(
        "sensors",
        "Sensors and measuring devices",
        "Sensoren und Messgeräte",
        ("sensorik", "messtechnik", "measurement", "messgeraete"),
    ),
    Term(
        "electronics",
        "Electronics and components",
        "Elektronik und Bauteile",
        ("components", "bauteile", "semiconductors", "leiterplatten", "halbleiter", "optics"),
    ),
    Term(
        "materials",
        "Materials and chemicals",
        "Werkstoffe und Chemikalien",
        ("chemicals", "chemie", "raw materials", "kunststoffe", "metalle", "coatings"),
    ),
    Term(
        "parts",
        "Parts and semi-finished goods",
        "Teile und Halbzeuge",
        ("zulieferteile", "castings", "gussteile", "3d printed parts", "metal parts"),
    ),
    Term(
        "building",
        "Building products",
        "Bauprodukte",
        ("construction materials", "baustoffe", "building technology", "gebaeudetechnik"),
    ),
    Term(
        "water-waste",
        "Water, waste and recycling",
        "Wasser, Abfall und Recycling",
        ("recycling", "wasseraufbereitung", "waste", "entsorgung", "environmental technology", "umwelttechnik"),
    ),
    Term(
        "farming", "Farming technology", "Landtechnik", ("agricultural technology", "agrartechnik", "seeds", "saatgut")
    ),
    Term("food", "Food and drinks", "Lebensmittel und Getränke", ("food", "beverages", "nutrition", "lebensmittel")),
    Term(
        "medical",
        "Medical devices and diagnostics",
        "Medizintechnik und Diagnostik",
        ("medical technology", "medtech", "medizinprodukte", "diagnostics"),
    ),
    Term(
        "pharma",
        "Medicines and biotechnology",
        "Arzneimittel und Biotechnologie",
        ("drugs", "biotech", "pharma", "arzneimittel"),
    ),
    Term(
        "consumer", "Consumer goods", "Konsumgüter", ("fashion", "mode", "household", "toys", "lifestyle", "cosmetics")
    ),
    Term(
        "business-software",
        "Business software",
        "Unternehmenssoftware",
        ("erp", "crm", "software", "saas", "enterprise software", "buchhaltung", "accounting"),
    ),
    Term(
        "industry-software",
        "Software for industry and energy",
        "Software für Industrie und Energie",
        ("mes", "scada", "energy management", "energiemanagement", "simulation", "cad", "industrial software"),
    ),
    Term(
        "data-ai",
        "Data and artificial intelligence",
        "Daten und künstliche Intelligenz",
        ("ai", "ki", "data", "analytics", "machine learning", "big data"),
    ),
    Term(
        "apps",
        "Apps and online services",
        "Apps und Onlinedienste",
        ("app", "mobile app", "online platform", "plattform", "marketplace", "web service"),
    ),
    Term(
        "security",
        "Security and identity",
        "Sicherheit und Identität",
        ("cybersecurity", "it security", "security", "access control", "sicherheitstechnik"),
    ),
    Term(
        "it-infrastructure",
        "IT infrastructure and networks",
        "IT-Infrastruktur und Netze",
        ("cloud", "hosting", "network", "telecommunications", "hardware", "5g"),
    ),
    Term(
        "finance",
        "Finance and insurance",
        "Finanzen und Versicherung",
        ("fintech", "insurance", "payments", "versicherung", "financing"),
    ),
    Term(
        "logistics",
        "Transport and logistics",
        "Transport und Logistik",
        ("logistics", "logistik", "transport", "warehousing", "lager", "verpackung", "packaging"),
    ),
    Term(
        "consulting",
        "Consulting and planning",
        "Beratung und Planung",
        ("consulting", "engineering", "planung", "beratung", "ingenieurleistungen"),
    ),
    Term(
        "training",
        "Training and education",
        "Schulung und Bildung",
        ("training", "education", "weiterbildung", "e learning"),
    ),
    Term(
        "research",
        "Research and testing",
        "Forschung und Prüfung",
        ("testing", "laboratory", "labor", "pruefung", "certification", "research and development"),
    ),
    Term(
        "services",
        "Other services",
        "Andere Dienstleistungen",
        ("service", "services", "dienstleistung", "maintenance", "wartung"),
    ),
    Term("other", "Other", "Sonstiges", ("other", "andere", "sonstige")),
)
MATURITIES = Vocabulary(
    Term("idea", "Idea", "Idee", ("concept", "konzept", "trl 1", "trl 2", "trl 3")),
    Term("prototype", "Prototype", "Prototyp", ("demonstrator", "mvp", "prototyp", "trl 4", "trl 5", "beta")),
    Term(
        "pilot",
        "In trial with customers",
        "Im Test bei Kunden",
        ("pilot", "pilot project", "pilotprojekt", "trl 6", "trl 7", "field test", "feldtest"),
    ),
    Term(
        "market",
        "On the market",
        "Am Markt",
        ("market ready", "marktreif", "available", "verfuegbar", "in production", "trl 8", "serienreif", "launched"),
    ),
    Term(
        "proven", "Proven for years", "Seit Jahren bewährt", ("established", "mature", "etabliert", "trl 9", "proven")
    ),
)
# ISO 4217 codes of the prices that can be given.
CURRENCIES = ("EUR", "CHF", "GBP", "USD", "DKK", "NOK", "SEK", "PLN", "CZK", "HUF", "RON", "TRY", "JPY", "CNY", "INR")
