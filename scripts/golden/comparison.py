"""What scipy, scikit-learn, statsmodels and deepsig answer on
random comparisons, for metrics/testdata/metrics/comparison.json.

    python scripts/golden/comparison.py
"""
import json
import pathlib
import random
import warnings

import numpy as np
from deepsig import aso
from deepsig.aso import compute_violation_ratio
from scipy.stats import bootstrap, studentized_range
from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score
from statsmodels.stats.multitest import multipletests

warnings.filterwarnings("ignore")
OUT = pathlib.Path(__file__).resolve().parents[2] / "metrics" / "testdata" / "metrics" / "comparison.json"
rng = random.Random(1402)


def orders():
    for n, m, gap, spread in [(5, 5, 0.0, 1.0), (5, 5, 0.5, 1.0), (5, 8, 1.0, 1.0), (8, 5, -0.7, 1.0), (20, 20, 0.3, 1.0), (20, 20, 0.3, 3.0)]:
        a = [80 + gap + rng.gauss(0, 1) for _ in range(n)]
        b = [80 + rng.gauss(0, spread) for _ in range(m)]
        ratio = compute_violation_ratio(scores_a=np.array(a), scores_b=np.array(b), dt=0.005)
        epsilons = [aso(a, b, seed=1000 * s, show_progress=False, num_jobs=1) for s in range(5)]
        yield {"a": a, "b": b, "violation": float(ratio), "epsilon": float(np.mean(epsilons))}


def kappas():
    for classes, n in [(2, 12), (2, 200), (3, 60), (5, 300)]:
        gold = [rng.randrange(classes) for _ in range(n)]
        answer = lambda: [g if rng.random() < 0.7 else rng.randrange(classes) for g in gold]
        a, b = answer(), answer()
        yield {"classes": classes, "gold": gold, "a": a, "b": b, "same": accuracy_score(a, b), "kappa": float(cohen_kappa_score(a, b))}


def holms():
    for n in [1, 2, 7, 15]:
        p = [rng.random() ** 4 for _ in range(n)]
        yield {"p": p, "corrected": multipletests(p, method="holm")[1].tolist()}


def bootstraps():
    """scipy's paired percentile bootstrap of the difference, within its own noise."""
    for metric, n in [("accuracy", 400), ("macro_f1", 600), ("accuracy", 90)]:
        gold = [rng.choice([0, 0, 0, 1, 1, 2]) for _ in range(n)]
        answer = lambda keep: [g if rng.random() < keep else rng.randrange(3) for g in gold]
        a, b = answer(0.7), answer(0.75)
        score = accuracy_score if metric == "accuracy" else lambda g, p: f1_score(g, p, average="macro", zero_division=0)
        result = bootstrap((np.array(gold), np.array(a), np.array(b)), lambda g, x, y: score(g, y) - score(g, x), paired=True,
                           vectorized=False, n_resamples=20000, method="percentile", rng=np.random.default_rng(7))
        ci = result.confidence_interval
        yield {"metric": metric, "gold": gold, "a": a, "b": b, "interval": [float(ci.low), float(ci.high)], "error": float(result.standard_error)}


def ranges():
    for models in range(2, 11):
        yield {"models": models, "tasks": 7, "difference": float(studentized_range.ppf(0.95, models, np.inf) / np.sqrt(2) * np.sqrt(models * (models + 1) / 42))}


def main():
    text = json.dumps({"order": list(orders()), "kappa": list(kappas()), "holm": list(holms()), "bootstrap": list(bootstraps()),
                       "nemenyi": list(ranges())}, separators=(",", ":"))
    OUT.write_text(text + "\n")


main()
