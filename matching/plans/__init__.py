"""Choosing who meets whom and when, from wishes: the heaviest timetable that everybody's hours and tables allow."""
