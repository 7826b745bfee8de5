"""Times what comes before the first training step, from the command on.

    pip install -r race/requirements.txt
    go build -o bench ./cmd/bench
    python race/start.py --bench ./bench --nsmc DATA/nsmc/ratings_train.txt

"version" is `bench version`: the binary's own start. "nothing" is `bench run` of a
model drawn from a seed, its vocabulary made from the training rows; "safetensors" of
the same sizes read from float32 weights in the system's cache; "transformers" reads
those, tokenizes the rows and makes its optimizer. All read, check and tokenize the rows
of the file, all of them or the first --rows. bench's time ends where its first step
began, as the run's timing.jsonl has it. Medians over rounds, in which all take turns.
"""
import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import race


def version(bench, times=20):
    took = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run([bench, "version"], check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def first_step(bench, model, data, runs):
    """Returns the seconds from the command to where its first step began."""
    shutil.rmtree(runs, ignore_errors=True)
    errors = tempfile.TemporaryFile()  # a pipe that nobody reads fills up
    run = subprocess.Popen([bench, "run", "--model", str(model), "--task", "nsmc", "--data-dir", str(data), "--runs", str(runs),
                            "--set", "epochs=1", "--set", "batch_size=32"], stdout=subprocess.DEVNULL, stderr=errors)
    try:
        timing = None
        while run.poll() is None:
            timing = timing or next(runs.rglob("timing.jsonl"), None)
            line = timing.read_text() if timing else ""
            if "\n" in line:
                return json.loads(line.splitlines()[0])["start_seconds"]
            time.sleep(0.05)
        errors.seek(0)
        sys.exit(f"bench run ended before its first step: {errors.read().decode()}")
    finally:
        run.kill()
        run.wait()
        errors.close()


def peer(model, data):
    """All that transformers does before the first step, in a process of its own."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    tok = AutoTokenizer.from_pretrained(model)
    model = AutoModelForSequenceClassification.from_pretrained(model)
    rows = race.read(pathlib.Path(data) / "nsmc" / "ratings_train.txt", sys.maxsize)
    ids = tok([r[0] for r in rows], truncation=True, max_length=race.MAX_LENGTH)["input_ids"]
    opt = torch.optim.AdamW(model.parameters(), lr=race.LR, fused=True)
    assert len(ids) == len(rows) and opt


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--bench", default="./bench")
    ap.add_argument("--nsmc", help="ratings_train.txt")
    ap.add_argument("--size", default="base", choices=race.SIZES)
    ap.add_argument("--rows", type=int, help="read the first N rows alone")
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--no-peer", action="store_true", help="time bench alone")
    ap.add_argument("--work", help="keep the model in this folder, and take it from there")
    ap.add_argument("--peer", nargs=2, help=argparse.SUPPRESS)
    args = ap.parse_args()
    if args.peer:
        return peer(*args.peer)
    if not args.nsmc:
        ap.error("--nsmc: want the path of ratings_train.txt")
    work = pathlib.Path(args.work or tempfile.mkdtemp(prefix="race-"))
    model, _ = race.prepare(work, args.nsmc, args.size, 1)
    data = work / "data"
    (data / "nsmc").mkdir(parents=True, exist_ok=True)
    with open(args.nsmc, encoding="utf-8") as f:
        lines = f.readlines()
    lines = lines[:args.rows + 1] if args.rows else lines
    for name in ("ratings_train.txt", "ratings_test.txt"):
        (data / "nsmc" / name).write_text("".join(lines if "train" in name else lines[:101]), encoding="utf-8")

    def transformers():
        start = time.perf_counter()
        subprocess.run([sys.executable, __file__, "--peer", str(model), str(data)], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        return time.perf_counter() - start

    contestants = {"version": lambda: version(args.bench),
                   "nothing": lambda: first_step(args.bench, f"bert-{args.size}-scratch", data, work / "runs"),
                   "safetensors": lambda: first_step(args.bench, model, data, work / "runs"),
                   "transformers": transformers}
    if args.no_peer:
        del contestants["transformers"]
    took = {name: [] for name in contestants}
    for r in range(args.rounds):
        for name, run in contestants.items():
            took[name].append(run())
            print(f"round {r + 1} {name}: {took[name][-1]:.3f} s", file=sys.stderr)
    print(f"{args.size}, {len(lines) - 1} rows\n\n| start | median, s | range |\n| --- | ---: | --- |")
    for name, t in took.items():
        print(f"| {name} | {statistics.median(t):.3f} | {min(t):.3f} to {max(t):.3f} |")
    shutil.rmtree(work / "runs", ignore_errors=True)
    if not args.work:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
