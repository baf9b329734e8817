"""The schema's enums, every value described."""

from enum import Enum

import strawberry
from strawberry import enum_value


@strawberry.enum(description="Which way a list runs.")
class OrderDirection(Enum):
    """Which way a list runs."""

    ASC = enum_value("ASC", description="From the lowest to the highest.")
    DESC = enum_value("DESC", description="From the highest to the lowest.")


@strawberry.enum(description="What a list of models is ordered by.")
class ModelOrderField(Enum):
    """What a list of models is ordered by."""

    NAME = enum_value("NAME", description="The name, without regard to case.")
    CREATED_AT = enum_value("CREATED_AT", description="When it was registered.")
    UPDATED_AT = enum_value("UPDATED_AT", description="When it last changed.")


@strawberry.enum(description="What a list of versions is ordered by.")
class VersionOrderField(Enum):
    """What a list of versions is ordered by."""

    NUMBER = enum_value("NUMBER", description="The number.")
    CREATED_AT = enum_value("CREATED_AT", description="When it was registered.")
    UPDATED_AT = enum_value("UPDATED_AT", description="When it last changed.")


@strawberry.enum(description="Whether a version is finished.")
class VersionState(Enum):
    """Whether a version is finished."""

    PENDING = enum_value("PENDING", description="Still being put together.")
    READY = enum_value("READY", description="Finished; it does not change any more.")
    FAILED = enum_value("FAILED", description="Given up; it never becomes ready.")


@strawberry.enum(description="How a draft of a version ends.")
class VersionOutcome(Enum):
    """How a draft of a version ends."""

    READY = enum_value("READY", description="Finished; it does not change any more.")
    FAILED = enum_value("FAILED", description="Given up; it never becomes ready.")


@strawberry.enum(description="Which way a metric gets better.")
class MetricDirection(Enum):
    """Which way a metric gets better."""

    MAXIMIZE = enum_value("MAXIMIZE", description="Higher is better.")
    MINIMIZE = enum_value("MINIMIZE", description="Lower is better.")
    NONE = enum_value("NONE", description="Neither, or not known; never ranked.")


@strawberry.enum(description="Where a measurement was made.")
class MetricSource(Enum):
    """Where a measurement was made."""

    TRAINING = enum_value("TRAINING", description="While training.")
    EVALUATION = enum_value("EVALUATION", description="In an evaluation of the finished version.")
    PRODUCTION = enum_value("PRODUCTION", description="While serving.")


@strawberry.enum(description="A measurement that is no finite number: kept as a fact, never ranked.")
class NonFinite(Enum):
    """A measurement that is no finite number."""

    NAN = enum_value("NAN", description="Not a number.")
    INFINITY = enum_value("INFINITY", description="Beyond every number.")
    NEGATIVE_INFINITY = enum_value("NEGATIVE_INFINITY", description="Below every number.")


@strawberry.enum(description="What a dataset was to a version.")
class DatasetRole(Enum):
    """What a dataset was to a version."""

    TRAINING = enum_value("TRAINING", description="It was trained on it.")
    EVALUATION = enum_value("EVALUATION", description="It was evaluated on it.")
    OTHER = enum_value("OTHER", description="It was used in another way.")


@strawberry.enum(description="Which way lineage is walked from its root.")
class LineageDirection(Enum):
    """Which way lineage is walked from its root."""

    UPSTREAM = enum_value("UPSTREAM", description="To what the root comes from.")
    DOWNSTREAM = enum_value("DOWNSTREAM", description="To what comes from the root.")
    BOTH = enum_value("BOTH", description="To its ancestors and to its descendants.")


