"""Models, versions, stages, aliases, tags, metrics, params and datasets, and every rule they obey."""
