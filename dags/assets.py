"""The platform's lineage at a glance: what each DAG writes, which is what the next one waits for.

    ingest_ratings ─> raw_tables ─> build_features ─> feature_tables ─> train_models ─> champion
                                          generation <─ publish_recommendations <─────────┘

Every event carries a partition key, the snapshot date such as `2026-11-20`.
"""

from airflow.sdk import Asset

raw_tables = Asset("raw_tables")
feature_tables = Asset("feature_tables")
champion = Asset("champion")
generation = Asset("generation")
