"""Partner institutions: chambers, agencies and companies that pool their networks and appear together."""
