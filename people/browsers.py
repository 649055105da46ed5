"""Which browser on which system, in two words: enough to recognise one's own devices, and all that is kept."""

# Sought in this order, as browsers also name those that they resemble.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Vivaldi", "Vivaldi"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chromium", "Chromium"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def summary(user_agent: str) -> str:
    """Such as "Firefox · Linux"; empty for what we do not know."""
    found = (_first(user_agent, _BROWSERS), _first(user_agent, _SYSTEMS))
    return " · ".join(word for word in found if word)


def is_phone(summary_text: str) -> bool:
    """Whether a summary speaks of something held in a hand."""
    return summary_text.endswith(("iPhone", "iPad", "Android"))


def _first(text: str, marks: tuple[tuple[str, str], ...]) -> str:
    return next((word for mark, word in marks if mark in text), "")
