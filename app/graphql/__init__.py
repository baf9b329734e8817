"""The GraphQL API: every type of the schema, how it is answered, and how it is asked over HTTP."""
