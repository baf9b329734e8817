"""How well the search finds what people look for, judged through the running API."""
