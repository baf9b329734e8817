"""A served registry, as its users and those who run it reach it."""

from tests.graphql.conftest import api, shared_api

__all__ = ["api", "shared_api"]
