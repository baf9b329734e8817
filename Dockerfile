# Two images of one build: `api` is lean, `indexer` has torch beside it. All packages are pinned and hashed by
# requirements.lock; uv itself comes from there too.

FROM python:3.11-slim-bookworm AS base
ENV HF_HUB_OFFLINE=1 \
    HOLOTYPE_DATA=/var/lib/holotype \
    PATH=/opt/holotype/bin:$PATH \
    PYTHONUNBUFFERED=1


FROM base AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore \
    UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    UV_PYTHON=/opt/holotype
WORKDIR /source
COPY pyproject.toml requirements.lock ./
RUN awk '/^uv==/ { found = 1 } found { print } found && !/\\$/ { exit }' requirements.lock > uv.lock \
 && pip install --require-hashes --no-deps -r uv.lock \
 && uv venv --python /usr/local/bin/python /opt/holotype \
 && uv venv --python /usr/local/bin/python /opt/packaging \
 && uv pip install -r pyproject.toml --extra opensearch --extra telemetry -c requirements.lock \
 && uv pip install --python /opt/packaging hatchling -c requirements.lock
COPY LICENSE NOTICE README.md ./
COPY app app
COPY indexer indexer
RUN uv build --wheel --no-build-isolation --python /opt/packaging \
 && uv pip install --no-deps dist/*.whl


FROM build AS build-indexer
RUN uv pip install -r pyproject.toml --extra opensearch --extra telemetry --extra indexer -c requirements.lock \
 && holotype index export-encoder


FROM base AS runtime
# Nothing runs as root; the number is fixed, so that volumes keep their owner.
RUN useradd --uid 10001 --home-dir /var/lib/holotype --no-create-home --shell /usr/sbin/nologin holotype
COPY --from=build-indexer --chown=10001:10001 /var/lib/holotype /var/lib/holotype
USER 10001:10001
WORKDIR /var/lib/holotype
ENTRYPOINT ["holotype"]


FROM runtime AS indexer
COPY --from=build-indexer /opt/holotype /opt/holotype
CMD ["index", "run"]


FROM runtime AS api
COPY --from=build /opt/holotype /opt/holotype
EXPOSE 8765
CMD ["api"]
