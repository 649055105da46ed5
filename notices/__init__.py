"""What to tell whom outside of a page: push notices to the devices on which somebody has switched them on."""
