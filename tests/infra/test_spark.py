import os
import subprocess
import sys
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from infra.spark import create_session, java_options


def run_python(code, **environment):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


def test_a_process_has_one_session(spark):
    assert create_session("another", "local[1]", 512).sparkContext is spark.sparkContext


def test_times_are_utc_for_every_reader_of_parquet(spark, tmp_path):
    moment = datetime(2024, 7, 1, 12, tzinfo=UTC)

    spark.createDataFrame([(moment,)], "moment timestamp").write.parquet(str(tmp_path / "times"))

    stored = pq.read_table(tmp_path / "times")["moment"]
    assert (stored.type, stored.to_pylist()) == (pa.timestamp("us", "UTC"), [moment])


def test_spark_starts_and_works_without_a_word():
    code = "from infra.spark import create_session as c; print(c('quiet', 'local[1]', 512).range(3).count())"

    done = run_python(code)

    assert (done.stdout, done.stderr) == ("3\n", "")


def test_a_machine_without_java_is_told_so():
    code = "from infra.spark import create_session as c; c('quiet', 'local[1]', 512)"

    done = run_python(code, JAVA_HOME="/nowhere")

    assert "MachineUnfit: Spark's JVM did not start with 512 MB: install a JDK 17 or 21" in done.stderr
    assert "/nowhere/bin/java" in done.stderr


def test_a_jvm_that_compiles_quickly_has_room_for_all_of_its_code(spark):
    pools = spark._jvm.java.lang.management.ManagementFactory.getMemoryPoolMXBeans()

    room = sum(pool.getUsage().getMax() for pool in pools if pool.getName().startswith("Code"))
    assert room >= 240 * 2**20


def test_much_is_compiled_well_and_little_quickly_and_long_methods_always():
    little, much = java_options(10**6).split(), java_options(10**9).split()

    assert set(little) - set(much) == {"-XX:TieredStopAtLevel=1"}
    assert any(option.startswith("-XX:Tier4InvocationThreshold=") for option in much)
    assert "-XX:-DontCompileHugeMethods" in much
