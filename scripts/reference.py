"""What transformers answers with a model directory, as `bench models verify`
reads it: one JSON a line.

    python scripts/reference.py path/to/model < texts.txt > reference.jsonl
    bench models verify path/to/model --reference reference.jsonl

A line of the texts is a text, or two with a tab between them: a pair, or for an
encoder-decoder a text and what it is to write. Needs torch and transformers.
"""
import argparse
import json
import sys

import torch
import transformers

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("model", help="a directory as Hugging Face lays it out")
parser.add_argument("--max-length", type=int, default=128)
parser.add_argument("--max-target-length", type=int, default=64)
ROWS = 4  # of the logits of a language model, which has as many columns as tokens


def rounded(x):
    return [round(v, 6) for v in x.tolist()]


def answer(model, tokenizer, text, second, a):
    writes = model.config.model_type == "encoder-decoder"
    pair = None if writes else second
    x = tokenizer(text, pair, truncation="longest_first", max_length=a.max_length, return_tensors="pt")
    if model.config.model_type == "gpt2":  # adds the embeddings of tokens 0 and 1 for types, which no GPT-2 is trained with
        x.pop("token_type_ids", None)
    types = x.get("token_type_ids")
    out = {"text": text, "text_pair": pair, "max_length": a.max_length, "input_ids": x["input_ids"][0].tolist(),
           "token_type_ids": None if types is None else types[0].tolist()}
    given = dict(x)
    if writes:
        labels = tokenizer(second or text, truncation=True, max_length=a.max_target_length, return_tensors="pt")["input_ids"]
        start = torch.tensor([[model.config.decoder_start_token_id]])
        given = {"input_ids": x["input_ids"], "attention_mask": x["attention_mask"], "labels": labels,
                 "decoder_input_ids": torch.cat([start, labels[:, :-1]], 1)}
        out |= {"target": second or text, "max_target_length": a.max_target_length, "labels": labels[0].tolist(),
                "decoder_input_ids": given["decoder_input_ids"][0].tolist()}
    with torch.no_grad():
        y = model(**given)
    logits = y.logits[0].double()
    if writes:
        out["loss"] = y.loss.item()
    if logits.dim() == 1 or logits.shape[-1] < 1000:  # a head for labels
        return out | {"logits": rounded(logits) if logits.dim() == 1 else [rounded(row) for row in logits]}
    positions = sorted({len(logits) * i // ROWS for i in range(ROWS)})
    return out | {"positions": positions, "logits": [rounded(logits[p]) for p in positions],
                  "argmax": logits.argmax(-1).tolist(), "logsumexp": rounded(logits.logsumexp(-1))}


if __name__ == "__main__":
    a = parser.parse_args()
    torch.set_num_threads(1)
    config = transformers.AutoConfig.from_pretrained(a.model)
    name = config.architectures[0]
    model = getattr(transformers, name).from_pretrained(a.model, attn_implementation="eager").eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(a.model)
    for line in sys.stdin:
        text, _, second = line.rstrip("\n").partition("\t")
        print(json.dumps(answer(model, tokenizer, text, second or None, a), ensure_ascii=False))
