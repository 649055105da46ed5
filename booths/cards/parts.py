"""Where visiting cards join in."""

from booths.cards import own_data, telling
from directory.news.newsroom import Newsroom
from directory.organisations.parts import Organisations
from people.own_data import OwnData


def join(data: OwnData, organisations: Organisations, newsroom: Newsroom) -> None:
    """Tell everybody about cards. Called at the start."""
    organisations.carriers.append(own_data.carry)
    data.register("cards", own_data.collect, own_data.erase)
    newsroom.register(telling.NEWS_KINDS, telling.put_into_words)
