"""What only the embedded engine has to show of writing; `conformance` has what every engine does."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from app.search.contract import Mark, SearchMode, SearchRequest
from app.search.embedded.reader import EmbeddedReader
from app.search.embedded.rows import ROW
from app.search.embedded.writer import LEAST_ROWS_TO_COMPACT, EmbeddedWriter
from app.search.filters import FactField, In
from tests.search.samples import LOG, document, fill, vector_of, vectors

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def ids(reader: EmbeddedReader) -> list[str]:
    reader.refresh()
    return [hit.id for hit in reader.search(SearchRequest()).hits]


def frameworks(reader: EmbeddedReader, framework: str) -> int:
    reader.refresh()
    return reader.search(SearchRequest(filter=In(FactField.FRAMEWORK, (framework,)))).total


def test_a_reader_sees_commits_by_itself(writer: EmbeddedWriter, reader: EmbeddedReader) -> None:
    writer.put([document(1)])
    writer.commit(Mark(1))
    while not reader.search(SearchRequest()).total:
        pass
    assert reader.search(SearchRequest()).total == 1


def test_an_older_document_is_ignored_after_a_restart_too(tmp_path: Path, writer: EmbeddedWriter) -> None:
    fill(writer, [document(1, framework="new", sequence=7)])
    writer.close()
    again = EmbeddedWriter(tmp_path, LOG)
    again.put([document(1, framework="late", sequence=6)])
    again.commit()
    reader = EmbeddedReader(tmp_path)
    assert frameworks(reader, "new") == 1
    reader.close()
    again.close()


def test_vectors_have_their_own_position(writer: EmbeddedWriter) -> None:
    documents = [document(1, sequence=3), document(2, sequence=3)]
    writer.put(documents)
    writer.commit(Mark(3, NOON))
    assert writer.missing_vectors(10) == [documents[1].id, documents[0].id]
    assert writer.position.meaning == Mark()
    changed = document(1, "renamed", sequence=4)
    writer.put([changed])
    writer.commit(Mark(4))
    assert writer.missing_vectors(1) == [changed.id]
    writer.put_vectors(vectors([changed]))
    writer.commit()
    assert writer.position.meaning == Mark()
    assert writer.position.embedded == 1
    writer.put_vectors(vectors([documents[1]]))
    writer.commit()
    assert writer.position.meaning == Mark(4)
    assert writer.missing_vectors(10) == []


def test_only_changed_texts_need_new_vectors(writer: EmbeddedWriter) -> None:
    fill(writer, [document(1, description="Sees cats", sequence=1)])
    writer.put([document(1, description="Sees cats", license="MIT", sequence=2)])
    assert writer.missing_vectors(10) == []
    writer.put([document(1, description="Sees dogs", sequence=3)])
    assert writer.missing_vectors(10) == [document(1).id]


def test_missing_vectors_are_known_after_a_restart(tmp_path: Path, writer: EmbeddedWriter) -> None:
    fill(writer, [document(1)])
    writer.put([document(2, sequence=2), document(3, sequence=2)])
    writer.commit(Mark(2))
    writer.close()
    again = EmbeddedWriter(tmp_path, LOG)
    assert again.missing_vectors(10) == [document(3).id, document(2).id]
    assert again.position.meaning == Mark(1)
    again.close()


def test_vectors_of_a_deleted_model_are_harmless(writer: EmbeddedWriter, reader: EmbeddedReader) -> None:
    fill(writer, [document(1)])
    late = vectors([document(1, "renamed")])
    writer.delete([document(1).id], 2)
    writer.put_vectors(late)
    writer.commit(Mark(2))
    reader.refresh()
    assert reader.search(SearchRequest(text="model", vector=vector_of("model"))).total == 0


def test_another_embedder_drops_the_vectors(tmp_path: Path, writer: EmbeddedWriter) -> None:
    fill(writer, [document(1), document(2)])
    writer.use_embedder("another")
    assert writer.position.embedder == "another"
    assert (writer.position.embedded, writer.position.meaning) == (0, Mark())
    assert len(writer.missing_vectors(10)) == 2
    assert len(list(tmp_path.glob("g*/vectors-*.bin"))) == 1


@pytest.mark.parametrize("damage", ["log", "fingerprint", "format", "position", "words", "stored", "vectors"])
def test_an_unfit_index_is_made_anew(tmp_path: Path, writer: EmbeddedWriter, damage: str) -> None:
    fill(writer, [document(key) for key in range(1, 40)])
    writer.close()
    manifest = tmp_path / "manifest.json"
    data = orjson.loads(manifest.read_bytes())
    if damage == "words":
        (tmp_path / "g1/words/meta.json").unlink()
    elif damage == "stored":
        [stored] = tmp_path.glob("g1/words/*.store")
        stored.write_bytes(bytes(20) + stored.read_bytes()[20:])
    elif damage == "position":
        newer = {**data["position"], "newer": 99}
        manifest.write_bytes(orjson.dumps({**data, "position": newer}))
    elif damage == "vectors":
        (tmp_path / "g1/vectors-2.bin").unlink()
    elif damage != "log":
        manifest.write_bytes(orjson.dumps({**data, damage: 99}))
    again = EmbeddedWriter(tmp_path, "another" if damage == "log" else LOG)
    assert again.replaced
    assert again.position.documents == 0
    fill(again, [document(2)])
    reader = EmbeddedReader(tmp_path)
    assert ids(reader) == [document(2).id]
    reader.close()
    again.close()
    assert [path.name for path in tmp_path.glob("g*")] == ["g2"]


def test_an_index_that_could_not_be_opened_is_let_go(tmp_path: Path) -> None:
    in_the_way = tmp_path / ".manifest.json"
    in_the_way.mkdir()
    # What was raised is held, and with it whatever it was raised in.
    with pytest.raises(IsADirectoryError) as failed:
        EmbeddedWriter(tmp_path, LOG)
    in_the_way.rmdir()
    EmbeddedWriter(tmp_path, LOG).close()
    assert failed.value.filename == str(in_the_way)


def test_what_could_not_be_read_again_is_once_it_is_there(tmp_path: Path, writer: EmbeddedWriter) -> None:
    fill(writer, [document(1)])
    writer.put([document(2)])
    manifest = tmp_path / "manifest.json"
    away = manifest.rename(tmp_path / "away")
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            writer.discard()
    away.rename(manifest)
    writer.discard()
    assert writer.known_ids() == {document(1).id}
    away = manifest.rename(away)
    with pytest.raises(FileNotFoundError):
        writer.discard()
    writer.close()
    away.rename(manifest)
    EmbeddedWriter(tmp_path, LOG).close()


def test_vectors_that_a_killed_writer_had_replaced_are_dropped(
    tmp_path: Path, writer: EmbeddedWriter
) -> None:
    fill(writer, [document(1)])
    writer.close()
    [counted] = tmp_path.glob("g1/vectors-*.bin")
    (tmp_path / "g1/vectors-1.bin").write_bytes(bytes(ROW.itemsize))
    EmbeddedWriter(tmp_path, LOG).close()
    assert [*tmp_path.glob("g1/vectors-*.bin")] == [counted]


def test_a_reader_follows_into_a_new_index(writer: EmbeddedWriter, reader: EmbeddedReader) -> None:
    fill(writer, [document(1)])
    assert len(ids(reader)) == 1
    writer.reset("another")
    assert ids(reader) == []
    fill(writer, [document(2)])
    assert ids(reader) == [document(2).id]


def test_rows_that_no_longer_count_are_dropped(tmp_path: Path, writer: EmbeddedWriter) -> None:
    again = [document(key, "again") for key in range(1, 6)]
    fill(writer, again)
    rewritten = vectors(again)
    for _ in range(LEAST_ROWS_TO_COMPACT // 1_000 + 1):
        writer.put_vectors(rewritten * 200)
        writer.commit()
    (file,) = tmp_path.glob("g*/vectors-*.bin")
    assert file.stat().st_size <= LEAST_ROWS_TO_COMPACT * ROW.itemsize
    writer.put([document(key, "again", sequence=2) for key in range(1, 6)])
    writer.commit(Mark(2))
    assert writer.missing_vectors(1) == []
    reader = EmbeddedReader(tmp_path)
    answer = reader.search(SearchRequest(text="again", vector=vector_of("again"), mode=SearchMode.MEANING))
    assert answer.total == 5
    assert all(hit.meaning and hit.meaning > 0.99 for hit in answer.hits)
    reader.close()
