"""The least that FastAPI can do: a constant, as an object that it encodes and as bytes that are ready."""

import json
import os

from fastapi import FastAPI, Response

BYTES = os.environ["CONSTANT"].encode()
OBJECT = json.loads(BYTES)

app = FastAPI()


@app.get("/object")
async def constant_object():
    return OBJECT


@app.get("/bytes")
async def constant_bytes():
    return Response(BYTES, media_type="application/json")
