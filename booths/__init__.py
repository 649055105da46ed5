"""What an organisation does at a fair: its stand, and its talks in the fair's programme."""
