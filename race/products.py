"""Races bench's matrix products against OpenBLAS's, which numpy calls, shape by shape.
In bfloat16, which numpy lacks, the peer is oneDNN, by PyTorch.

    pip install -r race/requirements.txt
    go build -o bench ./cmd/bench
    python race/products.py --bench ./bench --model bert-base-scratch
    BENCH_KERNELS=avx2 python race/products.py --bench ./bench --model bert-base-scratch
    python race/products.py --bench ./bench --model bert-base-scratch --precision bfloat16

The shapes are those of the model's layers for the tokens of a step (529: 32
reviews), in three forms: nt forward, nn for the input's gradient, tn for the
weight's. Both sides take turns, each in a process of its own, and both give the
median of at least five products and 60 ms a shape, after one that maps the
pages. Printed are medians over rounds, and their range; won are the rounds in
which bench was faster. With BENCH_KERNELS=avx2 OpenBLAS is held to its AVX2 kernels too.

In bfloat16 bench rounds both float32 operands within each product, as a training
does. oneDNN is timed twice: with operands that are bfloat16 already, and with
the rounding of both, which autocast does once a step for weights and for every
activation. Its results are bfloat16, bench's float32.
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


def onednn(shapes, threads):
    """As openblas, in bfloat16; a pair a shape: operands rounded before, and within what is timed."""
    import torch
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    out = []
    for form, m, k, n in shapes:
        a = torch.rand((k, m) if form[0] == "t" else (m, k))
        b = torch.rand((n, k) if form[1] == "t" else (k, n))

        def multiply(a, b):
            a, b = a.bfloat16(), b.bfloat16()  # nothing if they are
            torch.matmul(a.T if form[0] == "t" else a, b.T if form[1] == "t" else b)

        pair = []
        for x, y in ((a.bfloat16(), b.bfloat16()), (a, b)):
            times, begun = [], time.perf_counter()
            while time.perf_counter() - begun < 0.06 or len(times) < 6:
                start = time.perf_counter()
                multiply(x, y)
                times.append(time.perf_counter() - start)
            pair.append(2 * m * k * n / statistics.median(times[1:]) / 1e9)
        out.append(pair)
    return out


def ours(args, threads):
    """Returns bench perf's products on one thread and on so many: shapes and shares of the peak with the rates."""
    cmd = [args.bench, "perf", "--model", args.model, "--products", str(args.tokens), "--format", "json",
           "--set", f"threads={threads}", "--set", f"precision={args.precision}"]
    done = subprocess.run(cmd, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return json.loads(done.stdout)["gemm"]


def theirs(args, shapes, threads):
    """Returns a list of rates a shape: OpenBLAS's, or oneDNN's two."""
    env = dict(os.environ, OPENBLAS_NUM_THREADS=str(threads))
    if os.environ.get("BENCH_KERNELS") == "avx2":
        env["OPENBLAS_CORETYPE"] = "Haswell"
    cmd = [sys.executable, __file__, "--shapes", json.dumps(shapes), "--precision", args.precision, "--threads", str(threads)]
    done = subprocess.run(cmd, check=True, env=env, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--bench", default="./bench")
    ap.add_argument("--model", default="bert-base-scratch")
    ap.add_argument("--tokens", type=int, default=529, help="of a step")
    ap.add_argument("--threads", default="1,2", help="1 and another number, or either")
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    ap.add_argument("--json", help="write every round's rates here")
    ap.add_argument("--shapes", help=argparse.SUPPRESS)
    args = ap.parse_args()
    if args.shapes:
        shapes = json.loads(args.shapes)
        if args.precision == "bfloat16":
            print(json.dumps(onednn(shapes, int(args.threads))))
        else:
            print(json.dumps([[rate] for rate in openblas(shapes)]))
        return
    args.bench = str(pathlib.Path(args.bench).resolve())
    rounds = {}  # (threads, shape): ours, its share of the peak and theirs, a round each
    counts = [int(t) for t in args.threads.split(",")]
    for _ in range(args.rounds):
        mine = ours(args, max(counts))
        for threads in counts:
            part = [g for g in mine if g["threads"] == threads]
            shapes = [(g["form"], g["m"], g["k"], g["n"]) for g in part]
            for g, shape, rates in zip(part, shapes, theirs(args, shapes, threads)):
                rounds.setdefault((threads, shape), []).append((g["gflops"], g["share"], *rates))
    if args.json:
        text = json.dumps([dict(threads=t, form=s[0], m=s[1], k=s[2], n=s[3], rounds=r) for (t, s), r in rounds.items()])
        pathlib.Path(args.json).write_text(text)
    table(rounds, ["OpenBLAS"] if args.precision == "float32" else ["oneDNN, rounded before", "oneDNN, rounding"])


def table(rounds, peers):
    heads = "".join(f" {p} | ratio | won |" for p in peers)
    print(f"| threads | product | bench, GFLOP/s | of the peak |{heads}\n| ---: | --- | --- | ---: |" + " --- | ---: | ---: |" * len(peers))
    spread = lambda x: f"{statistics.median(x):.0f} ({min(x):.0f} to {max(x):.0f})"
    for (threads, (form, m, k, n)), each in rounds.items():
        us, share, *them = zip(*each)
        row = f"| {threads} | {form} {m}×{k}×{n} | {spread(us)} | {statistics.median(share):.2f} |"
        for peer in them:
            ratio = statistics.median(a / b for a, b in zip(us, peer))
            row += f" {spread(peer)} | {ratio:.2f} | {sum(a > b for a, b in zip(us, peer))} of {len(each)} |"
        print(row)


if __name__ == "__main__":
    main()
