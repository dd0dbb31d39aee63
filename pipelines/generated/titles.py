"""Made-up titles, written the way MovieLens writes them."""

import numpy as np
from numpy.typing import NDArray

MOODS = (
    "Amber", "Broken", "Burning", "Crimson", "Distant", "Electric", "Endless", "Fallen", "Forgotten", "Frozen",
    "Gentle", "Golden", "Hidden", "Hollow", "Last", "Little", "Lonely", "Lost", "Midnight", "Northern", "Pale",
    "Paper", "Quiet", "Reckless", "Restless", "Savage", "Second", "Secret", "Silent", "Silver", "Stolen", "Tender",
    "Velvet", "Wild",
)  # fmt: skip
THINGS = (
    "Alibi", "Anchor", "Apartment", "Bargain", "Border", "Carnival", "Cathedral", "Clockmaker", "Confession",
    "Daughter", "Detective", "Echo", "Empire", "Farewell", "Garden", "Ghost", "Harbor", "Harvest", "Heist",
    "Horizon", "Inheritance", "Island", "Lantern", "Letter", "Lighthouse", "Machine", "Masquerade", "Mirror",
    "Mountain", "Orchard", "Passenger", "Pilgrim", "Promise", "Radio", "Rider", "River", "Robot", "Season",
    "Shadow", "Signal", "Sister", "Stranger", "Summer", "Teacher", "Theorem", "Thief", "Tide", "Train", "Valley",
    "Verdict", "Violin", "Voyage", "Widow", "Winter",
)  # fmt: skip
PLACES = (
    "Aleppo", "Arcadia", "Bergen", "Bogotá", "Calais", "Dakar", "Genoa", "Havana", "Jaipur", "Köln", "Kyoto",
    "Lisbon", "Málaga", "Montréal", "Naples", "Odessa", "Peru", "Prague", "Samarkand", "São Paulo", "Tangier",
    "Tromsø", "Yukon",
)  # fmt: skip
FORMS = {
    "{mood} {thing}": 0.08,
    "{thing} in {place}": 0.07,
    "{thing} and the {other}": 0.10,
    "{mood} {thing} of {place}": 0.30,
    "{thing} and the {other} of {place}": 0.10,
    "Goodbye, {mood} {thing}": 0.04,
    "{mood} {thing}, The": 0.06,
    "{mood} {thing} and the {other}, The": 0.20,
    "{thing} Without {place}, A": 0.04,
    'Man They Called "{mood} {thing}", The': 0.01,
}
"""The patterns of titles and the share of each; articles go last, as in MovieLens."""
YEARLESS_SHARE = 0.001


def generate_titles(years: NDArray[np.int64], rng: np.random.Generator) -> list[str]:
    """Return a title for each year, such as `Silent Harbor, The (1994)`; a few lack the year, as MovieLens' do."""
    n = len(years)
    forms = rng.choice(list(FORMS), n, p=list(FORMS.values()))
    words = (rng.choice(kind, n) for kind in (MOODS, THINGS, THINGS, PLACES))
    suffixes = np.where(rng.random(n) < YEARLESS_SHARE, "", np.char.add(np.char.add(" (", years.astype(str)), ")"))
    return [
        str(form).format(mood=mood, thing=thing, other=other, place=place) + str(suffix)
        for form, mood, thing, other, place, suffix in zip(forms, *words, suffixes, strict=True)
    ]
