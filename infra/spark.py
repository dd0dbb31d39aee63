"""The one place a SparkSession is built."""

import os
import sys

from pyspark.sql import SparkSession


def create_session(app_name: str, master: str, driver_memory_mb: int) -> SparkSession:
    """Return the process's session: timestamps in UTC, ANSI errors, no progress bar over our own lines.

    Workers run the interpreter of this process; left alone, Spark picks whatever `python3` is on the PATH.
    """
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = (
        SparkSession.builder.master(master)
        .appName(app_name)
        .config("spark.driver.memory", f"{driver_memory_mb}m")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.compression.codec", "zstd")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
    )
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session
