"""The commands that ask the API and touch nothing on this machine."""
