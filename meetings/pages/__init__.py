"""The pages of meetings."""

from meetings.pages import (
    answering,
    asking,
    availability,
    binding,
    calendar,
    deciding,
    desk,
    meeting,
    plan,
    repair,
    results,
    room,
    swapping,
    team,
    timetable,
    wishing,
)

routes = [
    *plan.routes,
    *results.routes,
    *repair.routes,
    *deciding.routes,
    *binding.routes,
    *timetable.routes,
    *wishing.routes,
    *team.routes,
    *swapping.routes,
    *availability.routes,
    *asking.routes,
    *desk.routes,
    *calendar.routes,
    *answering.routes,
    *room.routes,
    *meeting.routes,
]
