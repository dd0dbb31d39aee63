"""One benchmark, whose figures are left as JSON: `python -m tests.benchmarks.part <module> <file>`."""

import json
import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    module, file = sys.argv[1:]
    figures = import_module(f"tests.benchmarks.{module}").measure()
    Path(file).write_text(json.dumps([figure._asdict() for figure in figures]))
