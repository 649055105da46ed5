"""The pages of meetings."""

from meetings.pages import answering, asking, availability, calendar, desk, meeting, plan, results, room

routes = [
    *plan.routes,
    *results.routes,
    *availability.routes,
    *asking.routes,
    *desk.routes,
    *calendar.routes,
    *answering.routes,
    *room.routes,
    *meeting.routes,
]
