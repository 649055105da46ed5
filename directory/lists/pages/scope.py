"""With whom something is shared: what a form says, and the choices that it offers."""

from sqlalchemy.ext.asyncio import AsyncSession

from directory.lists.actions import Scope
from directory.lists.rules import RefusedError
from directory.organisations import queries as organisations
from people.forms import Form
from server.kernel.http import ProblemError, not_found
from server.kernel.ids import is_id, new_id
from web.i18n import N_, translations

PRIVATE = {"cache-control": "private, no-store"}
_SAID = {
    "too_many": N_("That is as many as there can be: remove something you no longer need first."),
    "not_your_team": N_("You can share it only with an organisation that you belong to."),
}


async def choices(session: AsyncSession, person_id: str, locale: str) -> list[tuple[str, str]]:
    """With whom somebody can share: nobody, or the people of one of their organisations."""
    _ = translations(locale).gettext
    ours = await organisations.ours(session, person_id)
    shared = [(each.id, _("Everybody at %(organisation)s") % {"organisation": each.name}) for each in ours]
    return [("", _("Only me")), *shared]


def scope(form: Form, person_id: str) -> Scope:
    """What a form says about whose something is. Raises ProblemError 404 for what is no id."""
    team_id = form.typed("team")
    if team_id and not is_id(team_id):
        raise not_found()
    return Scope(person_id, team_id or None)


def own_id(form: Form) -> str:
    """The id that the page gave to what its form makes, so that sending it twice makes one thing."""
    given = form.typed("id")
    return given if is_id(given) else new_id()


def answer_refused(refused: RefusedError) -> Exception:
    """What a refusal is over HTTP, where no form can show it: not there, or not allowed."""
    if refused.code == "not_there":
        return not_found()
    return ProblemError(403, refused.code, "You may not do this.")


def say_refused(form: Form, refused: RefusedError) -> None:
    """Put a refusal into a form that is shown again. Raises ProblemError for what no form is shown for."""
    if refused.code not in _SAID:
        raise answer_refused(refused)
    form.say(_SAID[refused.code])
