"""The pages of meetings."""

from meetings.pages import answering, asking, availability, calendar, desk, meeting, plan, results, room, timetable

routes = [
    *plan.routes,
    *results.routes,
    *timetable.routes,
    *availability.routes,
    *asking.routes,
    *desk.routes,
    *calendar.routes,
    *answering.routes,
    *room.routes,
    *meeting.routes,
]
