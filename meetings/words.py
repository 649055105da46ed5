"""What rules are called on pages: message ids, translated where they are shown."""

from meetings.displacing import SLOT_WITHDRAWN, TIMETABLE_MENDED
from meetings.rules import Mode, SlotTaken, WhyNot
from meetings.teams.model import Routing
from people import languages
from web.i18n import N_, translations

MODES = {
    Mode.REQUEST: N_("On request"),
    Mode.OPEN: N_("Booked at once"),
    Mode.ORGANISER: N_("By the organiser only"),
    Mode.NEVER: N_("Not at all"),
}

WHY_NOT = {
    WhyNot.NO_PLAN: N_("The organiser has not opened meetings at this fair yet."),
    WhyNot.ONESELF: N_("This is you."),
    WhyNot.NOT_HERE: N_("This person is not at the fair."),
    WhyNot.NEVER: N_("At this fair your two groups do not arrange meetings with each other."),
    WhyNot.ORGANISER_ONLY: N_("At this fair the organiser arranges the meetings between your two groups."),
    WhyNot.RETREATED: N_("This person takes no meetings at the moment. You can write a message."),
    WhyNot.YOU_RETREATED: N_("You take no meetings at the moment. You can change that under your availability."),
    WhyNot.ALREADY_ASKED: N_("You have asked this person already; the answer is still open."),
    WhyNot.THEY_ASKED: N_("This person has asked you already; the answer is yours."),
    WhyNot.ALREADY_MEETING: N_("You have a meeting with this person already."),
    WhyNot.BUDGET: N_(
        "All your requests are waiting for an answer. As soon as one is answered or expires, you can ask again."
    ),
    WhyNot.NO_SLOT: N_("There is no time left at which you are both free."),
    WhyNot.OVER: N_("The fair is over. You can write a message."),
    "answered": N_("This request has been answered or has expired in the meantime."),
    "not_your_turn": N_("It is the other one's turn to answer."),
    "not_a_colleague": N_("Only somebody of your organisation at this fair can take it over."),
    "taken": N_("A colleague was faster and has it now."),
    "not_a_member": N_("You do not belong to this organisation."),
    "team_full": N_("There are as many in this team as there can be."),
    "no_slots": N_("Please choose at least one time that is still ahead."),
}

TAKEN_MINE = {
    SlotTaken.PAST: N_("is over"),
    SlotTaken.GONE: N_("is not offered any more"),
    SlotTaken.MEETING: N_("you have a meeting"),
    SlotTaken.ABSENT: N_("you are not free"),
    SlotTaken.CALENDAR: N_("your calendar is busy"),
    SlotTaken.DAY_FULL: N_("your day is full"),
    SlotTaken.STREAK: N_("you need a pause"),
}
# What takes another person's time is their own matter.
TAKEN_THEIRS = N_("the other one is not free")

CONFLICTS = {
    SlotTaken.PAST: N_("This time is over."),
    SlotTaken.GONE: N_("This time is not on offer any more."),
    SlotTaken.MEETING: N_("Somebody was faster: this time has just been taken."),
    SlotTaken.ABSENT: N_("At this time one of you is not free any more."),
    SlotTaken.CALENDAR: N_("At this time one of you is busy by their own calendar."),
    SlotTaken.DAY_FULL: N_("One of you has no room left for more meetings on that day."),
    SlotTaken.STREAK: N_("One of you would have too many meetings in a row."),
    "closed": N_("Files can be given while the room is open: from five minutes before to five minutes after."),
    "many_files": N_("More files than these cannot be given here. Take one away first."),
    "much_in_files": N_("With this one the files of this meeting would be too large. Take one away first."),
    "cancelled": N_("This meeting has been called off in the meantime."),
    "moved": N_("This meeting has been moved in the meantime."),
    "there": N_("This person takes part already."),
    "taken": N_("A colleague has this meeting now."),
    "people": N_("A meeting has two to eight people."),
    "answered": N_("This was answered in the meantime."),
    "came": N_("Whoever was missing has come in the meantime. Thank you all the same."),
    "away": N_("One of the two takes no meetings at this fair any more."),
    "arranged": N_("You have arranged something with each other since then."),
    "together": N_("The two have another meeting ahead."),
    "unknown": N_("We find nobody at this fair whom you could bring by this address."),
}

CHANGED_MEANWHILE = N_(
    "Something has changed since this was found, so nothing was done. Please look for the smallest change again."
)
WISHES = {"must": N_("I must meet them"), "like": N_("I would like to"), "never": N_("Rather not")}
VERDICTS = {"good": N_("It was good"), "follow_up": N_("We follow up"), "no": N_("Not for us")}
BECAME = {
    "met_again": N_("We met again"),
    "pilot": N_("We try something together"),
    "contract": N_("There is a contract"),
    "nothing": N_("Nothing came of it"),
}
ANSWERS = {
    "accepted": N_("Accepted"),
    "declined": N_("Declined"),
    "withdrawn": N_("Withdrawn"),
    "expired": N_("Expired without an answer"),
}
CANCELLED_BY_PLAN = {
    SLOT_WITHDRAWN: N_("The organiser has changed the times of the fair."),
    TIMETABLE_MENDED: N_("The organiser has mended the timetable, and found no other time for it."),
}


def cancel_reason(reason: str) -> str:
    """The message id of why a meeting was called off; a text that somebody typed stays itself."""
    return CANCELLED_BY_PLAN.get(reason, reason)


def because(routing: Routing | None, locale: str) -> list[str]:
    """Why a request came to whoever has it, in sentences of the reader's language."""
    if routing is None:
        return []
    _ = translations(locale).gettext
    found = []
    if routing.named_id == routing.to_id:
        found.append(_("You were asked by name."))
    if routing.languages:
        names = ", ".join(languages.name(each, locale) for each in routing.languages)
        found.append(_("You have a language in common: %(names)s.") % {"names": names})
    if routing.words:
        found.append(_("It is about what you know: %(words)s.") % {"words": ", ".join(routing.words)})
    if routing.load < routing.fullest:
        counts = {"mine": routing.load, "most": routing.fullest}
        found.append(_("You have %(mine)s requests and meetings ahead; a colleague has %(most)s.") % counts)
    return found or [_("Nobody of your team fits better.")]
