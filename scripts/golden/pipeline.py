"""What transformers' pipeline answers with the checkpoints that bench writes,
of every architecture, for checkpoints/testdata/pipeline.jsonl.

    go test ./checkpoints -run TestPipeline -pipeline-out /tmp/written
    python scripts/golden/pipeline.py /tmp/written > checkpoints/testdata/pipeline.jsonl

Texts and pairs go through text-classification, sentences through
token-classification, where a word's tag is that of its first piece.
"""
import json
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path = [p for p in sys.path if pathlib.Path(p or ".").resolve() != HERE]  # a file here is named like a library
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import torch  # noqa: E402
from transformers import pipeline  # noqa: E402


def of_text(ask, config, x):
    text = {"text": x["Text"], "text_pair": x["Pair"]} if x["HasPair"] else x["Text"]
    answers = ask(text, top_k=None)
    by_label = {a["label"]: a["score"] for a in answers}
    return [by_label[config.id2label[i]] for i in range(len(config.id2label))]


def of_words(ask, config, x):
    starts, at = {}, 0
    for n, word in enumerate(x["Words"]):
        starts[at] = n
        at += len(word) + 1
    tags = [None] * len(x["Words"])
    for piece in ask(" ".join(x["Words"]), ignore_labels=[]):
        if piece["start"] in starts:
            tags[starts[piece["start"]]] = piece["entity"]
    return tags


if __name__ == "__main__":
    torch.set_num_threads(1)
    for asked in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
        case = json.loads(asked.read_text())
        words = case["kind"] == "tag"
        ask = pipeline("token-classification" if words else "text-classification", model=str(asked.with_suffix("")), device="cpu")
        answers = [(of_words if words else of_text)(ask, ask.model.config, x) for x in case["inputs"]]
        print(json.dumps({"name": asked.stem, "sha256": case["sha256"], "tags" if words else "probs":
                          answers if words else [[round(p, 7) for p in a] for a in answers]}, ensure_ascii=False))
