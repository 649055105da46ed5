"""What was said at the demo fair before one comes in: in the lobby, and between two people twice."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    """Something that somebody says. `{key}` in the text calls the person of the cast; `id` is for reactions."""

    minutes_ago: float
    who: str
    text: str
    reactions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # What it said at first, when it was corrected a minute later.
    at_first: str = ""


HOUR = 60.0
DAY = 24 * HOUR

LOBBY = (
    Line(
        DAY + 3 * HOUR,
        "edda",
        "Herzlich willkommen. Hier im Foyer sind wir alle zusammen: Sagen Sie, wer Sie sind, "
        "was Sie suchen und was Sie anbieten. Wer passt, meldet sich.",
        {"👏": ("farid", "aylin", "bernd", "jonas", "lena"), "❤️": ("chloe",)},
    ),
    Line(
        DAY + 3 * HOUR - 1,
        "farid",
        "And in English: welcome. Write in the language that you think in. If you look for somebody, call me, "
        "I know most of the people here.",
        {"👍": ("dev", "keiko", "henryk")},
    ),
    Line(
        DAY + 2 * HOUR + 40,
        "aylin",
        "Hello from Izmir. We build chargers for bus depots that need no new transformer: 350 kW at the plug, "
        "60 kW from the grid. I would like to hear from people who run 10 to 60 buses.",
        {"👀": ("bernd", "lena", "greta")},
    ),
    Line(
        DAY + 2 * HOUR + 31,
        "bernd",
        "Das klingt nach uns. Wir stellen ab Herbst 24 Busse um, und unser Netzanschluss gibt einfach nicht mehr her. "
        "{aylin}, wie groß ist so ein Gerät?",
    ),
    Line(
        DAY + 2 * HOUR + 28,
        "aylin",
        "{bernd} as big as two parking spaces for four charging points. I will write to you with a drawing.",
        {"👍": ("bernd",)},
        at_first="{bernd} as big as three parking spaces for four charging points. I will write to you with a drawing.",
    ),
    Line(
        DAY + 2 * HOUR,
        "dev",
        "Recircle Cells here, from Leeds. If buses get new batteries somewhere: please do not scrap the old ones. "
        "We take 200 kWh and more, with the logbook, and pay for the transport.",
        {"👏": ("greta", "ines"), "🤔": ("bernd",)},
    ),
    Line(
        DAY + HOUR,
        "ines",
        "Does anybody here own a depot roof of 2,000 square metres or more? I can tell in a day what it would carry.",
    ),
    Line(
        DAY + HOUR - 4,
        "lena",
        "Wir haben 1.800 auf dem Hof in Unna. Knapp daneben, oder reicht das auch?",
    ),
    Line(DAY + HOUR - 6, "ines", "{lena} that is enough. Let us talk.", {"🎉": ("lena", "farid")}),
    Line(
        7 * HOUR,
        "keiko",
        "Hello from Osaka. We send samples of cells without cobalt to anybody "
        "who builds storage. Two weeks by sea, three days by air.",
        {"👍": ("dev", "aylin")},
    ),
    Line(
        5 * HOUR,
        "jonas",
        "Wir suchen Abwärme ab 60 °C rund um Lippetal. Bäckereien, Wäschereien, Rechenzentren: alles ist willkommen.",
    ),
    Line(
        5 * HOUR - 9,
        "chloe",
        "{jonas} an electrolyser gives you about 60 °C all year round. We are planning one 3 km from you.",
        {"👀": ("jonas", "edda", "farid"), "🎉": ("edda",)},
    ),
    Line(
        3 * HOUR,
        "henryk",
        "For everybody who has to lift a charging cable at four in the morning: ours weighs 9 kg with the "
        "coolant. Pictures on request.",
        {"😂": ("aylin", "bernd"), "👍": ("lena",)},
    ),
    Line(
        80,
        "farid",
        "A short reminder: {greta} speaks tomorrow at 15:00 about what your grid connection still carries, hour by "
        "hour. Questions can be put here already.",
        {"👍": ("bernd", "lena", "jonas", "ines")},
    ),
    Line(64, "lena", "Frage an {greta}: Gilt das auch nachts, wenn alle gleichzeitig laden wollen?"),
    Line(
        52,
        "greta",
        "Gute Frage, genau darum geht es. Kurz: Nachts ist im Ortsnetz mehr Platz, als die Papiere sagen. "
        "The model is open, you find it on the page of the institute.",
        {"👏": ("lena", "bernd", "aylin", "dev")},
    ),
    Line(
        23,
        "dev",
        "I have 1.4 MWh of tested second-life storage in Rotterdam that looks for a place. Who has a yard and a "
        "bill for peak load?",
    ),
    Line(19, "lena", "Beides. {dev}, wie schnell könnte das hier stehen?", {"👀": ("dev",)}),
    Line(
        17,
        "dev",
        "{lena} six weeks from your signature. {bernd} the same would fit in front of your depot, by the way.",
    ),
    Line(
        4,
        "farid",
        "This is what the lobby is for. {aylin}, {bernd}: the two of you have a table at the meeting corner "
        "whenever you want one.",
    ),
)

CONVERSATIONS = (
    (
        Line(
            DAY + 2 * HOUR,
            "aylin",
            "Dear Mr Kowalski, here is the drawing in words: 12 m by 5 m, 2.60 m high, two doors to the yard "
            "side. Would that fit?",
        ),
        Line(
            DAY + 100,
            "bernd",
            "Guten Tag Frau Demir, ja, neben der Waschhalle ist Platz. Wie laut ist das Gerät nachts? Wir haben "
            "Nachbarn.",
        ),
        Line(
            DAY + 96,
            "aylin",
            "45 dB at ten metres, the fans only run while a bus is charging fast. I can send you the measurement.",
            {"👍": ("bernd",)},
        ),
        Line(6 * HOUR, "bernd", "Das wäre gut. Und was kostet die Wartung im Jahr?"),
        Line(
            41,
            "aylin",
            "2.4 % of the price, with a spare module on your yard. Shall we talk for twenty minutes today? I am "
            "free after 15:30 your time.",
        ),
        Line(38, "aylin", "I would bring our engineer, she knows your type of bus."),
    ),
    (
        Line(
            DAY + 4 * HOUR,
            "edda",
            "Liebe Frau Lindqvist, alles bereit für morgen 15 Uhr? Die Bühne ist ab 14:30 Uhr für Sie offen.",
        ),
        Line(
            DAY + 3 * HOUR,
            "greta",
            "Ja, danke. Ich bringe zwei Folien mehr mit als geplant, ist das in Ordnung?",
            {"👍": ("edda",)},
        ),
        Line(2 * HOUR, "edda", "Gern. Es haben sich schon 140 Leute angemeldet, vor allem von Stadtwerken."),
    ),
)

# How many of the last messages people have not read yet: of the lobby, by key; everybody else has read it all.
UNREAD_IN_LOBBY = {"bernd": 4, "aylin": 1, "edda": 2, "jonas": 11, "keiko": 9}
# Of each conversation, whoever did not say the last word has these unread.
UNREAD_IN_CONVERSATIONS = (2, 1)
