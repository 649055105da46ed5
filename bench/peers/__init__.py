"""The peers' servers: each a small program that does the same work and prints the port that it listens on."""
