"""What happens to servers and processes, each time while clients read and write."""
