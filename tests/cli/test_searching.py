"""`holotype search` against a registry whose models are found by meaning, too."""

from collections.abc import Callable
from pathlib import Path

from app.search.query_encoder import MODEL, encoder_directory
from tests.graphql.conftest import serving
from tests.graphql.indexing import EMBEDDER, index
from tests.routes.serving import served

Run = Callable[..., tuple[int, str, str]]


def test_it_is_said_when_no_word_was_found_or_meaning_took_no_part(
    run: Run, seeded_file: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with serving(data, seeded_file) as api:
        api.model("wren", description="small german classifier")
        index(api)
    near = "none of these has a word of it; they are near by meaning\n"
    with served(data) as running:
        code, output, messages = run("search", "feelings", HOLOTYPE_URL=running.url)
        assert (code, output.splitlines()[-1], messages) == (0, "1 of 1 found", near)
        assert run("search", "german", HOLOTYPE_URL=running.url)[2] == ""
        assert run("search", "feelings", "--mode", "meaning", HOLOTYPE_URL=running.url)[2] == ""
    (encoder_directory(data / "index", EMBEDDER.digest) / MODEL).write_bytes(b"")
    with served(data) as running:
        for mode, end in (("hybrid", "found by words alone"), ("meaning", "so nothing is found by meaning")):
            code, output, messages = run("search", "feelings", "--mode", mode, HOLOTYPE_URL=running.url)
            assert (code, output) == (0, "nothing was found\n")
            assert messages.startswith("the encoder for the vectors of the index is damaged")
            assert messages.endswith(f"; {end}\n")
