"""READ: files as delivered, under our names and types; no row dropped, no value changed."""
