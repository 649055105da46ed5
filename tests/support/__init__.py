"""What the tests stand on: real services, real servers, real browsers, and a fresh database for each test."""
