# The HTTP API: what it imports, and nothing more. Any base with Python 3.11 to 3.13 and its venv module will do.
ARG BASE=python:3.12-slim-bookworm

FROM ${BASE} AS environment
WORKDIR /build
COPY setup.cfg pyproject.toml requirements.lock ./
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --constraint requirements.lock ".[serving]" \
    && /opt/venv/bin/pip uninstall --yes marquee pip setuptools

FROM ${BASE}
RUN useradd --system --uid 10001 --no-create-home marquee
COPY --from=environment /opt/venv /opt/venv
WORKDIR /opt/marquee
COPY infra infra
COPY serving serving
ARG GIT_COMMIT=unknown
ENV MARQUEE_GIT_COMMIT=${GIT_COMMIT} \
    PATH=/opt/venv/bin:${PATH} \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8000
CMD ["uvicorn", "serving.app:app", "--host", "0.0.0.0", "--port", "8000", "--log-config", "serving/logging.json", \
    "--timeout-graceful-shutdown", "10"]
