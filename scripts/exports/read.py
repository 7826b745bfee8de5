"""Reads what bench exports with the programs that it is for, and compares it with
the runs' own files:

    read.py csv runs.csv board.csv board.json RUNS
    read.py events DIR RUNS
    read.py live BENCH DIR
"""
import json
import math
import pathlib
import subprocess
import sys
import time


def results(runs):
    return [json.loads(p.read_text()) for p in sorted(pathlib.Path(runs).rglob("result.json"))]


def csv(frame, board, board_json, runs):
    import pandas

    df = pandas.read_csv(frame)
    for column in ("score", "low", "high", "n", "parameters", "steps", "seconds"):
        assert pandas.api.types.is_numeric_dtype(df[column]), f"{column} is {df[column].dtype}"
    assert df.headline.dtype == bool, df.headline.dtype
    head = df[df.headline].set_index(["model", "task", "seed"])
    all_results = results(runs)
    for r in all_results:
        row = head.loc[(r["model"], r["task"], r["seed"])]
        assert row.score == r["score"] and row.n == r["n"], (row, r["score"])
        assert [row.low, row.high] == r["interval"], (row, r["interval"])
        others = df[(df.model == r["model"]) & (df.task == r["task"]) & (df.seed == r["seed"])].set_index("metric").score
        for name, value in r["scores"].items():
            if value is not None:
                assert math.isclose(others[name], 100 * value, rel_tol=1e-9), (name, others[name], value)
    assert len(head) == len(all_results)
    table, told = pandas.read_csv(board).set_index("model"), json.loads(pathlib.Path(board_json).read_text())
    ties = 0
    for row in told["rows"]:
        for column in told["columns"]:
            cell, name = row["cells"].get(column["task"]), column["task"]
            if cell is None:
                assert pandas.isna(table.loc[row["model"], name])
                continue
            assert table.loc[row["model"], name] == cell["score"], (row["model"], name)
            tied = str(table.loc[row["model"], name + "_tied"]).lower() == "true"
            assert tied == cell.get("tied", False), (row["model"], name)
            ties += tied
    print(f"pandas reads {len(df)} rows of {len(all_results)} runs, and a board of {len(told['rows'])} models, {ties} ties")


def scalars(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    a = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    a.Reload()
    return a


def events(folder, runs):
    count = 0
    for path in sorted(pathlib.Path(runs).rglob("result.json")):
        r = json.loads(path.read_text())
        a = scalars(pathlib.Path(folder) / r["model"].replace("/", "--") / r["task"] / f"seed-{r['seed']}")
        log = [json.loads(line) for line in (path.parent / "log.jsonl").read_text().splitlines()]
        steps = [e for e in log if e["event"] == "step"]
        got = a.Scalars("train/loss")
        assert [e.step for e in got] == [e["step"] for e in steps], r["model"]
        assert all(math.isclose(g.value, s["loss"], rel_tol=1e-6, abs_tol=1e-7) for g, s in zip(got, steps))
        evals = [e for e in log if e["event"] == "eval" and e["split"] == r["split"] and e["scores"].get(r["metric"]) is not None]
        got = a.Scalars(f"{r['split']}/{r['metric']}")
        assert [e.step for e in got] == [e["step"] for e in evals]
        assert "_hparams_/session_start_info" in a.summary_metadata, sorted(a.summary_metadata)
        assert any(m.plugin_data.plugin_name == "text" for m in a.summary_metadata.values()) or r["score"] == 100
        count += len(steps)
    print(f"TensorBoard reads {count} steps")


def live(bench, folder):
    """A training that is long enough to be looked at, and is ended by being asked to."""
    work = pathlib.Path(folder)
    run = subprocess.Popen([bench, "run", "--model", "bert-tiny-scratch", "--task", "nsmc", "--data-dir", "samples", "--runs", str(work / "runs"),
                            "--tensorboard", str(work / "tb"), "--set", "epochs=1000"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        seen, looks = [], 0
        while run.poll() is None and looks < 3:
            time.sleep(0.2)
            folders = sorted({p.parent for p in work.rglob("events.out.tfevents*")})
            if folders:
                a = scalars(folders[0])
                now = [e.step for e in a.Scalars("train/loss")] if "train/loss" in a.Tags()["scalars"] else []
                if len(now) > len(seen):
                    seen, looks = now, looks + 1
        assert looks == 3, f"it was read {looks} times, the last time up to step {seen[-1:]}"
        assert run.poll() is None and not list(work.rglob("result.json")), "it was over when it was read"
        assert seen == list(range(1, len(seen) + 1)), seen
    finally:
        run.terminate()
        run.wait(600)
    assert run.returncode == 3, f"it ended with {run.returncode}"
    print(f"TensorBoard reads {len(seen)} steps of a run that goes on")


{"csv": csv, "events": events, "live": live}[sys.argv[1]](*sys.argv[2:])
