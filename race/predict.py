"""Races bench predict against a transformers pipeline on reviews, and to the first answer.

    pip install -r race/requirements.txt
    go build -o bench ./cmd/bench
    python race/predict.py --bench ./bench --nsmc DATA/nsmc/ratings_train.txt

The pipeline is timed without its imports and its model's loading; its best batch size
is found on the first of the reviews. bench is timed as a whole command, loading
included, on as many reviews as make that a small part. "First" is the time from command
to answer of one review, imports and loading included in both, the files in the
system's cache.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import race

ROWS = {"base": 3000, "mini": 10000, "small": 30000, "tiny": 50000}
TRIED = 10  # the part of the reviews that batch sizes are tried on


def peer(model, texts, size, rows):
    import torch
    from transformers import pipeline
    torch.set_num_threads(os.cpu_count())
    lines = pathlib.Path(texts).read_text(encoding="utf-8").split("\n")[:-1][:rows]
    classify = pipeline("text-classification", model=model, top_k=None, device="cpu", truncation=True, max_length=128)
    with torch.inference_mode():
        classify(lines[:size], batch_size=size)
        start = time.perf_counter()
        out = classify(lines, batch_size=size)
    assert len(out) == len(lines)
    print(time.perf_counter() - start)


def timed(command, stdin):
    start = time.perf_counter()
    subprocess.run(command, stdin=open(stdin, "rb"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--bench", default="./bench")
    ap.add_argument("--nsmc", help="ratings_train.txt")
    ap.add_argument("--sizes", default="small,base")
    ap.add_argument("--batches", default="1,8,32", help="batch sizes of the pipeline")
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--rows", type=int, help="how many reviews; as many as make loading a small part if none is given")
    ap.add_argument("--work", help="keep the models in this folder, and take them from there")
    ap.add_argument("--peer", nargs=4, help=argparse.SUPPRESS)
    args = ap.parse_args()
    if args.peer:
        return peer(args.peer[0], args.peer[1], int(args.peer[2]), int(args.peer[3]))
    work = pathlib.Path(args.work or tempfile.mkdtemp(prefix="race-"))
    print("| size | reviews | bench, a second | pipeline, a second | at batch | bench is times | first, bench s | first, pipeline s |\n"
          "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for size in args.sizes.split(","):
        n = args.rows or ROWS[size]
        model, texts = race.prepare(work, args.nsmc, size, n)
        one = work / "one.txt"
        one.write_text("정말 재미있는 영화였다\n", encoding="utf-8")

        def pipeline(batch, rows):
            out = subprocess.run([sys.executable, __file__, "--peer", str(model), str(texts), batch, str(rows)], check=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
            return rows / float(out)

        tried = {b: pipeline(b, n // TRIED) for b in args.batches.split(",")}
        best = max(tried, key=tried.get)
        print(size, "pipeline by batch", tried, file=sys.stderr)
        ratios, ours, theirs, firsts, first_theirs = [], [], [], [], []
        for r in range(args.rounds):
            mine = timed([args.bench, "predict", "--model", str(model)], texts)
            rate = pipeline(best, n)
            print(size, "bench", n / mine, "pipeline", rate, file=sys.stderr)
            ours.append(n / mine)
            theirs.append(rate)
            ratios.append(n / mine / rate)
            firsts.append(timed([args.bench, "predict", "--model", str(model)], one))
        first_theirs.append(timed([sys.executable, __file__, "--peer", str(model), str(one), "1", "1"], one))
        med = statistics.median
        print(f"| {size} | {n} | {med(ours):.0f} | {med(theirs):.0f} | {best} | {med(ratios):.2f} | {med(firsts):.2f} | {med(first_theirs):.2f} |")


if __name__ == "__main__":
    main()
