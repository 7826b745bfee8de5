"""Races bench against PyTorch: the same random BERT on the same NSMC rows.

    pip install -r race/requirements.txt
    go build -o bench ./cmd/bench
    python race/race.py --bench ./bench --nsmc DATA/nsmc/ratings_train.txt

Four peers, batch 32, maximum length 128, dropout 0.1, AdamW, clipping at 1:

    a  as the usual fine-tuning script: everything padded to 128, eager attention, plain AdamW
    b  padded to the longest of the batch
    c  tuned: batches of similar length, scaled-dot-product attention, fused AdamW, set_to_none
    d  c under bfloat16 autocast

With --device cuda PyTorch computes on CUDA, and bench beside it on the same card
through Vulkan, which it takes by --bench-device; there is a fifth peer,

    e  c under float16 autocast with loss scaling,

and times are those of all timed steps together, between two points where the
device has finished, so that nobody waits for it within a step. float32 is float32
there: TF32 is off, as it is by PyTorch's default. cuDNN's attention is off, which
autocast would take and which is planned anew for every length: PyTorch's others are faster.
bench computes in float32, and as bench-float16 on the card's matrices, where it has them.

With --evaluate both answer instead, in batches of similar length. What is timed are
batches taken evenly from all those that the first 50,000 rows of the file make in the
order of their lengths, so that a few of them cost what all cost on average:

    python race/race.py --bench ./bench --nsmc DATA/nsmc/ratings_test.txt --evaluate --sizes base --contestants c,d,bench,bench-bfloat16

With --lengths pairs rows are as long as sentence pairs are, 30 to 128 pieces, half
of them below 50 (KorNLI) and the others above (PAWS): reviews joined until the
drawn length is reached.

Every round times each contestant for a few steps in turn, each in a process of
its own, so that a machine that changes its speed changes it for all. Contestants
that take as many steps train on the same rows, each timed once: what warms up comes
before and is not taken from them, for batches of similar length differ. Printed
are medians over rounds of the mean step, ratios to bench within a round, and
the peak memory of each process.
"""
import argparse
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SIZES = {  # layers, hidden, heads
    "base": (12, 768, 12),
    "mini": (6, 384, 6),
    "small": (4, 256, 4),
    "tiny": (2, 128, 2),
}
STEPS = {  # timed steps: (a) pads to 128 and is slow
    "base": dict(a=1, b=3, c=6, d=6, bench=6),
    "mini": dict(a=3, b=8, c=16, d=16, bench=16),
    "small": dict(a=6, b=16, c=32, d=32, bench=32),
    "tiny": dict(a=16, b=64, c=64, d=64, bench=64),
}
BATCH, MAX_LENGTH, LR = 32, 128, 3e-5
WARM = 2
EVALUATED = 50000  # rows whose evaluation is what --evaluate stands for
EVAL_STEPS = {"base": 40, "mini": 160, "small": 320, "tiny": 640}  # batches of them that are timed
CUDA_STEPS, CUDA_WARM = {"base": 40, "mini": 100, "small": 200, "tiny": 300}, 10  # a card is quicker, and warms up longer


