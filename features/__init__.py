"""Tables in, tables out, on Spark; no store, no settings, no clock."""
