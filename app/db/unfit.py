"""Why a database cannot be served as it is."""


class UnfitDatabase(RuntimeError):
    """The database cannot be served as it is; the message says what to do."""
