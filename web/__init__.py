"""What people see: templates, styles, scripts, translations."""
