"""What is worked out from what is registered: discovery and comparison."""
