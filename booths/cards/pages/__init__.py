"""The pages of visiting cards: leaving one, one's own, and those that an organisation has."""

from booths.cards import taking
from booths.cards.pages import leaving, own, team

routes = [*leaving.routes, *own.routes, *taking.routes, *team.routes]