@strawberry.enum(description="What an edge says; read: downstream RELATION upstream.")
class LineageRelation(Enum):
    """What an edge says; read: downstream RELATION upstream."""

    TRAINED_ON = enum_value("TRAINED_ON", description="A version was trained on a dataset.")
    EVALUATED_ON = enum_value("EVALUATED_ON", description="A version was evaluated on a dataset.")
    FINE_TUNED_FROM = enum_value("FINE_TUNED_FROM", description="Training went on from the parent's weights.")
    INITIALIZED_FROM = enum_value("INITIALIZED_FROM", description="Training began with the parent's weights.")
    ADAPTED_FROM = enum_value("ADAPTED_FROM", description="An adapter was added to the parent.")
    DISTILLED_FROM = enum_value("DISTILLED_FROM", description="It was taught by the parent.")
    QUANTIZED_FROM = enum_value("QUANTIZED_FROM", description="The parent in a lower precision.")
    CONVERTED_FROM = enum_value("CONVERTED_FROM", description="The parent in another format.")
    MERGED_FROM = enum_value("MERGED_FROM", description="The weights of several parents were merged.")
    ENSEMBLE_OF = enum_value("ENSEMBLE_OF", description="It asks several parents at once.")
    DERIVED_FROM = enum_value(
        "DERIVED_FROM", description="It comes from the parent in a way not said closer."
    )
    REPUBLISHED_FROM = enum_value("REPUBLISHED_FROM", description="The parent, published again elsewhere.")
    PREVIOUS_VERSION = enum_value("PREVIOUS_VERSION", description="It follows the parent as a version.")
    DEPENDS_ON = enum_value("DEPENDS_ON", description="It needs the upstream thing to run.")
    BUILT_FROM = enum_value("BUILT_FROM", description="It was built from this code.")
    RAN_IN = enum_value("RAN_IN", description="It was made in this environment.")
    GENERATED_BY = enum_value("GENERATED_BY", description="The upstream thing produced it.")
    DEPLOYMENT_OF = enum_value("DEPLOYMENT_OF", description="A deployment that serves the version.")
    CONSUMES = enum_value("CONSUMES", description="It reads what the upstream thing gives.")


@strawberry.enum(description="What a node of lineage is.")
class LineageNodeKind(Enum):
    """What a node of lineage is."""

    MODEL_VERSION = enum_value("MODEL_VERSION", description="A version of a registered model.")
    DATASET_VERSION = enum_value("DATASET_VERSION", description="A version of a registered dataset.")
    CODE = enum_value("CODE", description="A state of the code that versions were built from.")
    ENVIRONMENT = enum_value("ENVIRONMENT", description="Software and hardware that versions ran in.")
    EXTERNAL = enum_value("EXTERNAL", description="Something outside the registry.")


@strawberry.enum(description="What travels down the edges of lineage.")
class FactKind(Enum):
    """What travels down the edges of lineage."""

    LICENSE = enum_value("LICENSE", description="A licence, of a model or of a dataset version.")
    PII = enum_value("PII", description="That a dataset version holds data about persons.")
    REVOKED_DATASET = enum_value("REVOKED_DATASET", description="That a dataset version is revoked.")


@strawberry.enum(description="Whether deleted things are admitted.")
class DeletedMode(Enum):
    """Whether deleted things are admitted."""

    EXCLUDE = enum_value("EXCLUDE", description="Only what is not deleted.")
    INCLUDE = enum_value("INCLUDE", description="What is deleted and what is not.")
    ONLY = enum_value("ONLY", description="Only what is deleted.")


@strawberry.enum(description="What ranks in a search.")
class SearchMode(Enum):
    """What ranks in a search."""

    HYBRID = enum_value("HYBRID", description="Words and meaning together.")
    WORDS = enum_value("WORDS", description="Words alone.")
    MEANING = enum_value("MEANING", description="Meaning alone.")


@strawberry.enum(description="What a search counts beside its answer.")
class FacetField(Enum):
    """What a search counts beside its answer."""

    NAMESPACE = enum_value("NAMESPACE", description="The namespaces.")
    TASK = enum_value("TASK", description="The canonical tasks.")
    DOMAIN = enum_value("DOMAIN", description="The domains.")
    FRAMEWORK = enum_value("FRAMEWORK", description="The frameworks.")
    ARCHITECTURE = enum_value("ARCHITECTURE", description="The architectures.")
    FAMILY = enum_value("FAMILY", description="The families.")
    LICENSE = enum_value("LICENSE", description="The licences.")
    PUBLISHER = enum_value("PUBLISHER", description="The publishers.")
    LANGUAGE = enum_value("LANGUAGE", description="The languages.")
    STAGE = enum_value("STAGE", description="The stages that models have a version in.")
    DATASET = enum_value("DATASET", description="The datasets that models were made with.")
    TAG = enum_value("TAG", description="The values of a tag, by its key.")


