"""When the circuit to a server is broken, and by what it is closed again."""

import pytest

from app.search.contract import IndexUnavailable
from app.search.opensearch import breaker
from app.search.opensearch.breaker import MOST_FAILURES, Breaker, ServerAway


def call(circuit: Breaker, failure: IndexUnavailable | None = None) -> None:
    with circuit.closed():
        if failure:
            raise failure


def test_a_server_that_is_there_and_refuses_closes_the_circuit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "PAUSE_SECONDS", 0.0)
    circuit = Breaker()
    for _ in range(MOST_FAILURES):
        with pytest.raises(ServerAway, match="away"):
            call(circuit, ServerAway("away"))
    monkeypatch.setattr(breaker, "PAUSE_SECONDS", 60.0)
    # The call that tries again is answered, by a refusal.
    with pytest.raises(IndexUnavailable, match="there is none"):
        call(circuit, IndexUnavailable("there is none"))
    call(circuit)


def test_a_broken_circuit_lets_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "PAUSE_SECONDS", 60.0)
    circuit = Breaker()
    for _ in range(MOST_FAILURES):
        with pytest.raises(ServerAway, match="away"):
            call(circuit, ServerAway("away"))
    with pytest.raises(ServerAway, match="asked again in a moment"):
        call(circuit)
