"""The page left behind when a generation is held: what moved, by how much, and whose lists look worst."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import zip_longest
from pathlib import Path

from infra.stores.generation_layout import Content
from infra.stores.manifest import Check
from infra.stores.snapshot import Snapshot
from infra.tables import GENRES, MOVIES
from pipelines.data_docs import INDEX, write_index
from pipelines.publication.figures import Example, Figures
from pipelines.publication.generation_figures import GenerationFigures

STYLE = """
body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; }
table { border-collapse: collapse; margin: 1em 0; }
th, td { border: 1px solid #ccc; padding: .2em .6em; text-align: left; vertical-align: top; }
"""
TO_DO = """
<p>If there is a cause, mend it and clear the task; the next publication drops these lists. If all of this is meant, put
it in force on record: <code>make publish ACCEPT="why"</code>. Faults of the lists (unknown, repeated, rated or missing
movies, scores that are not finite, missing documents) cannot be accepted.</p>
"""


def leave_report(
    generation: str,
    checks: Sequence[Check],
    tonight: GenerationFigures,
    last_night: GenerationFigures | None,
    snapshot: Snapshot,
    docs_dir: Path,
) -> str | None:
    """Write the page of a generation if a check failed, and return its path; `<docs_dir>/index.html` leads to it."""
    if all(check.passed for check in checks):
        return None
    movies = snapshot.read_arrow(MOVIES, ["movie_id", "title", "year"]).to_pylist()
    titles = {movie["movie_id"]: f"{movie['title']} ({movie['year']})" for movie in movies}
    path = docs_dir.absolute() / generation / INDEX
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(generation, checks, tonight, last_night, titles), encoding="utf-8")
    write_index(docs_dir)
    return str(path)


def render(
    generation: str,
    checks: Sequence[Check],
    tonight: GenerationFigures,
    last_night: GenerationFigures | None,
    titles: Mapping[int, str],
) -> str:
    """Return the page; a movie without a title in `titles` is called by its id."""
    passed = [check for check in checks if check.passed]
    sections = (
        f"<h1>Generation {escape(generation)} was held</h1>",
        "<p>The generation that was in force is still what people get.</p>",
        TO_DO,
        "<h2>What failed</h2>",
        _checks(check for check in checks if not check.passed),
        f"<details><summary>{len(passed)} checks passed</summary>{_checks(passed)}</details>",
        "<h2>Made from</h2>",
        _made_from(tonight, last_night),
        *(
            _lists(content, tonight, last_night.lists[content] if last_night else None, titles)
            for content in tonight.lists
        ),
    )
    title = f"{escape(generation)} was held"
    return f'<!doctype html><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>{"".join(sections)}'


def _checks(checks: Iterable[Check]) -> str:
    rows = (_cells((check.table, check.expectation, check.figure, check.limit)) for check in checks)
    return _table(("of", "what", "figure", "limit"), (f"<tr>{row}</tr>" for row in rows))


def _made_from(tonight: GenerationFigures, last_night: GenerationFigures | None) -> str:
    nights = [night.made_from for night in (last_night, tonight) if night]
    figures = (
        ("ratings", *(f"{night.n_ratings:,}" for night in nights)),
        ("users", *(f"{night.n_users:,}" for night in nights)),
        ("movies", *(f"{night.n_movies:,}" for night in nights)),
        ("newest rating", *(night.newest for night in nights)),
        ("repeated ratings", *(f"{night.n_repeated:,}" for night in nights)),
    )
    return _table(_head("", last_night), (f"<tr>{_cells(row)}</tr>" for row in figures))


def _lists(content: Content, tonight: GenerationFigures, last_night: Figures | None, titles: Mapping[int, str]) -> str:
    figures, (name, version) = tonight.lists[content], tonight.models[content]
    examples = "".join(_example(content, example, titles) for example in figures.worst)
    return (
        f"<h2>{content}</h2><p>{figures.n_lists:,} lists by {escape(name)} version {version}; personal lift "
        f"{figures.fit.lift:.3f}, that of last night's lists {figures.last_fit.lift:.3f}; {figures.n_listed:,} movies "
        f"listed; overlap at 10 {figures.overlap:.3f}; {figures.changed_share:.1%} of the lists changed.</p>"
        f"{_mixes(figures, last_night)}<h3>The worst examples</h3>{examples}"
    )


def _mixes(tonight: Figures, last_night: Figures | None) -> str:
    """Return the mixes of tonight's places, beside last night's where they are known."""
    both = [night for night in (last_night, tonight) if night]
    bands = [f"popularity band {band}" for band in range(1, len(tonight.popularity) + 1)]
    names = [*GENRES, *bands]
    shares = zip(names, *([*night.genre_mix, *night.popularity_mix] for night in both), strict=True)
    rows = (f"<tr>{_cells((name, *(f'{share:.1%}' for share in of_both)))}</tr>" for name, *of_both in shares)
    table = _table(_head("share of places in the first ten", last_night), rows)
    return f"<details><summary>genres and popularity</summary>{table}</details>"


def _example(content: Content, example: Example, titles: Mapping[int, str]) -> str:
    liked, last_night, tonight = (
        [titles.get(movie_id, f"movie {movie_id}") for movie_id in movie_ids]
        for movie_ids in (example.liked, example.last_night, example.tonight)
    )
    whom = f"User {example.id}, who liked" if content is Content.USER_LISTS else "Movies like"
    pairs = enumerate(zip_longest(last_night, tonight, fillvalue=""), start=1)
    rows = (f"<tr>{_cells((rank, *pair))}</tr>" for rank, pair in pairs)
    return f"<h4>{whom} {escape(', '.join(liked))}</h4>{_table(('', 'last night', 'tonight'), rows)}"


def _head(what: str, last_night: object) -> tuple[str, ...]:
    return (what, "last night", "tonight") if last_night else (what, "tonight")


def _table(head: Iterable[str], rows: Iterable[str]) -> str:
    return f"<table><tr>{''.join(f'<th>{escape(name)}</th>' for name in head)}</tr>{''.join(rows)}</table>"


def _cells(values: Iterable[object]) -> str:
    return "".join(f"<td>{escape(str(value))}</td>" for value in values)
