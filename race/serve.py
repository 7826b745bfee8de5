"""Races bench serve against FastAPI with a transformers pipeline: single reviews over HTTP.

    pip install -r race/requirements.txt
    go build -o bench ./cmd/bench && go build -o load ./scripts/load
    python race/serve.py --bench ./bench --load ./load --nsmc DATA/nsmc/ratings_train.txt

Contestants, each with all cores, on the same random BERT:

    fastapi   a synchronous endpoint that calls pipeline("text-classification"), by uvicorn
    alone     bench serve --batch-tokens 1: every request is computed by itself
    bench     bench serve as it is

Clients ask, wait for the answer and ask again; they run on the same machine. In a
round all contestants take turns. Printed are medians over rounds of answers a second,
their ratio to bench's within a round, and of the latencies.
"""
import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import race

LINE = re.compile(r"(\d+) answers a second; p50 (\S+), p90 (\S+), p99 (\S+),")


def peer(model, port):
    """The obvious server in Python."""
    import torch
    import uvicorn
    from fastapi import FastAPI
    from pydantic import BaseModel
    from transformers import pipeline
    torch.set_num_threads(os.cpu_count())
    classify = pipeline("text-classification", model=model, top_k=None, device="cpu")

    class Ask(BaseModel):
        text: str

    app = FastAPI()

    @app.post("/v1/predict")
    def predict(ask: Ask):
        with torch.inference_mode():
            return {"answers": classify(ask.text)}

    uvicorn.run(app, port=port, log_level="error")


def wait_for(port):
    for _ in range(600):
        try:
            request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/predict", b'{"text":"a"}', {"Content-Type": "application/json"})
            urllib.request.urlopen(request, timeout=5).read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("no answer")


def measure(who, args, model, texts):
    command = {
        "fastapi": [sys.executable, __file__, "--peer", model, "--port", str(args.port)],
        "alone": [args.bench, "serve", "--model", f"m={model}", "--addr", f"127.0.0.1:{args.port}", "--quiet", "--batch-tokens", "1"],
        "bench": [args.bench, "serve", "--model", f"m={model}", "--addr", f"127.0.0.1:{args.port}", "--quiet"],
    }[who]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(args.port)
        out = ""
        for seconds in (2, args.seconds):  # the first warms up
            out = subprocess.run([args.load, "-url", f"http://127.0.0.1:{args.port}", "-good", "-clients", str(args.clients),
                                  "-for", f"{seconds}s", "-texts", texts], stdout=subprocess.PIPE, text=True).stdout
        rate, p50, p90, p99 = LINE.search(out).groups()
        return dict(who=who, rate=float(rate), p50=p50, p99=p99)
    finally:
        server.terminate()
        server.wait()


def milliseconds(go):
    return sum(float(v) * {"s": 1e3, "ms": 1, "µs": 1e-3}[unit] for v, unit in re.findall(r"([\d.]+)(ms|µs|s)", go))


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--bench", default="./bench")
    ap.add_argument("--load", default="./load")
    ap.add_argument("--nsmc", help="ratings_train.txt")
    ap.add_argument("--size", default="small", choices=race.SIZES)
    ap.add_argument("--clients", type=int, default=64)
    ap.add_argument("--seconds", type=int, default=10)
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--contestants", default="fastapi,alone,bench")
    ap.add_argument("--port", type=int, default=8765)
    ap.add_argument("--work", help="keep the model in this folder, and take it from there")
    ap.add_argument("--peer", help=argparse.SUPPRESS)
    args = ap.parse_args()
    if args.peer:
        return peer(args.peer, args.port)
    work = pathlib.Path(args.work or tempfile.mkdtemp(prefix="race-"))
    model, texts = race.prepare(work, args.nsmc, args.size, 2000)
    results = []
    for r in range(args.rounds):
        for who in args.contestants.split(","):
            results.append(dict(round=r, **measure(who, args, str(model), str(texts))))
            print(results[-1], file=sys.stderr)
    print("| contestant | answers a second | bench is times | p50 ms | p99 ms |\n| --- | ---: | ---: | ---: | ---: |")
    ours = {x["round"]: x["rate"] for x in results if x["who"] == "bench"}
    for who in args.contestants.split(","):
        mine = [x for x in results if x["who"] == who]
        ratio = statistics.median(ours[x["round"]] / x["rate"] for x in mine) if ours else float("nan")
        print(f"| {who} | {statistics.median(x['rate'] for x in mine):.0f} | {ratio:.2f} | "
              f"{statistics.median(milliseconds(x['p50']) for x in mine):.1f} | {statistics.median(milliseconds(x['p99']) for x in mine):.1f} |")


if __name__ == "__main__":
    main()
