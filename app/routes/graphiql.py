"""The query editor (GraphiQL), served from the package so that it works offline."""

import os
import re
from pathlib import Path

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_POLICY = [
    "default-src 'none'",
    "script-src 'self'",
    # the hash: the one style element that GraphiQL's dialogs insert, so that the page behind does not scroll
    "style-src 'self' 'sha256-Y/huXlwoYkVyQlxwSVcCi1RCDGDCSVBzDt0hYP9qlTc='",
    "font-src data:",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
]
_RELEASE_IN_NAME = re.compile(r"-\d+\.\d+\.\d+\.")


class _Editor(StaticFiles):
    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        released = _RELEASE_IN_NAME.search(Path(full_path).name)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if released else "no-cache"
        response.headers["Content-Security-Policy"] = "; ".join(_POLICY)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def graphiql_routes(path: str = "/graphiql") -> list[BaseRoute]:
    """Return the routes of the query editor: the page at `path` and its files below.

    The page posts to ``/graphql`` and loads nothing from elsewhere; its policy forbids inline scripts and
    other hosts. Browsers keep files with a release in their name for a year and ask again for the others.
    """
    return [Mount(path, app=_Editor(packages=[("app", "graphql/graphiql")], html=True), name="graphiql")]
