"""The pages of meetings."""

from meetings.pages import answering, asking, availability, calendar, desk, meeting, plan, room

routes = [
    *plan.routes,
    *availability.routes,
    *asking.routes,
    *desk.routes,
    *calendar.routes,
    *answering.routes,
    *room.routes,
    *meeting.routes,
]
