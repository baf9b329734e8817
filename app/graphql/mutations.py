"""The root of all writing: each mutation is one transaction, and its answer is read after the commit."""

import strawberry

from app.graphql.catalogue_mutations import CatalogueMutations
from app.graphql.model_mutations import ModelMutations
from app.graphql.version_mutations import VersionMutations


@strawberry.type(description="The root of all writing.")
class Mutation(ModelMutations, VersionMutations, CatalogueMutations):
    """The root of all writing."""
