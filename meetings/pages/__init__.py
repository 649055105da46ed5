"""The pages of meetings."""

from meetings.pages import (
    answering,
    asking,
    availability,
    calendar,
    desk,
    meeting,
    plan,
    repair,
    results,
    room,
    timetable,
)

routes = [
    *plan.routes,
    *results.routes,
    *repair.routes,
    *timetable.routes,
    *availability.routes,
    *asking.routes,
    *desk.routes,
    *calendar.routes,
    *answering.routes,
    *room.routes,
    *meeting.routes,
]
