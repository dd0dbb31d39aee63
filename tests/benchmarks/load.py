"""Load on a server by wrk, which costs the machine far less than a program in Python would."""

import re
import shutil
import subprocess

N_CONNECTIONS = 8

OF_USERS = """
local user = 0
request = function()
  user = user % {n_users} + 1
  return wrk.format("GET", "/api/v1/users/" .. user .. "/recommendations")
end
"""
MIXED = """
local n, addresses = 0, {{"popular", "popular?genre=Comedy", "popular?limit=100&year_from=1990", "0"}}
request = function()
  n = n + 1
  local movie = math.random(5000)
  if n % 20 == 0 then
    local headers = {{["Authorization"] = "Bearer {token}", ["Content-Type"] = "application/json"}}
    return wrk.format("PUT", "/api/v1/ratings/" .. movie, headers, '{{"rating": ' .. math.random(10) / 2 .. "}}")
  elseif n % 5 == 0 then return wrk.format("GET", "/api/v1/movies/" .. addresses[math.random(4)])
  elseif n % 3 == 0 then return wrk.format("GET", "/api/v1/movies/" .. movie .. "/recommendations") end
  return wrk.format("GET", "/api/v1/users/" .. math.random(2 * {n_users}) .. "/recommendations")
end
delay = function() return {pause_ms} end
"""
"""Lists of users, half of whom have none, and of movies; popular ones, pages that do not exist, and ratings."""


def require_wrk():
    if not shutil.which("wrk"):
        raise SystemExit("wrk is not installed: run `apt-get install wrk` (Debian, Ubuntu) or `brew install wrk`")


def rate_of(address, seconds, folder, script=""):
    """Return the answers per second that wrk gets in so many seconds."""
    file = folder / "requests.lua"
    file.write_text(script)
    command = ["wrk", "-t1", f"-c{N_CONNECTIONS}", f"-d{seconds}s", "-s", str(file), address]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])
