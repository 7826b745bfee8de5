"""Fine-tuning traces of a plain PyTorch loop, dropout off, for trainers/testdata/training.

    python scripts/golden/training.py

Each trace fine-tunes a tiny random model on the first rows of a sample set of
this repository, in file order, padded to max_length, with the AdamW that
transformers had before version 5, and keeps every step's loss and gradient
norm, the final weights, and the predictions on evaluation rows.
"""
import json
import math
import pathlib
import shutil
import sys

sys.path.pop(0)  # this folder has a tokenizers.py of its own

import torch
from safetensors.torch import save_file
from scipy.stats import pearsonr, spearmanr
from seqeval.metrics import f1_score as entity_f1
from sklearn.metrics import accuracy_score, f1_score
from tokenizers import BertWordPieceTokenizer
from transformers import (AlbertConfig, AlbertForSequenceClassification, BertConfig, BertForSequenceClassification,
                          BertForTokenClassification, BertTokenizer, BertTokenizerFast, ElectraConfig,
                          ElectraForSequenceClassification, FunnelConfig, FunnelForSequenceClassification,
                          FunnelTokenizerFast)

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "datasets" / "samples"
OUT = ROOT / "trainers" / "testdata" / "training"
NER = ["O"] + [f"{t}-{s}" for t in "PER FLD AFW ORG LOC CVL DAT TIM NUM EVT ANM PLT MAT TRM".split() for s in "BI"]

TASKS = {  # train file, evaluation file, text columns, label column, labels (None: a number)
    "nsmc": ("ratings_train.txt", "ratings_test.txt", ["document"], "label", ["0", "1"]),
    "paws": ("translated_train.tsv", "test_2k.tsv", ["sentence1", "sentence2"], "label", ["0", "1"]),
    "kornli": ("multinli.train.ko.tsv", "xnli.test.ko.tsv", ["sentence1", "sentence2"], "gold_label",
               ["contradiction", "entailment", "neutral"]),
    "korsts": ("sts-train.tsv", "sts-test.tsv", ["sentence1", "sentence2"], "score", None),
    "question-pair": ("train.tsv", "test.tsv", ["question1", "question2"], "is_duplicate", ["0", "1"]),
    "hate-speech": ("train.tsv", "dev.tsv", ["comments"], "hate", ["none", "offensive", "hate"]),
    "naver-ner": ("train.tsv", "test.tsv", None, None, NER),
}
SIZE = dict(vocab_size=0, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
            max_position_embeddings=48, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
FUNNEL = dict(block_sizes=[1, 1], num_decoder_layers=1, d_model=16, n_head=2, d_head=8, d_inner=32,
              hidden_dropout=0.0, attention_dropout=0.0, activation_dropout=0.0, max_position_embeddings=48)
TRACES = [  # name, task, model type, batch, epochs, weight decay, warm-up, accumulation
    ("nsmc-bert", "nsmc", "bert", 8, 2, 0.0, 0.0, 1),
    ("nsmc-bert-decay", "nsmc", "bert", 8, 2, 0.01, 0.1, 1),
    ("nsmc-bert-accumulate", "nsmc", "bert", 4, 2, 0.0, 0.0, 3),
    ("korsts-bert", "korsts", "bert", 8, 2, 0.0, 0.0, 1),
    ("hate-speech-bert", "hate-speech", "bert", 8, 2, 0.0, 0.0, 1),
    ("naver-ner-bert", "naver-ner", "bert", 8, 2, 0.0, 0.0, 1),
    ("kornli-electra", "kornli", "electra", 8, 2, 0.0, 0.0, 1),
    ("paws-funnel", "paws", "funnel", 8, 2, 0.0, 0.0, 1),
    ("question-pair-albert", "question-pair", "albert", 16, 2, 0.0, 0.0, 1),
]
TRAIN_ROWS, EVAL_ROWS, MAX_LENGTH, LR = 66, 40, 40, 3e-4


def rows(path, task):
    lines = path.read_text(encoding="utf-8").splitlines()
    if task == "naver-ner":
        return [tuple(part.split() for part in line.strip().split("\t")) for line in lines]
    header = lines[0].strip().split("\t")
    _, _, texts, label, _ = TASKS[task]
    out = []
    for line in lines[1:]:
        cells = line.strip().split("\t")
        out.append(([cells[header.index(c)] for c in texts], cells[header.index(label)]))
    return out


def cut(src, dst, n, header):
    lines = src.read_text(encoding="utf-8").splitlines()
    dst.parent.mkdir(parents=True, exist_ok=True)
    dst.write_text("\n".join(lines[:n + header]) + "\n", encoding="utf-8")


def encode_words(tok, words):
    ids, starts = [], []
    for word in words:
        pieces = tok.convert_tokens_to_ids(tok.tokenize(word)) or [tok.unk_token_id]
        starts.append(1 + len(ids))
        ids += pieces
    ids = ids[:MAX_LENGTH - 2]
    starts = [s for s in starts if s <= len(ids)]
    return [tok.cls_token_id] + ids + [tok.sep_token_id], starts


def examples(data, task, slow):
    labels = TASKS[task][4]
    out = []
    for x, y in data:
        if task == "naver-ner":
            ids, starts = encode_words(slow, x)
            target = [-100] * MAX_LENGTH
            for w, s in enumerate(starts):
                target[s] = labels.index(y[w])
            out.append((ids, [0] * len(ids), target, len(starts)))
            continue
        enc = slow(*x, max_length=MAX_LENGTH, truncation="longest_first")
        out.append((enc["input_ids"], enc["token_type_ids"], float(y) if labels is None else labels.index(y), None))
    return out


def batch(items):
    ids, types, mask = [], [], []
    for i, t, _, _ in items:
        pad = MAX_LENGTH - len(i)
        ids.append(i + [0] * pad)
        types.append(t + [0] * pad)
        mask.append([1] * len(i) + [0] * pad)
    return dict(input_ids=torch.tensor(ids), token_type_ids=torch.tensor(types), attention_mask=torch.tensor(mask))


def make(kind, task, vocab):
    labels = TASKS[task][4]
    n = 1 if labels is None else len(labels)
    names = dict(id2label=dict(enumerate(labels)), label2id={l: i for i, l in enumerate(labels)}) if labels else {}
    if kind == "funnel":
        return FunnelForSequenceClassification(FunnelConfig(vocab_size=vocab, num_labels=n, **FUNNEL, **names))
    size = dict(SIZE, vocab_size=vocab, num_labels=n, **names)
    if task == "naver-ner":
        return BertForTokenClassification(BertConfig(**size))
    if kind == "bert":
        return BertForSequenceClassification(BertConfig(**size))
    if kind == "electra":
        return ElectraForSequenceClassification(ElectraConfig(embedding_size=12, **size))
    return AlbertForSequenceClassification(AlbertConfig(embedding_size=12, classifier_dropout_prob=0.0, **size))


def jiggle(model):
    """Moves every weight well off its small initial value, so that mistakes show."""
    g = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=g)
            p += noise * (0.1 if p.dim() < 2 else 0.15)


