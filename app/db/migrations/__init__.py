"""The chain of migrations, oldest first; one head."""
