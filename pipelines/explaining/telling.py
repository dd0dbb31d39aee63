"""What is known of one movie in one list, as lines for a terminal."""

from collections.abc import Iterator

from infra.stores.generation_records import GenerationRecord
from infra.stores.list_records import ListRecord, Verdict
from models.explanation import Contribution, Opinion
from pipelines.explaining.reasons import Reasons

HASH_LETTERS = 12

IN_WORDS = {
    Verdict.LISTED: "it is in the list by what {maker} says of it",
    Verdict.FILLS_UP: "it fills the list up, as {maker} had no more movies for this user",
    Verdict.NO_LIST: "this user has no list",
    Verdict.HIDDEN: "it is not in the list: the user has hidden it",
    Verdict.RATED: "it is not in the list: the user has rated it",
    Verdict.WATCHED: "it is not in the list: the user has watched it",
    Verdict.BEYOND_THE_LIST: "it is not in the list: {maker} ranks it {rank} of {n_ranked:,}, behind the list's end",
    Verdict.NOT_A_CANDIDATE: "it is not in the list: it is none of the {n_ranked:,} movies that {maker} puts in order",
}


def tell(record: ListRecord, reasons: Reasons) -> Iterator[str]:
    """Yield the answer, then what it is based on."""
    movie, place, model = record.movie, record.place, reasons.model
    yield f"{movie.title} ({movie.year or 'year not known'}), movie {movie.movie_id}, for user {record.user_id}:"
    yield IN_WORDS[reasons.verdict].format(maker=reasons.maker, rank=reasons.rank, n_ranked=reasons.n_ranked)
    if place:
        yield f"place         {place.rank}, score {place.score:.6g}, from {place.source}"
    yield from (f"since then    {each.kind} on {each.happened_at:%Y-%m-%d %H:%M}" for each in record.done_since)
    yield f"model         {model.name} version {model.version}, the lists by {reasons.maker}"
    yield from map(_of_source, reasons.opinions)
    if reasons.largest:
        yield from map(_of_feature, reasons.largest)
        yield f"  {'the others':<32} {'':>12} {reasons.others:+.6f}"
        yield f"  {'what every score begins with':<32} {'':>12} {reasons.base:+.6f}"
        yield f"  {'the score':<32} {'':>12} {reasons.score:+.6f}"
    yield f"made again    {reasons.disagreement or 'it agrees with what is stored'}, on snapshot {reasons.snapshot}"
    yield from _of_generation(record.generation)


def _of_source(opinion: Opinion) -> str:
    if opinion.rank is None:
        return f"  {opinion.source:<32} does not list it"
    proposes = "a candidate" if opinion.proposes else "too far behind for a candidate"
    return f"  {opinion.source:<32} rank {opinion.rank:>7,} score {opinion.score:.6g}, {proposes}"


def _of_feature(contribution: Contribution) -> str:
    value = "unknown" if contribution.value is None else f"{contribution.value:.6g}"
    return f"  {contribution.feature:<32} {value:>12} {contribution.contribution:+.6f}"


def _of_generation(generation: GenerationRecord) -> Iterator[str]:
    failed = [check for check in generation.checks if not check.passed]
    yield f"generation    {generation.id}, snapshot {generation.snapshot_date}, commit {generation.git_commit}"
    yield f"checks        {len(generation.checks) - len(failed)} of {len(generation.checks)} passed"
    yield from (f"  {check.table}: {check.expectation}: {check.figure}, not {check.limit}" for check in failed)
    if generation.inputs is None:
        yield "snapshot      which attempt and which hashes was not kept with this generation"
        return
    inputs = generation.inputs
    yield f"snapshot      {inputs.snapshot.name}, requirements.lock {inputs.requirements[:HASH_LETTERS]}"
    yield from (f"  {table:<32} {content_hash}" for table, content_hash in inputs.snapshot.tables.items())
