"""How PostgreSQL orders the change log: inside COMMIT, by a trigger.

SQLite has one writer at a time, so places in the log can be given while a transaction runs. On a server,
whoever draws a number first may commit last, and a reader that remembers the highest number it has seen would
lose rows. So a transaction appends its changes without a place (a negative one tells them apart), and its
COMMIT fires a deferred trigger once, which takes the lock of the log and gives all of them what
`app.db.changelog` gives them on SQLite: the next places, a time behind their predecessor's, and the
digests. The lock is held for nothing but the end of the COMMIT, whatever a client does meanwhile. Those who
follow the log are told of the last place (`app.db.news`).
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

LOG = 4_805_119_472
"""The key of the advisory lock of whoever appends to the log."""

CHANNEL = "holotype_changes"
"""Where a COMMIT that appended to the log says so, with the last place that it gave."""

# The keys in their order, as RFC 8785 has them; texts are escaped as it says by PostgreSQL's own JSON.
_PARTS = (
    *("action", "actor_id", "after", "at", "before", "id", "related", "request_id"),
    *("sequence", "subject_id", "transaction"),
)
_AT = """'"' || to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00"'"""
_WRITTEN = {"at": _AT, "related": "fact.related", "sequence": "'\"' || place || '\"'"}

_FUNCTION = """
CREATE OR REPLACE FUNCTION seal_changes() RETURNS trigger LANGUAGE plpgsql AS $function$
DECLARE
  fact record;
  last_place bigint;
  place bigint;
  moment timestamptz;
  chain text;
BEGIN
  -- The first change of a transaction seals all of them.
  IF current_setting('holotype.sealed', true) = NEW.transaction THEN
    RETURN NULL;
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'changes are appended in READ COMMITTED, where the end of the log can be seen';
  END IF;
  PERFORM pg_advisory_xact_lock({lock});
  SELECT sequence, at, digest INTO place, moment, chain
    FROM change WHERE sequence > 0 ORDER BY sequence DESC LIMIT 1;
  last_place := coalesce(place, 0);
  place := last_place;
  moment := greatest(clock_timestamp(), moment + interval '1 microsecond');
  chain := coalesce(chain, '');
  FOR fact IN SELECT * FROM change WHERE sequence <= NEW.sequence AND transaction = NEW.transaction
      ORDER BY sequence DESC LOOP
    place := place + 1;
    chain := encode(sha256(convert_to(chain || {canonical}, 'UTF8')), 'hex');
    UPDATE change SET sequence = place, at = moment, digest = chain WHERE sequence = fact.sequence;
    INSERT INTO change_entity (entity_id, sequence)
      SELECT fact.subject_id, place UNION SELECT json_array_elements_text(fact.related::json), place;
  END LOOP;
{histories}
  PERFORM pg_notify('{channel}', place::text);
  PERFORM set_config('holotype.sealed', NEW.transaction, true);
  RETURN NULL;
END
$function$"""

_HISTORIES = """
SELECT table_name FROM information_schema.columns
  WHERE table_schema = current_schema() AND column_name = 'opened_by' ORDER BY table_name"""

_HISTORY = """
  UPDATE {table} state SET opened_sequence = change.sequence FROM change
    WHERE state.opened_sequence IS NULL AND change.sequence > last_place AND change.id = state.opened_by;
  UPDATE {table} state SET closed_sequence = change.sequence FROM change
    WHERE state.closed_by IS NOT NULL AND state.closed_sequence IS NULL
      AND change.sequence > last_place AND change.id = state.closed_by;"""


def seal_commits(connection: Connection) -> None:
    """Have every COMMIT seal its changes, in the log and in all history tables that there are."""
    for statement in _statements(connection.exec_driver_sql(_HISTORIES).scalars().all()):
        connection.exec_driver_sql(statement)


def _statements(histories: Sequence[str]) -> Iterator[str]:
    yield "CREATE SEQUENCE IF NOT EXISTS change_unsealed INCREMENT BY -1"
    yield "ALTER TABLE change ALTER COLUMN sequence SET DEFAULT nextval('change_unsealed')"
    yield _FUNCTION.format(
        lock=LOG,
        channel=CHANNEL,
        canonical=_canonical(),
        histories="".join(_HISTORY.format(table=name) for name in histories),
    )
    yield "DROP TRIGGER IF EXISTS seal_changes ON change"
    yield (
        "CREATE CONSTRAINT TRIGGER seal_changes AFTER INSERT ON change DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION seal_changes()"
    )


def _canonical() -> str:
    """Return the SQL expression of a change's canonical text."""
    values = (
        f"""'"{name}":' || """ + _WRITTEN.get(name, f"coalesce(to_json(fact.{name})::text, 'null')")
        for name in _PARTS
    )
    return "'{' || " + " || ',' || ".join(values) + " || '}'"
