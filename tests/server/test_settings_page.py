from server.kernel.settings import Settings
from server.settings_page import PAGE, markdown


def test_the_page_of_settings_is_up_to_date() -> None:
    assert PAGE.read_text() == markdown(), "type: fairmatch settings > docs/settings.md"


def test_every_setting_says_what_it_does() -> None:
    undescribed = [name for name, field in Settings.model_fields.items() if not (field.description or "").endswith(".")]

    assert undescribed == []
