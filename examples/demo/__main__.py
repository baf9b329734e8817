"""Serve a sample of real models and act on it: `python -m examples.demo --data DIR --port N`."""

import argparse
import sys
import time
from pathlib import Path

import typer

from app.cli.client.searching import show_search
from app.cli.importing import import_into
from app.cli.serving.bars import indexed
from app.cli.serving.up import serve
from app.settings import Settings
from examples.demo.act import act

SAMPLE = Path("examples/model_zoo/sample.jsonl.gz")
QUERY = "small German sentiment classifier"
INDEX_PATIENCE_SECONDS = 30


def main() -> None:
    """Import the sample unless that was done before, then serve, act once and search."""
    parser = argparse.ArgumentParser(prog="python -m examples.demo", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data folder; kept for the next time")
    parser.add_argument("--port", type=int, required=True, help="the port to listen on")
    options = parser.parse_args()
    settings = Settings(data=options.data, port=options.port)
    imported = settings.data / "sample-imported"
    if not imported.exists():
        print(f"Importing {SAMPLE} into {settings.data}")
        import_into(settings, [SAMPLE], None)
        imported.touch()
    serve(settings, once_indexed=_show)


def _show(url: str) -> None:
    """Act once, then ask the example query and say where to go on."""
    print("\nA team at work, through the API:")
    if not act(url):
        print("  all done the last time")
    deadline = time.monotonic() + INDEX_PATIENCE_SECONDS
    while time.monotonic() < deadline and not ((now := indexed(url)) and now.whole):
        time.sleep(0.2)
    print(f'\nholotype search "{QUERY}"\n')
    show_search(url, QUERY, mode="HYBRID", limit=5, as_json=False)
    print(f"\nAsk anything at {url}/graphiql (Ctrl-C ends it)")


if __name__ == "__main__":
    try:
        main()
    except typer.Exit as ended:
        sys.exit(ended.exit_code)
