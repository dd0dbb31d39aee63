"""The processes of a Spark cluster on this machine: a master and its workers."""

from functools import partial
from pathlib import Path

import pyspark

from infra.local.probes import http_answers
from infra.local.servers import Server
from tests.conftest import free_port

SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
ON_LOOPBACK = {"SPARK_LOCAL_IP": "127.0.0.1"}


def master(folder):
    """Return the master; workers and drivers know it by its address."""
    port = free_port()
    command = "org.apache.spark.deploy.master.Master", "--port", str(port)
    return _server("spark_master", folder, f"spark://127.0.0.1:{port}", command)


def worker(of_master, folder):
    """Return a worker with one core."""
    offers = "--cores", "1", "--memory", "1g", "--work-dir", str(folder)
    return _server("spark_worker", folder, "", ("org.apache.spark.deploy.worker.Worker", of_master.address, *offers))


def _server(name, folder, address, arguments):
    port = free_port()
    command = str(SPARK_CLASS), *arguments, "--host", "127.0.0.1", "--webui-port", str(port)
    answers = partial(http_answers, f"http://127.0.0.1:{port}")
    return Server(name, port, address, folder, {name: command}, answers, ON_LOOPBACK)
