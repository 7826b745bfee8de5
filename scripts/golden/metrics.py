"""What scikit-learn, scipy and seqeval answer on random gold and predictions,
for metrics/testdata/metrics.

    python scripts/golden/metrics.py
"""
import json
import pathlib
import random
import warnings

import numpy as np
from scipy.stats import binomtest, chi2, pearsonr, spearmanr
from seqeval.metrics import classification_report, f1_score as entity_f1, precision_score, recall_score
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import IOB2
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, matthews_corrcoef, precision_recall_fscore_support

warnings.filterwarnings("ignore")
OUT = pathlib.Path(__file__).resolve().parents[2] / "metrics" / "testdata" / "metrics"
SEED, SAMPLES = 20190624, 2000  # metrics/interval.go
MASK = (1 << 64) - 1
rng = random.Random(1101)


def classification():
    for _ in range(40):
        classes = rng.choice([2, 2, 3, 3, 4, 6])
        n = rng.choice([1, 2, 5, 12, 40, 90])
        gold = [rng.randrange(rng.choice([classes, max(1, classes - 1)])) for _ in range(n)]
        keep = rng.random()
        pred = [g if rng.random() < keep else rng.randrange(classes) for g in gold]
        if rng.random() < 0.15:
            pred = [rng.randrange(classes)] * n
        yield classes, gold, pred


def score_classes(classes, gold, pred):
    labels = list(range(classes))
    p, r, f, s = precision_recall_fscore_support(gold, pred, labels=labels, zero_division=0)
    return {
        "accuracy": accuracy_score(gold, pred),
        "macro_f1": f1_score(gold, pred, average="macro", zero_division=0),
        "macro_f1_all_classes": f1_score(gold, pred, labels=labels, average="macro", zero_division=0),
        "per_class": [{"precision": float(a), "recall": float(b), "f1": float(c), "support": int(d)}
                      for a, b, c, d in zip(p, r, f, s)],
        "matthews": matthews_corrcoef(gold, pred),
        "confusion": confusion_matrix(gold, pred, labels=labels).tolist(),
    }


def number(x):
    return None if np.isnan(x) else float(x)


def correlation():
    for i in range(30):
        n = rng.choice([2, 3, 7, 25, 60])
        gold = [rng.randrange(26) / 5 for _ in range(n)]
        digits = rng.choice([0, 1, 6])
        pred = [round(0.5 * g + rng.gauss(1, rng.choice([0.2, 1.0, 3.0])), digits) for g in gold]
        if i % 10 == 8:
            pred = [0.1] * n
        if i % 10 == 9:
            gold = [0.7] * n
        yield gold, pred


def tagging():
    for _ in range(40):
        types = rng.sample(["PER", "ORG", "LOC", "DAT", "NUM"], rng.choice([1, 2, 4]))
        gold, pred = [], []
        for _ in range(rng.choice([1, 2, 8])):
            n = rng.randrange(1, 14)
            tag = lambda: "O" if rng.random() < 0.4 else f"{rng.choice(types)}-{rng.choice('BII')}"
            g = [tag() for _ in range(n)]
            keep = rng.random()
            gold.append(g)
            pred.append([t if rng.random() < keep else tag() for t in g])
        yield gold, pred


def score_tags(gold, pred, **mode):
    out = {"precision": precision_score(gold, pred, suffix=True, zero_division=0, **mode),
           "recall": recall_score(gold, pred, suffix=True, zero_division=0, **mode),
           "f1": entity_f1(gold, pred, suffix=True, zero_division=0, **mode)}
    out = {k: float(v) for k, v in out.items()}
    try:
        report = classification_report(gold, pred, suffix=True, zero_division=0, output_dict=True, **mode)
        out["report"] = {k: {m: number(x) if m != "support" else int(x) for m, x in v.items()} for k, v in report.items()}
    except ValueError:  # no entity anywhere
        out["report"] = None
    return out


def entities(sentences):
    return [[[t, a, b] for t, a, b in get_entities(s, suffix=True)] for s in sentences]


