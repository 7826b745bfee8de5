"""Traces of recipe fields, for trainers/testdata/recipes and trainers/testdata/scaling.

    python scripts/golden/recipes.py

Each trace fine-tunes the model of trainers/testdata/training/hate-speech-bert on
its data in file order with one recipe field set, and keeps every step's loss,
learning rate and gradient norm, and the final logits of the first rows: schedules
are those of transformers' get_scheduler, smoothing its LabelSmoother, weights
PyTorch's CrossEntropyLoss. Layerwise rates are optimizer groups, the head's
factor 1, each layer below times the decay, the embeddings below the first layer.
stopping.jsonl is what EarlyStoppingCallback does on sequences of scores.
scaling/trace.json is a training under torch.amp.GradScaler that stands shortly before its scale
grows, and of which a gradient is made infinite in some steps; scaling/scales.json is the scaler's
alone, over many steps.
"""
import json
import math
import pathlib
import re
import sys
import types

sys.path.pop(0)  # this folder has a tokenizers.py of its own

import numpy as np
import torch
from sklearn.utils.class_weight import compute_class_weight
from transformers import (BertForSequenceClassification, BertTokenizer, EarlyStoppingCallback, TrainerControl, TrainerState,
                          get_scheduler)
from transformers.trainer_pt_utils import LabelSmoother

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = ROOT / "trainers" / "testdata" / "training" / "hate-speech-bert"
OUT = ROOT / "trainers" / "testdata" / "recipes"
SCALING = ROOT / "trainers" / "testdata" / "scaling"
LABELS = ["none", "offensive", "hate"]
MAX_LENGTH, BATCH, EPOCHS, LR, LAYERS = 40, 8, 2, 3e-4, 2
RECIPES = {
    "linear-warmup": dict(warmup_steps=5),
    "cosine": dict(lr_schedule="cosine"),
    "cosine-warmup": dict(lr_schedule="cosine", warmup_steps=4),
    "constant": dict(lr_schedule="constant"),
    "constant-warmup": dict(lr_schedule="constant", warmup_steps=3),
    "polynomial": dict(lr_schedule="polynomial", warmup_steps=2),
    "max-steps": dict(max_steps=13),
    "max-steps-beyond": dict(max_steps=22, lr_schedule="cosine"),
    "smoothing": dict(label_smoothing=0.1),
    "weights": dict(class_weights=[1.0, 2.5, 0.5]),
    "balanced": dict(class_weights="balanced"),
    "weights-smoothing": dict(class_weights=[1.0, 2.5, 0.5], label_smoothing=0.2),
    "layerwise": dict(layerwise_lr_decay=0.7, weight_decay=0.01),
    "freeze-embeddings": dict(freeze="embeddings"),
    "freeze-layer": dict(freeze=1),
}


def rows(file):
    lines = (SOURCE / "data" / "hate-speech" / file).read_text(encoding="utf-8").splitlines()
    header = lines[0].strip().split("\t")
    cells = [line.strip().split("\t") for line in lines[1:]]
    return [c[header.index("comments")] for c in cells], [LABELS.index(c[header.index("hate")]) for c in cells]


def depth(name):
    """0 for embeddings, 1 for the first layer, LAYERS + 1 for what is on top."""
    layer = re.search(r"layer\.(\d+)\.", name)
    return int(layer[1]) + 1 if layer else 0 if "embeddings" in name else LAYERS + 1


