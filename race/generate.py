"""Races bench's generation against transformers': GPT-2, one text, keys and values cached.

    pip install -r race/requirements.txt
    go build -o bench ./cmd/bench
    python race/generate.py --bench ./bench --nsmc DATA/nsmc/ratings_train.txt

Both continue the same prompt of a random GPT-2 by as many tokens, greedily and by four
beams. transformers runs in its process, bench over HTTP (bench serve), so that neither's
loading counts. Weights are read once a token, so a base model is bound by memory: "GB/s"
is bytes of weights times tokens a second, beside what this machine's memory gives to a
stream of reads ("bench perf" measures it).
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import race

SIZES = {"base": (12, 768, 12), "tiny": (2, 128, 2)}  # layers, hidden, heads
VOCAB, PROMPT = 42000, "오늘 아침에는"
TOKENS = {"base": 48, "tiny": 200}


def build(size, vocab, out):
    """Writes a random GPT-2 with a BERT tokenizer, as LMkor's gpt3-kor-small has one."""
    import torch
    from transformers import BertTokenizerFast, GPT2Config, GPT2LMHeadModel
    layers, hidden, heads = SIZES[size]
    torch.manual_seed(1)
    tok = BertTokenizerFast(vocab, do_lower_case=True, strip_accents=False)
    model = GPT2LMHeadModel(GPT2Config(vocab_size=VOCAB, n_embd=hidden, n_layer=layers, n_head=heads, n_positions=512,
                                       bos_token_id=None, eos_token_id=None))
    model.save_pretrained(out)
    tok.save_pretrained(out)


def peer(model, n):
    import torch
    from transformers import AutoTokenizer, GPT2LMHeadModel
    torch.set_num_threads(os.cpu_count())
    tok, m = AutoTokenizer.from_pretrained(model), GPT2LMHeadModel.from_pretrained(model).eval()
    ids = torch.tensor([tok(PROMPT, add_special_tokens=False)["input_ids"]])
    for beams in (1, 4):
        def once():
            return m.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, num_beams=beams, max_new_tokens=n, use_cache=True,
                              pad_token_id=0)
        with torch.inference_mode():
            once()
            start = time.perf_counter()
            out = once()
            took = time.perf_counter() - start
        made = out.shape[1] - ids.shape[1]
        print(json.dumps(dict(beams=beams, rate=made / took, text=tok.decode(out[0], skip_special_tokens=True))))


def ask(port, beams, n):
    body = json.dumps(dict(text=PROMPT, max_new_tokens=n, num_beams=beams, do_sample=False)).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/generate", body, {"Content-Type": "application/json"})
    start = time.perf_counter()
    answer = json.loads(urllib.request.urlopen(request, timeout=300).read())
    return time.perf_counter() - start, answer


def ours(bench, model, n, port):
    server = subprocess.Popen([bench, "serve", "--model", f"m={model}", "--addr", f"127.0.0.1:{port}", "--quiet"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        server.stdout.readline()
        out = []
        for beams in (1, 4):
            _, short = ask(port, beams, 1)  # warms up
            took, answer = ask(port, beams, n)
            out.append(dict(beams=beams, rate=(answer["tokens"] - short["tokens"] + 1) / took, text=answer["text"]))
        return out
    finally:
        server.terminate()
        server.wait()


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--bench", default="./bench")
    ap.add_argument("--nsmc", help="ratings_train.txt")
    ap.add_argument("--sizes", default="tiny,base")
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--port", type=int, default=8766)
    ap.add_argument("--work", help="keep the models in this folder, and take them from there")
    ap.add_argument("--peer", nargs=2, help=argparse.SUPPRESS)
    args = ap.parse_args()
    if args.peer:
        return peer(args.peer[0], int(args.peer[1]))
    work = pathlib.Path(args.work or tempfile.mkdtemp(prefix="race-"))
    race.prepare(work, args.nsmc, None, 2000)
    print("| size | beams | bench, tokens a second | transformers | bench is times | bench GB/s | same text |\n"
          "| --- | ---: | ---: | ---: | ---: | ---: | --- |")
    for size in args.sizes.split(","):
        model = work / ("gpt2-" + size)
        if not model.exists():
            build(size, str(work / "vocab.txt"), model)
        weights = (model / "model.safetensors").stat().st_size
        rows = []
        for r in range(args.rounds):
            mine = ours(args.bench, str(model), TOKENS[size], args.port)
            out = subprocess.run([sys.executable, __file__, "--peer", str(model), str(TOKENS[size])], check=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
            theirs = [json.loads(line) for line in out.splitlines()]
            rows += [(a["beams"], a["rate"], b["rate"], a["text"] == b["text"]) for a, b in zip(mine, theirs)]
            print(size, [(x[0], round(x[1], 1), round(x[2], 1)) for x in rows[-2:]], file=sys.stderr)
        for beams in (1, 4):
            mine = [x for x in rows if x[0] == beams]
            med = statistics.median
            print(f"| {size} | {beams} | {med(x[1] for x in mine):.1f} | {med(x[2] for x in mine):.1f} | "
                  f"{med(x[1] / x[2] for x in mine):.2f} | {med(x[1] for x in mine) * weights / 1e9:.1f} | {all(x[3] for x in mine)} |")


if __name__ == "__main__":
    main()
