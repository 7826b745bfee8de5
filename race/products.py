"""Races bench's matrix products against OpenBLAS's, which numpy calls, shape by shape.

    pip install -r race/requirements.txt
    go build -o bench ./cmd/bench
    python race/products.py --bench ./bench --model bert-base-scratch
    BENCH_KERNELS=avx2 python race/products.py --bench ./bench --model bert-base-scratch

The shapes are those of the model's layers for the tokens of a step, in three
forms: nt forward, nn for the input's gradient, tn for the weight's. Both sides
take turns, each in a process of its own, and both give the median of at least
five products and 60 ms a shape, after one that maps the pages. Printed are
medians over rounds, and their range; won are the rounds in which bench was
faster. With BENCH_KERNELS=avx2 OpenBLAS is held to its AVX2 kernels too.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time


def openblas(shapes):
    """Runs in a process of its own, on the threads that its environment names."""
    import numpy as np
    rng = np.random.default_rng(1)
    out = []
    for form, m, k, n in shapes:
        a = rng.random((k, m) if form[0] == "t" else (m, k), dtype=np.float32)
        b = rng.random((n, k) if form[1] == "t" else (k, n), dtype=np.float32)
        x, y = (a.T if form[0] == "t" else a), (b.T if form[1] == "t" else b)
        c = np.zeros((m, n), dtype=np.float32)
        times, begun = [], time.perf_counter()
        while time.perf_counter() - begun < 0.06 or len(times) < 6:
            start = time.perf_counter()
            np.matmul(x, y, out=c)
            times.append(time.perf_counter() - start)
        out.append(2 * m * k * n / statistics.median(times[1:]) / 1e9)
    return out


def ours(args, threads):
    """Returns bench perf's products on so many threads: shapes and shares of the peak with the rates."""
    cmd = [args.bench, "perf", "--model", args.model, "--data-dir", args.data_dir, "--steps", "1", "--format", "json",
           "--set", f"threads={threads}", "--lengths", args.lengths]
    done = subprocess.run(cmd, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return [g for g in json.loads(done.stdout)["gemm"] if g["threads"] == threads]


def theirs(shapes, threads):
    env = dict(os.environ, OPENBLAS_NUM_THREADS=str(threads))
    if os.environ.get("BENCH_KERNELS") == "avx2":
        env["OPENBLAS_CORETYPE"] = "Haswell"
    done = subprocess.run([sys.executable, __file__, "--shapes", json.dumps(shapes)], check=True, env=env,
                          stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--bench", default="./bench")
    ap.add_argument("--model", default="bert-base-scratch")
    ap.add_argument("--data-dir", default="samples")
    ap.add_argument("--lengths", choices=("rows", "pairs"), default="rows")
    ap.add_argument("--threads", default="1,2")
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--shapes", help=argparse.SUPPRESS)
    args = ap.parse_args()
    if args.shapes:
        print(json.dumps(openblas(json.loads(args.shapes))))
        return
    args.bench = str(pathlib.Path(args.bench).resolve())
    rates = {}  # (threads, shape): a pair and a share a round
    for _ in range(args.rounds):
        for threads in map(int, args.threads.split(",")):
            mine = ours(args, threads)
            shapes = [(g["form"], g["m"], g["k"], g["n"]) for g in mine]
            for g, shape, rate in zip(mine, shapes, theirs(shapes, threads)):
                rates.setdefault((threads, shape), []).append((g["gflops"], rate, g["share"]))
    print("| threads | product | bench, GFLOP/s | OpenBLAS | ratio | won | of the peak |\n| ---: | --- | --- | --- | ---: | ---: | ---: |")
    for (threads, (form, m, k, n)), rounds in rates.items():
        us, them, share = zip(*rounds)
        spread = lambda x: f"{statistics.median(x):.0f} ({min(x):.0f} to {max(x):.0f})"
        print(f"| {threads} | {form} {m}×{k}×{n} | {spread(us)} | {spread(them)} | "
              f"{statistics.median(a / b for a, b, _ in rounds):.2f} | {sum(a > b for a, b, _ in rounds)} of {len(rounds)} | "
              f"{statistics.median(share):.2f} |")


if __name__ == "__main__":
    main()
