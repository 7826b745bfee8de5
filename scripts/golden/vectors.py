"""The vectors that transformers gives with the checkpoints that bench writes, of
every architecture, for checkpoints/testdata/vectors.jsonl.

    go test ./checkpoints -run TestVectors -vectors-out /tmp/written
    python scripts/golden/vectors.py /tmp/written > checkpoints/testdata/vectors.jsonl

Of each vector every eighth value is kept.
"""
import json
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path = [p for p in sys.path if pathlib.Path(p or ".").resolve() != HERE]  # a file here is named like a library
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import torch  # noqa: E402
from transformers import AutoModel, AutoTokenizer  # noqa: E402

POOL = {
    "mean": lambda out: out.last_hidden_state[0].mean(0),
    "first": lambda out: out.last_hidden_state[0, 0],
    "pooler": lambda out: out.pooler_output[0],
}

if __name__ == "__main__":
    torch.set_num_threads(1)
    for asked in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
        case = json.loads(asked.read_text())
        model = AutoModel.from_pretrained(asked.with_suffix("")).eval()
        tokenizer = AutoTokenizer.from_pretrained(asked.with_suffix(""))
        with torch.no_grad():
            outs = [model(**tokenizer(t, truncation=True, max_length=case["max_length"], return_tensors="pt")) for t in case["texts"]]
        for pooling in case["poolings"]:
            vectors = [[round(x, 6) for x in POOL[pooling](o)[::8].tolist()] for o in outs]
            print(json.dumps({"name": asked.stem, "sha256": case["sha256"], "pooling": pooling, "vectors": vectors}))
