"""One index over everything that can be found, and the page that asks it."""
