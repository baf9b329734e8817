"""Holotype's API service, its command line and everything both stand on."""
