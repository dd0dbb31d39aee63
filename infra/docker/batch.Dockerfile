# Airflow, Spark and every model library: for Airflow's services, MLflow, and the one-shots beside them.
# A base must have a user 50000 and a Python 3.11 to 3.13 whose pip that user may install with, as Airflow's images do;
# 3.11 needs gcc and Python's headers too (lightfm-next has no wheel for it).
ARG BASE=apache/airflow:slim-3.3.2-python3.12
FROM ${BASE}

USER root
RUN apt-get update \
    && apt-get install --yes --no-install-recommends curl libgomp1 openjdk-17-jre-headless \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir -p /opt/airflow/logs /opt/airflow/passwords /opt/marquee /var/lib/marquee \
    && chown -R 50000:0 /opt/airflow /opt/marquee /var/lib/marquee

USER 50000:0
WORKDIR /opt/marquee
COPY --chown=50000:0 setup.cfg pyproject.toml requirements.lock ./
RUN pip install --no-cache-dir --constraint requirements.lock ".[batch]" \
    && pip uninstall --yes marquee \
    && rm -rf build marquee.egg-info

COPY --chown=50000:0 infra infra
COPY --chown=50000:0 features features
COPY --chown=50000:0 models models
COPY --chown=50000:0 pipelines pipelines
COPY --chown=50000:0 dags dags
ARG GIT_COMMIT=unknown
ENV MARQUEE_GIT_COMMIT=${GIT_COMMIT} \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/marquee/dags \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    PYTHONPATH=/opt/marquee
