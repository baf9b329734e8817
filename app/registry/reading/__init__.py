"""What is asked of a registry: finding by name, lists in pages, and filters compiled to SQL."""
