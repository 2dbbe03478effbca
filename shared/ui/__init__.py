"""What people see: base templates, styles, and every translation."""
