"""Run the API in the foreground: `python -m serving`."""

from pathlib import Path

import uvicorn

from infra.settings import get_settings

LOGGING = str(Path(__file__).with_name("logging.json"))
SHUTDOWN_SECONDS = 10
"""How long requests that are being answered may take once the process was told to end."""

if __name__ == "__main__":
    uvicorn.run(
        "serving.app:app",
        host="127.0.0.1",
        port=get_settings().api.port,
        log_config=LOGGING,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