def trace(name, recipe):
    torch.manual_seed(1)
    model = BertForSequenceClassification.from_pretrained(SOURCE / "model").train()
    tok = BertTokenizer(str(SOURCE / "model" / "vocab.txt"), do_lower_case=True, strip_accents=False)
    texts, labels = rows("train.tsv")
    batches = math.ceil(len(texts) / BATCH)
    steps = recipe.get("max_steps", batches * EPOCHS)
    frozen = {"none": -1, "embeddings": 0}.get(recipe.get("freeze", "none"), recipe.get("freeze"))
    params = []
    for n, p in model.named_parameters():
        p.requires_grad_(depth(n) > frozen)
        params.append((n, p))
    schedule = recipe.get("lr_schedule", "linear")
    if schedule == "constant" and "warmup_steps" in recipe:
        schedule = "constant_with_warmup"
    rates = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LR)
    scheduler = get_scheduler(schedule, rates, recipe.get("warmup_steps", 0), steps)

    weights = recipe.get("class_weights")
    if weights == "balanced":
        weights = compute_class_weight("balanced", classes=np.arange(len(LABELS)), y=np.array(labels))
    smoothing = recipe.get("label_smoothing", 0.0)

    def loss_of(logits, target):
        if weights is None and smoothing:
            return LabelSmoother(epsilon=smoothing)(dict(logits=logits), target)
        w = None if weights is None else torch.tensor(weights, dtype=torch.float32)
        return torch.nn.CrossEntropyLoss(weight=w, label_smoothing=smoothing)(logits, target)

    decay, layerwise = recipe.get("weight_decay", 0.0), recipe.get("layerwise_lr_decay", 1.0)
    state = {n: (torch.zeros_like(p), torch.zeros_like(p)) for n, p in params}
    log = []
    for step in range(1, steps + 1):
        i = (step - 1) % batches
        enc = tok(texts[i * BATCH:(i + 1) * BATCH], max_length=MAX_LENGTH, truncation=True, padding=True, return_tensors="pt")
        loss = loss_of(model(**enc).logits, torch.tensor(labels[i * BATCH:(i + 1) * BATCH]))
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_([p for _, p in params if p.grad is not None], 1.0)
        base = scheduler.get_last_lr()[0]
        with torch.no_grad():
            for n, p in params:
                if p.grad is None:
                    continue
                lr = base * layerwise ** (LAYERS + 1 - depth(n))
                m, v = state[n]
                m.mul_(0.9).add_(p.grad, alpha=0.1)
                v.mul_(0.999).addcmul_(p.grad, p.grad, value=1 - 0.999)
                p.addcdiv_(m, v.sqrt().add_(1e-8), value=-lr * math.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step))
                if decay and "bias" not in n and "LayerNorm.weight" not in n:
                    p.add_(p, alpha=-lr * decay)
                p.grad = None
        rates.step()
        scheduler.step()
        log.append(dict(step=step, loss=round(loss.item(), 7), lr=base, grad_norm=round(norm.item(), 7)))
    model.eval()
    with torch.no_grad():
        enc = tok(texts[:6], max_length=MAX_LENGTH, truncation=True, padding=True, return_tensors="pt")
        logits = [[round(v, 7) for v in row] for row in model(**enc).logits.tolist()]
    (OUT / f"{name}.json").write_text(json.dumps(dict(recipe=recipe, steps=log, logits=logits)) + "\n")
    print(name, steps, "steps, loss", log[0]["loss"], "to", log[-1]["loss"])


def stopping():
    out = []
    g = np.random.default_rng(3)
    cases = [([0.5, 0.6, 0.6, 0.55, 0.7], 2), ([0.5, 0.4, 0.3], 1), ([0.5], 1), ([0.1, 0.2, 0.3], 1), ([0.7, 0.7], 1)]
    cases += [([float(round(v, 1)) for v in g.random(12)], int(g.integers(1, 5))) for _ in range(40)]
    for scores, patience in cases:
        call, control, state = EarlyStoppingCallback(early_stopping_patience=patience), TrainerControl(), TrainerState()
        args = types.SimpleNamespace(metric_for_best_model="accuracy", greater_is_better=True)
        made = 0
        for s in scores:
            made += 1
            call.on_evaluate(args, state, control, metrics={"eval_accuracy": s})
            if state.best_metric is None or s > state.best_metric:
                state.best_metric = s
            if control.should_training_stop:
                break
        out.append(dict(scores=scores, patience=patience, evaluations=made, best=state.best_metric))
    (OUT / "stopping.jsonl").write_text("".join(json.dumps(x) + "\n" for x in out))


