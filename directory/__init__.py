"""Start-ups, companies, products, needs, and the networks that bring them: docs/decisions/0009."""
