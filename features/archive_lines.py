"""Lines of a MovieLens archive, taken apart into the texts of their fields."""

from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

# Possessive, so that a hostile line can neither backtrack for hours nor overflow the regex engine's stack.
_FIELD = r'"[^"]*+(?:""[^"]*+)*+"|[^",]*+'
_WELL_QUOTED = rf"^(?:{_FIELD})(?:,(?:{_FIELD}))*+\z"


@dataclass(frozen=True)
class Dialect:
    """How an archive writes its files: CSV has a header and may quote; the older `::` form does neither."""

    suffix: str
    separator: str
    charset: str

    @property
    def is_csv(self) -> bool:
        """Whether files begin with a header, and a quoted field may hold separators."""
        return self.suffix == ".csv"


CSV = Dialect(".csv", ",", "UTF-8")
COLONS = Dialect(".dat", "::", "UTF-8")
COLONS_LATIN = Dialect(".dat", "::", "ISO-8859-1")


def decoded(line: Column, dialect: Dialect) -> Column:
    """Return a line, as bytes or as Spark's unchecked text, as text; in UTF-8 it may be broken (`is_valid_utf8`)."""
    return line if dialect.charset == "UTF-8" else F.decode(line.cast("binary"), dialect.charset)


def split_fields(line: Column, dialect: Dialect, n_fields: int) -> Column:
    """Return the fields of a line as an array, null where quoting is broken; `unquoted` makes texts of them.

    Of a line with more than `n_fields` fields, at least one too many is returned, not necessarily all.
    """
    plain = F.split(line, dialect.separator, n_fields + 1)
    if not dialect.is_csv:
        return plain
    quoted = F.regexp_extract_all(F.concat(F.lit(dialect.separator), line), F.lit(f",({_FIELD})"), 1)
    return F.when(~line.contains('"'), plain).when(line.rlike(_WELL_QUOTED), quoted)


def unquoted(field: Column, dialect: Dialect) -> Column:
    """Return the text of a field: without its quotes, and with one quote for two inside them."""
    if not dialect.is_csv:
        return field
    inner = F.substring(field, F.lit(2), F.length(field) - 2)
    return F.when(field.startswith('"'), F.replace(inner, F.lit('""'), F.lit('"'))).otherwise(field)
