"""What the nodes of a lineage graph are called."""

import pytest

from app.insight.lineage.nodes import NodeLabel, label_nodes
from tests.store import Store

pytestmark = pytest.mark.both_databases


def test_it_works(store: Store) -> None:
    store.dataset("imagenet", versions=[{"label": "2012"}])
    use = {"dataset": {"name": {"name": "imagenet"}}, "role": "TRAINING"}
    parent = {"upstream": {"externalUri": "hf:bert"}, "relation": "DERIVED_FROM"}
    version = store.version(store.model("resnet"), datasets=[use], parents=[parent])
    related = store.last_change().related
    nodes = {version.id, *(node for node in related if node[:3] in {"dsv", "ext"}), "ver_" + "0" * 32}
    with store.reading() as session:
        labels = label_nodes(session, nodes)
    assert sorted(labels.values(), key=lambda label: label.name) == [
        NodeLabel("default/resnet v1", "DEVELOPMENT"),
        NodeLabel("hf:bert"),
        NodeLabel("imagenet 2012"),
    ]