@strawberry.enum(description="What models agree in of which a search shows one.")
class SearchCollapse(Enum):
    """What models agree in of which a search shows one."""

    FAMILY = enum_value("FAMILY", description="The family; models without one stand for themselves.")
    PAPER = enum_value("PAPER", description="The paper; models without one stand for themselves.")


@strawberry.enum(description="What a suggestion is.")
class SuggestionKind(Enum):
    """What a suggestion is."""

    MODEL = enum_value("MODEL", description="The name of models.")
    TASK = enum_value("TASK", description="A canonical task.")
    DATASET = enum_value("DATASET", description="A dataset that models were made with.")
    TAG = enum_value("TAG", description="The key of a tag.")
    FRAMEWORK = enum_value("FRAMEWORK", description="A framework.")


@strawberry.enum(description="Why an answer of the search is not whole.")
class DegradationCode(Enum):
    """Why an answer of the search is not whole."""

    WORDS_BEHIND = enum_value("WORDS_BEHIND", description="Recent changes are not found by words yet.")
    MEANING_BEHIND = enum_value("MEANING_BEHIND", description="Recent changes are not found by meaning yet.")
    INDEX_UNAVAILABLE = enum_value(
        "INDEX_UNAVAILABLE",
        description="There is no index to ask: found by words in names, tags and descriptions alone.",
    )
    EMBEDDER_UNAVAILABLE = enum_value(
        "EMBEDDER_UNAVAILABLE", description="The query could not be understood by meaning."
    )


@strawberry.enum(description="What a row of a comparison is about.")
class ComparisonKind(Enum):
    """What a row of a comparison is about."""

    FIELD = enum_value("FIELD", description="A field of the version or of its model.")
    METRIC = enum_value("METRIC", description="A metric under its whole key.")
    PARAM = enum_value("PARAM", description="A param.")
    TAG = enum_value("TAG", description="A tag of the version.")
    DATASET = enum_value("DATASET", description="A dataset in a role; the value is the label of its version.")
    ENVIRONMENT = enum_value("ENVIRONMENT", description="A part of the environment, such as a package.")
    CODE = enum_value("CODE", description="A part of the code revision.")
    SIGNATURE = enum_value("SIGNATURE", description="The inputs or the outputs.")


@strawberry.enum(description="What of a version itself is weighed; smaller is better unless said otherwise.")
class ObjectiveField(Enum):
    """What of a version itself is weighed."""

    PARAMETER_COUNT = enum_value("PARAMETER_COUNT", description="The number of weights.")
    SIZE_BYTES = enum_value("SIZE_BYTES", description="The size of the artifact in bytes.")


@strawberry.enum(description="How a version of software stands to another, in the order of PEP 440.")
class Recency(Enum):
    """How a version of software stands to another."""

    OLDER = enum_value("OLDER", description="It comes before the other.")
    SAME = enum_value("SAME", description="It is the other, however written: 1.0 is 1.0.0.")
    NEWER = enum_value("NEWER", description="It comes behind the other.")


@strawberry.enum(description="Why a request was refused.")
class UserErrorCode(Enum):
    """Why a request was refused."""

    INVALID = enum_value("INVALID", description="A value breaks a rule of its field.")
    NOT_FOUND = enum_value("NOT_FOUND", description="A name or id leads nowhere.")
    ALREADY_EXISTS = enum_value("ALREADY_EXISTS", description="The name is taken.")
    CONFLICT = enum_value("CONFLICT", description="It contradicts the present state.")
    STALE_REVISION = enum_value("STALE_REVISION", description="Someone else changed it first.")
    AMBIGUOUS = enum_value("AMBIGUOUS", description="Several things answer to the name.")
    IMMUTABLE = enum_value("IMMUTABLE", description="It is final.")
    CYCLE = enum_value("CYCLE", description="The edge would close a circle.")
    FORBIDDEN = enum_value("FORBIDDEN", description="The viewer may not do this.")
    LIMIT_EXCEEDED = enum_value("LIMIT_EXCEEDED", description="More than the registry admits.")
