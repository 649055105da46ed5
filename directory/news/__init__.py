"""What people are told about their organisations: in the app at once, by mail gathered into one letter."""