def trace(name, task, kind, size, epochs, decay, warmup, accumulation):
    out = OUT / name
    shutil.rmtree(out, ignore_errors=True)
    train_file, eval_file, *_ = TASKS[task]
    header = 0 if task == "naver-ner" else 1
    for f, n in ((train_file, TRAIN_ROWS), (eval_file, EVAL_ROWS)):
        cut(SAMPLES / task / f, out / "data" / task / f, n, header)
    train, evals = (rows(out / "data" / task / f, task) for f in (train_file, eval_file))

    text = [" ".join(x) if task == "naver-ner" else " ".join(x) for x, _ in train]
    wp = BertWordPieceTokenizer(lowercase=True, strip_accents=False)
    wp.train_from_iterator(text, vocab_size=260, min_frequency=1, show_progress=False)
    (out / "model").mkdir(parents=True)
    wp.save_model(str(out / "model"))
    fast_class = FunnelTokenizerFast if kind == "funnel" else BertTokenizerFast
    special = dict(unk_token="[UNK]", sep_token="[SEP]", pad_token="[PAD]", cls_token="[CLS]", mask_token="[MASK]",
                   bos_token="[CLS]", eos_token="[SEP]") if kind == "funnel" else {}
    fast = fast_class(str(out / "model" / "vocab.txt"), do_lower_case=True, strip_accents=False, **special)
    fast.save_pretrained(out / "model")
    (out / "model" / "tokenizer.json").unlink(missing_ok=True)
    tok = fast
    if kind != "funnel":
        tok = BertTokenizer(str(out / "model" / "vocab.txt"), do_lower_case=True, strip_accents=False)

    torch.manual_seed(1)
    model = make(kind, task, len(fast))
    jiggle(model)
    model.save_pretrained(out / "model")
    model.train()

    train, evals_in = examples(train, task, tok), examples(evals, task, tok)
    labels = TASKS[task][4]
    batches = math.ceil(len(train) / size)
    steps = batches // accumulation * epochs
    warm = int(warmup * steps)
    params = [(n, p) for n, p in model.named_parameters()]
    state = {n: (torch.zeros_like(p), torch.zeros_like(p)) for n, p in params}
    log, step, losses = [], 0, []

    def loss_of(items):
        logits = model(**batch(items)).logits
        target = torch.tensor([t for _, _, t, _ in items])
        if labels is None:
            return torch.nn.functional.mse_loss(logits.view(-1), target.view(-1))
        return torch.nn.functional.cross_entropy(logits.view(-1, len(labels)), target.view(-1))

    for _ in range(epochs):
        losses = []
        for i in range(batches):
            loss = loss_of(train[i * size:(i + 1) * size]) / accumulation
            loss.backward()
            losses.append(loss.item())
            if (i + 1) % accumulation:
                continue
            with_grad = [p for _, p in params if p.grad is not None]
            norm = torch.nn.utils.clip_grad_norm_(with_grad, 1.0)
            lr = LR * (step / max(1, warm) if step < warm else max(0.0, (steps - step) / max(1, steps - warm)))
            step += 1
            with torch.no_grad():
                for n, p in params:
                    if p.grad is None:
                        continue
                    m, v = state[n]
                    m.mul_(0.9).add_(p.grad, alpha=0.1)
                    v.mul_(0.999).addcmul_(p.grad, p.grad, value=1 - 0.999)
                    p.addcdiv_(m, v.sqrt().add_(1e-8), value=-lr * math.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step))
                    if decay and "bias" not in n and "LayerNorm.weight" not in n:
                        p.add_(p, alpha=-lr * decay)
                    p.grad = None
            log.append(dict(step=step, loss=sum(losses[-accumulation:]), lr=lr, grad_norm=norm.item()))

    model.eval()
    preds, tags = [], []
    with torch.no_grad():
        for i, (item, (x, y)) in enumerate(zip(evals_in, evals)):
            logits = model(**batch([item])).logits[0]
            if task == "naver-ner":
                _, starts = encode_words(tok, x)
                pred = [labels[logits[s].argmax()] for s in starts]
                preds.append(dict(id=i, gold=y, pred=pred + ["O"] * (len(y) - len(pred)), kept=len(pred)))
            elif labels is None:
                preds.append(dict(id=i, gold=float(y), pred=round(logits[0].item(), 7)))
            else:
                preds.append(dict(id=i, gold=y, pred=labels[logits.argmax()],
                                  logits=[round(v, 7) for v in logits.tolist()]))
    gold, pred = [p["gold"] for p in preds], [p["pred"] for p in preds]
    if task == "naver-ner":
        kept = [p["kept"] for p in preds]
        scores = dict(f1=entity_f1([g[:k] for g, k in zip(gold, kept)], [p[:k] for p, k in zip(pred, kept)], suffix=True),
                      f1_full_gold=entity_f1(gold, pred, suffix=True))
    elif labels is None:
        scores = dict(spearman=spearmanr(gold, pred)[0], pearson=pearsonr(gold, pred)[0])
    else:
        scores = dict(accuracy=accuracy_score(gold, pred), macro_f1=f1_score(gold, pred, average="macro"))

    save_file({n: p.detach().contiguous() for n, p in model.named_parameters()}, out / "final.safetensors",
              metadata={"format": "pt"})
    lines = lambda items: "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in items)
    (out / "steps.jsonl").write_text(lines(log), encoding="utf-8")
    (out / "predictions.jsonl").write_text(lines(preds), encoding="utf-8")
    (out / "eval.json").write_text(json.dumps({k: float(v) for k, v in scores.items()}) + "\n")
    (out / "config.json").write_text(json.dumps(dict(
        task=task, train_file=train_file, eval_file=eval_file, max_length=MAX_LENGTH, batch_size=size, epochs=epochs,
        learning_rate=LR, weight_decay=decay, warmup_ratio=warmup, gradient_accumulation_steps=accumulation,
        steps=steps), indent=1) + "\n")
    print(name, steps, "steps", scores)


if __name__ == "__main__":
    torch.set_num_threads(1)
    for t in TRACES:
        trace(*t)
