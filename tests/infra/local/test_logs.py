from infra.local import logs


def test_the_last_lines_are_those_at_the_end(tmp_path):
    log = tmp_path / "redis.log"
    log.write_text("".join(f"line {number}\n" for number in range(1, 101)))

    assert logs.last_lines(log, 2) == ["line 99", "line 100"]


def test_only_the_end_of_a_long_log_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "TAIL_BYTES", 20)
    log = tmp_path / "redis.log"
    log.write_text("a long first line that is cut off\nlast but one\nlast\n")

    assert logs.last_lines(log, 10) == ["f", "last but one", "last"]


def test_a_log_that_was_never_written_has_no_lines(tmp_path):
    assert logs.last_lines(tmp_path / "redis.log", 10) == []


def test_each_log_is_headed_by_its_file(tmp_path):
    (tmp_path / "redis.log").write_text("ready\n")

    assert list(logs.tails([tmp_path / "redis.log", tmp_path / "api.log"], 5)) == [
        f"==> {tmp_path}/redis.log <==",
        "ready",
        f"==> {tmp_path}/api.log <==",
    ]
