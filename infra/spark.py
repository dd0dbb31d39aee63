"""The one place a SparkSession is built."""

import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkRuntimeError
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from infra.errors import MachineUnfit

LOG_OPTION = f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties').as_uri()}"
QUICK_COMPILER = "-XX:TieredStopAtLevel=1"

COMPILE_LONG_METHODS = "-XX:-DontCompileHugeMethods"
"""Spark makes one long method of a step; one of more than 8,000 bytes would be interpreted, at half the speed."""

ROOM_FOR_CODE = "-XX:ReservedCodeCacheSize=240m"
"""What both compilers have; the quick one alone gets 48 MB, and a JVM whose code no longer fits ends in the middle."""

COMPILE_WELL_WHAT_IS_HOT = " ".join(
    f"-XX:Tier4{threshold}={n}"
    for threshold, n in {
        "InvocationThreshold": 200_000,
        "MinInvocationThreshold": 24_000,
        "CompileThreshold": 600_000,
        "BackEdgeThreshold": 1_600_000,
    }.items()
)
"""40 times what is usual: rows come by the million, and only what plans and compiles steps is left to the quick one."""

LARGE_INPUT_BYTES = 2**26
"""From so many bytes of ratings on (2.5 million), the better code of two compilers pays for compiling twice.

The quick one alone takes a fifth more processor time for 4 million ratings, and less for 100,000.
"""

ON_THIS_MACHINE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}

# Executors call back to an address that Spark finds out (SPARK_LOCAL_IP overrules it), and find this code at this path.
ON_A_CLUSTER = {"spark.executorEnv.PYTHONPATH": str(Path(__file__).parents[1])}

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # Java's own lower case, whose tables are there; those of ICU take a second to load.
    "spark.sql.icu.caseMappings.enabled": "false",
    # A shuffle is cut fine enough for 30 million ratings in 2 GB, then joined again to what is worth a task and a file.
    "spark.sql.shuffle.partitions": "64",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
}


def is_cluster(master: str) -> bool:
    """Tell whether the address of a master, such as spark://host:7077, is that of more than this process."""
    return not master.startswith("local")


def create_session(app_name: str, master: str, driver_memory_mb: int, input_bytes: int = 0) -> SparkSession:
    """Return the process's session, started if there is none: timestamps in UTC, and silent unless something fails.

    `input_bytes` is about as much as will be read as text, and decides how the JVM compiles (LARGE_INPUT_BYTES).
    Raises MachineUnfit when the JVM does not start.
    """
    if running := SparkSession.getActiveSession():
        return running
    settings = {**SETTINGS, **(ON_A_CLUSTER if is_cluster(master) else ON_THIS_MACHINE)}
    conf = SparkConf().setAppName(app_name).setMaster(master).setAll(list(settings.items()))
    return SparkSession(SparkContext(conf=conf, gateway=_start_jvm(driver_memory_mb, java_options(input_bytes))))


def java_options(input_bytes: int) -> str:
    """Return how the JVM is told to compile and what to say, for an input of about that size."""
    compilers = COMPILE_WELL_WHAT_IS_HOT if input_bytes >= LARGE_INPUT_BYTES else QUICK_COMPILER
    return " ".join([LOG_OPTION, COMPILE_LONG_METHODS, ROOM_FOR_CODE, compilers])


@cache
def _start_jvm(memory_mb: int, java_options: str) -> Any:
    """Return the gateway to a new JVM; what it says is kept back (a warning of its own modules) unless it fails.

    Workers run the interpreter of this process; left alone, Spark picks whatever `python3` is on the PATH.
    """
    os.environ["PYSPARK_PYTHON"] = sys.executable
    options = SparkConf(loadDefaults=False).set("spark.driver.memory", f"{memory_mb}m")
    options.set("spark.driver.extraJavaOptions", java_options)
    with tempfile.TemporaryFile("w+") as said:
        try:
            return launch_gateway(options, {"stderr": said})
        except PySparkRuntimeError:
            said.seek(0)
            raise MachineUnfit(
                f"Spark's JVM did not start with {memory_mb} MB: install a JDK 17 or 21, "
                f"or set MARQUEE_SPARK__DRIVER_MEMORY_MB to less. It said: {said.read().strip()}"
            ) from None
