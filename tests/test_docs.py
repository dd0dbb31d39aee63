"""Docs that must not fall behind the code."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from infra.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CONFIGURE = (ROOT / "docs" / "howto" / "configure.md").read_text()
TARGETS = re.findall(r"^([a-z][a-z-]*):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def variables(settings: type[BaseModel], prefix: str = "MARQUEE_") -> list[str]:
    names = []
    for name, field in settings.model_fields.items():
        is_group = isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        path = prefix + name.upper()
        names += variables(field.annotation, f"{path}__") if is_group else [path]
    return names


@pytest.mark.parametrize("variable", variables(Settings))
def test_every_setting_is_documented(variable):
    assert f"`{variable}`" in CONFIGURE


@pytest.mark.parametrize("variable", sorted(set(re.findall(r"`(MARQUEE_\w+)`", CONFIGURE))))
def test_every_documented_setting_exists(variable):
    assert variable in {*variables(Settings), "MARQUEE_GIT_COMMIT"}


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_is_in_the_readme(target):
    assert f"`make {target}`" in README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_make_target_a_page_names_exists(page):
    named = {target for words in re.findall(r"\bmake ((?:[a-z-]+ ?)+)`", page.read_text()) for target in words.split()}

    assert named <= set(TARGETS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_to_a_file_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_path_a_page_names_exists(page):
    paths = re.findall(r"`((?:dags|pipelines|features|models|serving|infra|docs|tests)/[\w./-]*)`", page.read_text())

    assert [path for path in paths if not (ROOT / path).exists()] == []
