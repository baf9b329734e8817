"""The root of all writing: each mutation is one transaction, and its answer is read after the commit."""

import strawberry

from app.graphql.mutations.catalogue import CatalogueMutations
from app.graphql.mutations.lineage import LineageMutations
from app.graphql.mutations.models import ModelMutations
from app.graphql.mutations.versions import VersionMutations


@strawberry.type(description="The root of all writing.")
class Mutation(ModelMutations, VersionMutations, CatalogueMutations, LineageMutations):
    """The root of all writing."""
