"""From columns to fields: which column means what, and what its texts are as values. Pure: no database, no clock."""
