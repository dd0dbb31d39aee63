import re

import pytest


@pytest.fixture
def page(client):
    return client.get("/docs").text


def test_the_page_names_no_other_host(page):
    assert not re.findall(r"\w*:?//[\w.-]+", page)


def test_everything_the_page_loads_is_there(client, page):
    addresses = re.findall(r"""(?:href|src)="([^"]+)"|url: '([^']+)'""", page)

    for address in map("".join, addresses):
        answer = client.get(address)
        assert (answer.status_code, bool(answer.content)) == (200, True), address
    assert len(addresses) == 4


def test_its_files_are_not_sent_twice(client):
    for name in ("swagger-ui-bundle.js", "favicon.png"):
        first = client.get(f"/docs/files/{name}")
        again = client.get(f"/docs/files/{name}", headers={"If-None-Match": first.headers["ETag"]})
        assert (len(first.headers.get_list("ETag")), again.status_code) == (1, 304)
