"""What changes a registry: each function takes a write session first, and logs what it does."""
