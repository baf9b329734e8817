"""What GraphQL is bad at, over plain HTTP."""
