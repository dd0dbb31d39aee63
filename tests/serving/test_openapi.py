"""What is asked by chance is answered as the OpenAPI document says."""

import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from serving.app import app
from tests.serving.people import Person

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DOCUMENT = schemathesis.openapi.from_dict(app.openapi())
OPERATIONS = [each.ok() for each in DOCUMENT.get_all_operations()]
FEW = settings(
    max_examples=8, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_whatever_is_asked_every_answer_is_documented_and_no_failure(client):
    ada = Person(client, "ada")
    proof = {"Authorization": f"Bearer {ada.tokens['access_token']}"}

    def ask(case):
        asked = requests.Request(**case.as_transport_kwargs(base_url="http://testserver", headers=proof)).prepare()
        answer = client.request(asked.method, asked.url, headers=asked.headers, content=asked.body)
        case.validate_response(answer, checks=CHECKS)

    assert OPERATIONS
    for operation in OPERATIONS:
        FEW(given(operation.as_strategy())(ask))()


def test_the_request_id_the_etag_and_the_304_are_documented(client):
    described = app.openapi()["paths"]["/api/v1/users/{user_id}/recommendations"]["get"]["responses"]
    first = client.get("/api/v1/users/7/recommendations")
    again = client.get("/api/v1/users/7/recommendations", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    for answer in (first, again):
        documented = described[str(answer.status_code)]["headers"].keys()
        assert {"ETag", "X-Request-ID"} <= documented
        assert {"etag", "x-request-id"} <= answer.headers.keys()
