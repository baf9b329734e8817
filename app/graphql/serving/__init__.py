"""GraphQL over HTTP: what an operation may ask for, and how an answer or a refusal is sent."""