def mcnemar():
    for n in [3, 10, 60, 60, 200, 200, 400, 400, 800, 800]:
        gold = [rng.randrange(3) for _ in range(n)]
        ka, kb = rng.random(), rng.random()
        a = [g if rng.random() < ka else rng.randrange(3) for g in gold]
        b = [g if rng.random() < kb else rng.randrange(3) for g in gold]
        x = sum(p == g != q for g, p, q in zip(gold, a, b))
        y = sum(q == g != p for g, p, q in zip(gold, a, b))
        asymptotic = None
        if x != y:
            s = (abs(x - y) - 1) ** 2 / (x + y)
            asymptotic = {"statistic": s, "p": float(chi2.sf(s, 1))}
        yield {"gold": gold, "a": a, "b": b, "expected": {
            "only_a_right": x, "only_b_right": y,
            "exact_p": float(binomtest(min(x, y), x + y, 0.5).pvalue) if x + y else 1.0,
            "asymptotic_corrected": asymptotic}}


def mix(z):
    z = (z + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
    return z ^ z >> 31


def intervals(n, score):
    """The percentile bootstrap, one plain sample at a time; score takes row numbers."""
    values = []
    for sample in range(SAMPLES):
        key = mix(mix(SEED) ^ sample)
        rows = [mix((key + i * 0x9E3779B97F4A7C15) & MASK) * n >> 64 for i in range(n)]
        v = score(rows)
        if not np.isnan(v):
            values.append(v)
    return [float(x) for x in np.quantile(values, [0.025, 0.975])]


def bootstraps():
    gold = [rng.randrange(3) for _ in range(45)]
    pred = [g if rng.random() < 0.6 else rng.randrange(3) for g in gold]
    pick = lambda xs, rows: [xs[i] for i in rows]
    for name, f in [("macro_f1", lambda g, p: f1_score(g, p, average="macro", zero_division=0)),
                    ("matthews", matthews_corrcoef)]:
        yield {"metric": name, "classes": 3, "gold": gold, "pred": pred,
               "interval": intervals(45, lambda rows: f(pick(gold, rows), pick(pred, rows)))}
    for n in [40, 4]:  # with 4 rows, some samples are constant
        gold = [rng.randrange(11) / 2 for _ in range(n)]
        pred = [round(g + rng.gauss(0, 2), 0) for g in gold]
        for name, f in [("spearman", spearmanr), ("pearson", pearsonr)]:
            def r(rows):
                g, p = pick(gold, rows), pick(pred, rows)
                return np.nan if len(set(g)) == 1 or len(set(p)) == 1 else f(g, p)[0]
            yield {"metric": name, "gold": gold, "pred": pred, "interval": intervals(n, r)}
    gold, pred = [], []
    for _ in range(20):
        g = [rng.choice(["O", "O", "PER-B", "PER-I", "LOC-B"]) for _ in range(8)]
        gold.append(g)
        pred.append([t if rng.random() < 0.7 else rng.choice(["O", "PER-B", "LOC-B"]) for t in g])
    for name, f in [("precision", precision_score), ("recall", recall_score), ("f1", entity_f1)]:
        yield {"metric": name, "gold": gold, "pred": pred,
               "interval": intervals(20, lambda rows: f(pick(gold, rows), pick(pred, rows), suffix=True, zero_division=0))}


def main():
    cases = [{"kind": "classification", "classes": c, "gold": g, "pred": p, "expected": score_classes(c, g, p)}
             for c, g, p in classification()]
    for g, p in correlation():
        fixed = len(set(g)) == 1 or len(set(p)) == 1
        cases.append({"kind": "correlation", "gold": g, "pred": p, "expected": {
            "spearman": None if fixed else number(spearmanr(g, p)[0]),
            "pearson": None if fixed else number(pearsonr(g, p)[0])}})
    for g, p in tagging():
        cases.append({"kind": "tagging", "gold": g, "pred": p, "expected": {
            "entities_gold": entities(g), "entities_pred": entities(p),
            "default": score_tags(g, p), "strict": score_tags(g, p, mode="strict", scheme=IOB2)}})
    wilson = []
    for n in [1, 2, 7, 50, 471, 5000, 50000]:
        for k in sorted({0, 1, n // 3, n - 1, n}):
            ci = binomtest(k, n).proportion_ci(0.95, method="wilson")
            wilson.append({"k": k, "n": n, "low": float(ci.low), "high": float(ci.high)})
    tests = {"mcnemar": list(mcnemar()), "wilson_95": wilson, "bootstrap_95": list(bootstraps())}
    OUT.mkdir(parents=True, exist_ok=True)
    for name, value in [("cases.json", cases), ("tests.json", tests)]:
        (OUT / name).write_text(json.dumps(value, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
