"""What a file says of the past: authors, times, owners, former names, retirements, revocations."""

from typing import Any

import pytest
from sqlmodel import select

from app.identity.tables import Principal
from app.registry.tables import ModelRedirect, RegisteredModel
from tests.transfer.files import Importer

MOMENT = "2020-02-27T00:00:00Z"
OWL = {"type": "model", "name": "owl"}


def retired(name: str, by: str, **more: Any) -> dict[str, Any]:
    """Return the line of a model that another replaces."""
    return {
        "type": "model",
        "name": name,
        "retirement": {"reason": "old", "replacement": {"name": by}},
        **more,
    }


def model(importer: Importer, name: str) -> RegisteredModel:
    """Return a model as it stands."""
    with importer.store.reading() as session:
        return session.exec(select(RegisteredModel).where(RegisteredModel.name == name)).one()


def test_a_name_that_is_new_becomes_a_user_and_says_so_in_the_log(importer: Importer) -> None:
    before = importer.store.last_change().sequence
    importer.lines({**OWL, "createdBy": "Ada", "createdAt": MOMENT, "owners": ["Ada", "local"]})
    assert importer.reasons == []
    with importer.store.reading() as session:
        ada = session.exec(select(Principal).where(Principal.name == "Ada")).one()
    owl = model(importer, "owl")
    assert (ada.kind, owl.created_by, owl.created_at.year) == ("user", ada.id, 2020)
    assert owl.owners == [ada.id, importer.store.viewer.id]
    changes = importer.store.changes(before)
    assert [change.action for change in changes] == [
        "model.registered",
        "principal.created",
        "model.restated",
    ]
    assert ada.id not in {change.actor_id for change in changes}
    assert importer.lines({**OWL, "createdBy": "Grace"}).new.total() == 0
    assert model(importer, "owl").created_by == ada.id


def test_what_stands_already_gets_its_retirement_and_its_former_names(importer: Importer) -> None:
    importer.lines(OWL, {"type": "model", "name": "wren"})
    tally = importer.lines(retired("wren", "owl", formerNames=["jenny", {"name": "kitty", "since": MOMENT}]))
    assert (importer.reasons, tally.new.total()) == ([], 3)
    wren = model(importer, "wren")
    assert (wren.retirement_reason, wren.replacement_id) == ("old", model(importer, "owl").id)
    assert wren.revision == 2
    with importer.store.reading() as session:
        assert set(session.exec(select(ModelRedirect.name))) == {"jenny", "kitty"}
    assert importer.lines(retired("wren", "owl", formerNames=["jenny"])).new.total() == 0


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (
            [retired("wren", "owl")],
            (2, "retirement.replacement", "there is no model 'owl' in namespace 'default'"),
        ),
        ([retired("wren", "wren")], (2, "retirement.replacement", "'wren' is itself replaced by this model")),
        (
            [OWL, retired("wren", "owl"), retired("owl", "wren")],
            (4, "retirement.replacement", "'wren' is itself replaced by this model"),
        ),
        (
            [OWL, retired("wren", "owl"), {**OWL, "name": "wren", "retirement": {"reason": "odd"}}],
            (4, "retirement.reason", 'the registry has "old", the file says "odd"'),
        ),
        (
            [{**OWL, "owners": ["local"]}, {**OWL, "owners": ["system"]}],
            (3, "owners", 'the registry has ["local"], the file says ["system"]'),
        ),
        (
            [{**OWL, "formerNames": ["wren"]}, {**OWL, "name": "tit", "formerNames": ["wren"]}],
            (3, "formerNames.wren", "'wren' leads to another model"),
        ),
        (
            [{**OWL, "name": "wren"}, {**OWL, "formerNames": ["wren"]}],
            (3, "formerNames.wren", "a model is called 'wren' by now"),
        ),
        (
            [{**OWL, "versions": [{"number": 1}]}, {**OWL, "versions": [{"number": 1, "state": "FAILED"}]}],
            (3, "versions.0.state", 'the registry has "READY", the file says "FAILED"'),
        ),
        (
            [{**OWL, "versions": [{"number": 1, "state": "PENDING", "aliases": ["champion"]}]}],
            (2, "versions.0.state", "what is PENDING has no alias and is in DEVELOPMENT or ARCHIVED"),
        ),
        (
            [{**OWL, "versions": [{"number": 1, "state": "FAILED", "stage": "STAGING"}]}],
            (2, "versions.0.state", "what is FAILED has no alias and is in DEVELOPMENT or ARCHIVED"),
        ),
    ],
)
def test_what_contradicts_the_registry_is_refused(
    importer: Importer, lines: list[dict[str, Any]], reason: tuple[int, str, str]
) -> None:
    importer.lines(*lines)
    assert importer.reasons == [reason]


def test_a_number_that_was_used_is_not_used_again(importer: Importer) -> None:
    importer.lines({**OWL, "nextNumber": 8, "versions": [{"number": 2, "state": "PENDING"}]})
    assert importer.store.version(model(importer, "owl")).number == 8
