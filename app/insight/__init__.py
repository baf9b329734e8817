"""What is worked out from what is registered."""
