"""What scipy says of paired differences in macro F1, entity F1 and Spearman's
correlation, for metrics/testdata/metrics/resampled.json.

    python scripts/golden/resampled.py
"""
import json
import pathlib
import random

import numpy as np
from scipy.stats import bootstrap, permutation_test, rankdata, spearmanr
from seqeval.metrics import f1_score as entity_f1
from seqeval.metrics.sequence_labeling import get_entities
from sklearn.metrics import f1_score

OUT = pathlib.Path(__file__).resolve().parents[2] / "metrics" / "testdata" / "metrics" / "resampled.json"
rng = random.Random(1403)


def resampled(gold, a, b, difference):
    """scipy's paired percentile bootstrap and its exchanges of paired answers, of a difference of scores over rows."""
    result = bootstrap((gold, a, b), difference, paired=True, vectorized=False, n_resamples=20000, method="percentile", rng=np.random.default_rng(7))
    exchanged = permutation_test((a, b), lambda x, y: difference(gold, x, y), permutation_type="samples", vectorized=False,
                                 n_resamples=20000, rng=np.random.default_rng(8))
    return {"difference": float(difference(gold, a, b)), "interval": [float(v) for v in result.confidence_interval],
            "error": float(result.standard_error), "p": float(exchanged.pvalue)}


def macros():
    for n, better in [(600, 0.72), (250, 0.80)]:
        gold = [rng.choice([0, 0, 0, 1, 1, 2]) for _ in range(n)]
        answer = lambda keep: [g if rng.random() < keep else rng.randrange(3) for g in gold]
        a, b = answer(0.68), answer(better)

        def difference(g, x, y):  # of three classes that all occur, from the confusions: as f1_score, a hundred times sooner
            def score(p):
                hits = np.bincount(g[g == p], minlength=3)
                return np.mean(2 * hits / (np.bincount(g, minlength=3) + np.bincount(p, minlength=3)))
            return score(y) - score(x)

        g, x, y = np.array(gold), np.array(a), np.array(b)
        assert np.isclose(difference(g, x, y), f1_score(g, y, average="macro") - f1_score(g, x, average="macro"))
        yield {"gold": gold, "a": a, "b": b} | resampled(g, x, y, difference)


def sentences():
    """Entity F1 over sentences, by seqeval's entities."""
    kinds = ["PER", "LOC", "ORG"]
    for n, better in [(120, 0.80), (60, 0.92)]:
        def tags():
            out = []
            while len(out) < 8:
                if rng.random() < 0.3:
                    kind = rng.choice(kinds)
                    out += [kind + "-B"] + [kind + "-I"] * rng.randrange(3)
                else:
                    out.append("O")
            return out[:8]

        def answer(row, keep):
            out = list(row)
            for i, t in enumerate(out):
                if rng.random() > keep:
                    out[i] = "O" if t != "O" else rng.choice(kinds) + "-B"
            return out

        gold = [tags() for _ in range(n)]
        a, b = [answer(r, 0.8) for r in gold], [answer(r, better) for r in gold]

        def counts(answers):  # of a sentence: entities that are right, and those predicted
            found = [set(get_entities(p, suffix=True)) for p in answers]
            wanted = [set(get_entities(g, suffix=True)) for g in gold]
            return np.array([(len(f & w), len(f)) for f, w in zip(found, wanted)])

        size = np.array([len(get_entities(g, suffix=True)) for g in gold])
        x, y = counts(a), counts(b)
        code = lambda c: c[:, 0] * 100 + c[:, 1]
        score = lambda s, c: 2 * (c // 100).sum() / ((c % 100).sum() + s.sum())
        difference = lambda s, p, q: score(s, q) - score(s, p)
        assert np.isclose(difference(size, code(x), code(y)), entity_f1(gold, b, suffix=True) - entity_f1(gold, a, suffix=True))
        yield {"gold": gold, "a": a, "b": b} | resampled(size, code(x), code(y), difference)


def numbers():
    """Spearman; what is exchanged are ranks, for two models may answer in different units."""
    for n, noise in [(300, 1.0), (80, 0.6)]:
        gold = [round(5 * rng.random(), 1) for _ in range(n)]
        a = [round(g + rng.gauss(0, 1.2), 2) for g in gold]
        b = [round(g + rng.gauss(0, noise), 2) for g in gold]
        difference = lambda g, x, y: spearmanr(g, y).statistic - spearmanr(g, x).statistic
        yield {"gold": gold, "a": a, "b": b} | resampled(np.array(gold), rankdata(a), rankdata(b), difference)


def main():
    text = json.dumps({"macro_f1": list(macros()), "f1": list(sentences()), "spearman": list(numbers())}, separators=(",", ":"))
    OUT.write_text(text + "\n")


main()
