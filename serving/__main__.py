"""Run the API in the foreground: `python -m serving`."""

import uvicorn

from infra.settings import get_settings

if __name__ == "__main__":
    uvicorn.run("serving.app:app", host="127.0.0.1", port=get_settings().api.port)
