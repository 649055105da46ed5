"""The organiser's timetable: wishes, the run that makes it, and its publication."""