def build(size, vocab, out):
    """Writes a random BERT with vocab's tokenizer as a Hugging Face directory."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast
    layers, hidden, heads = SIZES[size]
    torch.manual_seed(1)
    tok = BertTokenizerFast(vocab, do_lower_case=True, strip_accents=False)
    model = BertForSequenceClassification(BertConfig(
        vocab_size=42000, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads,
        intermediate_size=4 * hidden, max_position_embeddings=512))
    model.save_pretrained(out)
    tok.save_pretrained(out)


def train_vocab(rows, path):
    from tokenizers import BertWordPieceTokenizer
    wp = BertWordPieceTokenizer(lowercase=True, strip_accents=False)
    wp.train_from_iterator([r[0] for r in rows], vocab_size=42000, show_progress=False)
    wp.save_model(str(path.parent))


def read(path, n):
    out = []
    with open(path, encoding="utf-8") as f:
        next(f)
        for line in f:
            cells = line.strip().split("\t")
            if len(cells) == 3:
                out.append((cells[1], int(cells[2])))
            if len(out) == n:
                break
    return out


def lengthen(rows, vocab):
    """Joins rows until each has from 30 to 128 pieces, [CLS] and [SEP] among them."""
    import random
    from tokenizers import BertWordPieceTokenizer
    tok = BertWordPieceTokenizer(vocab, lowercase=True, strip_accents=False)
    pieces = [len(tok.encode(t, add_special_tokens=False).ids) for t, _ in rows]
    draw, out, i = random.Random(1), [], 0
    for _ in rows:
        want = draw.randint(30, 50) if draw.random() < 0.5 else draw.randint(51, MAX_LENGTH)
        texts, n = [], 2
        while n < want:
            texts.append(rows[i % len(rows)][0])
            n += pieces[i % len(rows)]
            i += 1
        out.append((" ".join(texts), rows[i % len(rows)][1]))
    return out


def spread(rows, vocab, n):
    """Returns n batches of rows, taken evenly from all batches in the order of the rows' lengths."""
    from tokenizers import BertWordPieceTokenizer
    tok = BertWordPieceTokenizer(vocab, lowercase=True, strip_accents=False)
    length = [min(MAX_LENGTH, len(e.ids)) for e in tok.encode_batch([t for t, _ in rows])]
    order = sorted(range(len(rows)), key=lambda i: length[i])
    batches = len(rows) // BATCH
    n = min(n, batches)
    return [rows[i] for k in range(n) for i in order[(2 * k + 1) * batches // (2 * n) * BATCH:][:BATCH]]


def prepare(work, nsmc, size, n):
    """Makes in a folder, or finds there, a vocabulary, n reviews a line, and a size's model; returns both."""
    work.mkdir(parents=True, exist_ok=True)
    rows = read(nsmc, max(n, 5000))
    if not (work / "vocab.txt").exists():
        train_vocab(rows[:5000], work / "vocab.txt")
    texts = work / f"texts-{n}.txt"
    rows = (rows * (n // len(rows) + 1))[:n]
    texts.write_text("".join(t.replace("\r", " ") + "\n" for t, _ in rows), encoding="utf-8")
    if size and not (work / size).exists():
        build(size, str(work / "vocab.txt"), work / size)
    return (work / size if size else None), texts


def torch_steps(variant, model_dir, rows, steps, evaluate, device):
    """Runs in a process of its own; returns the mean seconds of a step."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    cuda = device == "cuda"
    if cuda:  # cuDNN's attention is planned anew for every length, for some 100 ms each
        torch.backends.cuda.enable_cudnn_sdp(False)
    warm = CUDA_WARM if cuda else WARM
    torch.set_num_threads(int(os.environ["RACE_THREADS"]))
    torch.manual_seed(42)
    tok = AutoTokenizer.from_pretrained(model_dir)
    tuned = variant in "cde"
    model = AutoModelForSequenceClassification.from_pretrained(
        model_dir, attn_implementation="sdpa" if tuned else "eager").to(device)
    need = steps * BATCH
    rows = (rows * (need // len(rows) + 1))[:need]
    ids = tok([r[0] for r in rows], truncation=True, max_length=MAX_LENGTH)["input_ids"]
    order = list(range(need))
    if tuned:
        # Length buckets: each batch holds rows of similar length; batches keep
        # a shuffled order, as a length-grouped sampler gives.
        order.sort(key=lambda i: -len(ids[i]))
    batches = [order[i:i + BATCH] for i in range(0, need, BATCH)]
    if tuned:
        import random
        random.Random(1).shuffle(batches)
    batches = (batches * warm)[:warm] + batches
    plain = {} if cuda else {"foreach": False}
    opt = torch.optim.AdamW(model.parameters(), lr=LR, weight_decay=0.0, **({"fused": True} if tuned else plain))

    def tensors(idx):
        longest = MAX_LENGTH if variant == "a" else max(len(ids[i]) for i in idx)
        all = (torch.tensor([ids[i] + [0] * (longest - len(ids[i])) for i in idx]),
               torch.tensor([[1] * len(ids[i]) + [0] * (longest - len(ids[i])) for i in idx]),
               torch.tensor([rows[i][1] for i in idx]))
        if not cuda:
            return all
        return tuple((t.pin_memory() if tuned else t).to(device, non_blocking=tuned) for t in all)

    def finished():
        """The time when the device has done all that it was given."""
        if cuda:
            torch.cuda.synchronize()
        return time.perf_counter()

    auto = torch.autocast(device, dtype=torch.float16 if variant == "e" else torch.bfloat16, enabled=variant in "de")
    scaler = torch.amp.GradScaler(device, enabled=variant == "e")
    if evaluate:
        model.eval()
        with torch.inference_mode(), auto:
            start, n = None, 0
            for k, idx in enumerate(batches):
                if k == warm:
                    start = finished()
                x, mask, _ = tensors(idx)
                model(input_ids=x, attention_mask=mask)
                n += len(idx) if k >= warm else 0
        return (finished() - start) / n
    model.train()
    times, start = [], finished()
    for k, idx in enumerate(batches):
        if k == warm or not cuda:
            start = finished()
        x, mask, y = tensors(idx)
        with auto:
            loss = model(input_ids=x, attention_mask=mask, labels=y).loss
        scaler.scale(loss).backward()
        scaler.unscale_(opt)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(opt)
        scaler.update()
        opt.zero_grad(set_to_none=tuned)
        times.append(time.perf_counter() - start)
    if cuda:
        return (finished() - start) / (len(batches) - warm)
    return statistics.fmean(times[warm:])


def bench_steps(bench, model_dir, rows, steps, precision, evaluate, work, device):
    """Times bench through its own timing.jsonl: the second of two epochs over the rows."""
    data = work / "data" / "nsmc"
    shutil.rmtree(work / "data", ignore_errors=True)
    shutil.rmtree(work / "runs", ignore_errors=True)
    data.mkdir(parents=True)
    need = steps * BATCH
    rows = (rows * (need // len(rows) + 1))[:need]
    text = "id\tdocument\tlabel\n" + "".join(f"{i}\t{t}\t{l}\n" for i, (t, l) in enumerate(rows))
    (data / "ratings_train.txt").write_text(text, encoding="utf-8")
    (data / "ratings_test.txt").write_text(text, encoding="utf-8")
    cmd = [bench, "eval" if evaluate else "run", "--model", str(model_dir), "--task", "nsmc", "--data-dir", str(work / "data"),
           "--runs", str(work / "runs"),
           "--set", f"precision={precision}", "--set", f"threads={os.environ['RACE_THREADS']}", "--set", f"device={device}"]
    if not evaluate:
        cmd += ["--set", "epochs=2", "--set", "batch_size=32", "--set", f"learning_rate={LR}", "--set", "max_eval_rows=1"]
    subprocess.run(cmd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    timing = [json.loads(l) for f in work.glob("runs/**/timing.jsonl") for l in f.read_text().splitlines()]
    if evaluate:
        evals = [t for t in timing if t["event"] == "eval"]
        return 1 / evals[-1]["sequences_per_second"], peak
    return statistics.fmean(t["seconds"] for t in [t for t in timing if t["event"] == "step"][-steps:]), peak


def child(args):
    rows = [tuple(r) for r in json.loads(pathlib.Path(args.rows).read_text())]
    if args.child == "bench":
        mean, peak = bench_steps(args.bench, args.model, rows, args.steps, args.precision, args.evaluate, pathlib.Path(args.work),
                                 args.bench_device)
    else:
        mean = torch_steps(args.child, args.model, rows, args.steps, args.evaluate, args.device)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(dict(mean=mean, peak_mb=peak)))


def devices(ap, args):
    """Settles the contestants and bench's device, or says what is missing; returns what they run on, in words."""
    if args.device == "cpu":
        args.contestants = args.contestants or "a,b,c,d,bench,bench-bfloat16"
        args.bench_device = args.bench_device or "cpu"
        return ""
    import torch
    if not torch.cuda.is_available():
        ap.error(f"--device cuda: torch {torch.__version__} sees no CUDA device: want an NVIDIA card with its driver, and a torch "
                 "that was built for CUDA (pip install torch, not the wheels of the cpu index)")
    found = json.loads(subprocess.run([args.bench, "devices", "--format", "json"], check=True, stdout=subprocess.PIPE).stdout)
    cards = [d for d in found if d["device"] != "cpu" and d["type"] != "CPU" and not d.get("lacks")]
    args.bench_device = args.bench_device or next((d["device"] for d in cards), "")
    ours = next((d for d in found if d["device"] == args.bench_device), None)
    if ours is None:
        ap.error(f"--device cuda: bench finds no card through Vulkan ('{args.bench} devices' says why): want --bench-device")
    args.contestants = args.contestants or "a,b,c,d,e,bench"
    if "bench-bfloat16" in args.contestants.split(","):
        ap.error("bench-bfloat16: on a card bench computes in float32 or float16: want bench-float16, or --device cpu")
    return f"PyTorch {torch.__version__} on {torch.cuda.get_device_name()}, bench on {ours['name']} ({ours.get('driver', '')})"


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--bench", default="./bench")
    ap.add_argument("--nsmc", help="ratings_train.txt")
    ap.add_argument("--sizes", default="base,mini,small,tiny")
    ap.add_argument("--contestants", help="default: all that the device has")
    ap.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="what PyTorch computes on")
    ap.add_argument("--bench-device", help="what bench computes on: cpu, or the first card of 'bench devices' beside cuda")
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--threads", type=int, default=os.cpu_count())
    ap.add_argument("--lengths", choices=("reviews", "pairs"), default="reviews", help="of the texts, in pieces")
    ap.add_argument("--evaluate", action="store_true", help="time evaluation instead of training")
    ap.add_argument("--json", help="write every measurement here")
    for hidden in ("child", "model", "rows", "work", "precision"):
        ap.add_argument("--" + hidden, help=argparse.SUPPRESS)
    ap.add_argument("--steps", type=int, help="timed steps of every contestant; without it each one's own number")
    args = ap.parse_args()
    if args.child:
        return child(args)
    if not args.nsmc:
        ap.error("--nsmc FILE is needed")
    on = devices(ap, args)

    os.environ["RACE_THREADS"] = str(args.threads)
    work = pathlib.Path(tempfile.mkdtemp(prefix="race-"))
    rows = read(args.nsmc, 5000)
    train_vocab(rows, work / "vocab.txt")
    if args.evaluate:
        rows = read(args.nsmc, EVALUATED)
    if args.lengths == "pairs":
        rows = lengthen(rows, str(work / "vocab.txt"))
    results = []
    for size in args.sizes.split(","):
        model = work / size
        build(size, str(work / "vocab.txt"), model)
        steps = args.steps or (EVAL_STEPS[size] if args.evaluate else None)
        of = spread(rows, str(work / "vocab.txt"), steps) if args.evaluate else rows
        (work / "rows.json").write_text(json.dumps(of))
        for r in range(args.rounds):
            for who in args.contestants.split(","):
                name, _, precision = who.partition("-")
                cmd = [sys.executable, __file__, "--child", name, "--model", str(model), "--rows", str(work / "rows.json"),
                       "--steps", str(steps or (CUDA_STEPS[size] if args.device == "cuda" else STEPS[size][name])),
                       "--device", args.device, "--bench-device", args.bench_device, "--bench", str(pathlib.Path(args.bench).resolve()),
                       "--work", str(work / "bench"), "--precision", precision or "float32"]
                if args.evaluate:
                    cmd.append("--evaluate")
                out = subprocess.run(cmd, check=True, stdout=subprocess.PIPE, text=True).stdout
                results.append(dict(size=size, round=r, who=who, **json.loads(out.splitlines()[-1])))
                print(f"{size} round {r + 1} {who}: {results[-1]['mean'] * 1e3:.1f} ms, {results[-1]['peak_mb']:.0f} MB", file=sys.stderr)
        shutil.rmtree(model)
    shutil.rmtree(work)
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(results, indent=1))
    if on:
        print(on + "\n")
    table(results, args)


def table(results, args):
    unit = "ms a sequence" if args.evaluate else "ms a step"
    print(f"| size | contestant | {unit} | times bench | peak MB |\n| --- | --- | ---: | ---: | ---: |")
    for size in args.sizes.split(","):
        ours = {r["round"]: r["mean"] for r in results if r["size"] == size and r["who"] == "bench"}
        for who in args.contestants.split(","):
            mine = [r for r in results if r["size"] == size and r["who"] == who]
            ratio = statistics.median(r["mean"] / ours[r["round"]] for r in mine) if ours else float("nan")
            print(f"| {size} | {who} | {statistics.median(r['mean'] for r in mine) * 1e3:.2f} | {ratio:.2f} | "
                  f"{statistics.median(r['peak_mb'] for r in mine):.0f} |")


if __name__ == "__main__":
    main()
