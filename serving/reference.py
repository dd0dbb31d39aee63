"""The reference of the API as a page, `/docs`, which needs no other host: Swagger UI comes with `fastapi-offline`."""

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

PAGE, FILES = "/docs", "/docs/files"
NO_VALIDATOR = {"validatorUrl": None}
"""Swagger UI would show the address of the document to validator.swagger.io."""


def show_reference(app: FastAPI) -> None:
    """Serve the page and its files."""

    @app.get(PAGE, include_in_schema=False)
    async def reference(request: Request) -> HTMLResponse:
        root = request.scope.get("root_path", "")
        return get_swagger_ui_html(
            openapi_url=f"{root}{app.openapi_url}",
            title=f"{app.title}: reference of the API",
            swagger_js_url=f"{root}{FILES}/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{FILES}/swagger-ui.css",
            swagger_favicon_url=f"{root}{FILES}/favicon.png",
            swagger_ui_parameters=NO_VALIDATOR,
        )

    app.mount(FILES, StaticFiles(packages=[("fastapi_offline", "static")]))