class Classic(torch.optim.Optimizer):
    """AdamW as above: its steps are those that it is told to make."""

    def __init__(self, params):
        super().__init__(params, dict(lr=LR))
        self.made = 0

    @torch.no_grad()
    def step(self):
        self.made += 1
        for group in self.param_groups:
            for p in group["params"]:
                s = self.state[p]
                m, v = s.setdefault("m", torch.zeros_like(p)), s.setdefault("v", torch.zeros_like(p))
                m.mul_(0.9).add_(p.grad, alpha=0.1)
                v.mul_(0.999).addcmul_(p.grad, p.grad, value=1 - 0.999)
                size = group["lr"] * math.sqrt(1 - 0.999 ** self.made) / (1 - 0.9 ** self.made)
                p.addcdiv_(m, v.sqrt().add_(1e-8), value=-size)


def scaling(good=1995, overflows=(8, 11, 12)):
    torch.manual_seed(1)
    model = BertForSequenceClassification.from_pretrained(SOURCE / "model").train()
    tok = BertTokenizer(str(SOURCE / "model" / "vocab.txt"), do_lower_case=True, strip_accents=False)
    texts, labels = rows("train.tsv")
    batches = math.ceil(len(texts) / BATCH)
    steps = batches * EPOCHS
    optimizer = Classic(model.parameters())
    scheduler = get_scheduler("linear", optimizer, 0, steps)
    scaler = torch.amp.GradScaler("cpu")
    scaler.load_state_dict(scaler.state_dict() | dict(_growth_tracker=good))
    log = []
    for step in range(1, steps + 1):
        i = (step - 1) % batches
        enc = tok(texts[i * BATCH:(i + 1) * BATCH], max_length=MAX_LENGTH, truncation=True, padding=True, return_tensors="pt")
        loss = torch.nn.functional.cross_entropy(model(**enc).logits, torch.tensor(labels[i * BATCH:(i + 1) * BATCH]))
        scale, rate, made = scaler.get_scale(), scheduler.get_last_lr()[0], optimizer.made
        scaler.scale(loss).backward()
        if step in overflows:
            model.bert.pooler.dense.weight.grad[0, 0] = math.inf
        scaler.unscale_(optimizer)
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad()
        scheduler.step()
        skipped = optimizer.made == made
        log.append(dict(step=step, loss=round(loss.item(), 7), lr=rate, grad_norm=None if skipped else round(norm.item(), 7),
                        loss_scale=scale, skipped=skipped))
    model.eval()
    with torch.no_grad():
        enc = tok(texts[:6], max_length=MAX_LENGTH, truncation=True, padding=True, return_tensors="pt")
        logits = [[round(v, 7) for v in row] for row in model(**enc).logits.tolist()]
    state = scaler.state_dict()
    end = dict(scale=state["scale"], good=state["_growth_tracker"], skipped=steps - optimizer.made)
    (SCALING / "trace.json").write_text(json.dumps(dict(good=good, overflows=overflows, steps=log, logits=logits, end=end)) + "\n")
    print("scaling", steps, "steps,", optimizer.made, "updates")


def scales(steps=9000, overflows=(1, 2, 3, 2003, 4004, 4005, 8500)):
    p = torch.nn.Parameter(torch.ones(2))
    optimizer, scaler = torch.optim.SGD([p], lr=0.0), torch.amp.GradScaler("cpu")
    changes, last = [], None
    for step in range(1, steps + 1):
        if scaler.get_scale() != last:
            last = scaler.get_scale()
            changes.append(dict(step=step, scale=last))
        p.grad = torch.tensor([1.0, math.nan if step in overflows else 1.0])
        scaler.scale(p.sum())  # which starts it
        scaler.step(optimizer)
        scaler.update()
    (SCALING / "scales.json").write_text(json.dumps(dict(steps=steps, overflows=overflows, changes=changes)) + "\n")
    print("scales", len(changes), "scales")


if __name__ == "__main__":
    torch.set_num_threads(1)
    OUT.mkdir(parents=True, exist_ok=True)
    SCALING.mkdir(parents=True, exist_ok=True)
    for n, r in RECIPES.items():
        trace(n, r)
    stopping()
    scaling()
    scales()
