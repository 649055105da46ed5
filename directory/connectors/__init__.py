"""What flows in from elsewhere by itself: the feeds of organisations, behind one interface, off until configured."""
