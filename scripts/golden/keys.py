"""Every field of transformers' config classes and of GenerationConfig, for
models/hf/testdata/keys.json: a test asks that each is read, known to change
nothing, or refused.

    python scripts/golden/keys.py
"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path = [p for p in sys.path if pathlib.Path(p or ".").resolve() != HERE]  # a file here is named like a library

from transformers import CONFIG_MAPPING, GenerationConfig  # noqa: E402

OUT = HERE.parents[1] / "models" / "hf" / "testdata" / "keys.json"
TYPES = ["bert", "albert", "electra", "funnel", "gpt2", "roberta", "xlm-roberta", "distilbert", "deberta-v2", "encoder-decoder"]

# Fields that a class reads from its config without naming them in its
# constructor: getattr(config, "…").
HIDDEN = {
    "deberta-v2": ["attention_head_size", "cls_dropout", "conv_act", "conv_groups", "conv_kernel_size", "embedding_size",
                   "norm_rel_ebd", "pooler_hidden_size", "position_buckets", "share_att_key"],
    "gpt2": ["classifier_dropout", "hidden_dropout"],
}


def fields(t):
    part = lambda: {"model_type": "bert"}  # noqa: E731
    c = CONFIG_MAPPING[t].from_dict({"encoder": part(), "decoder": part()} if t == "encoder-decoder" else {})
    return sorted(set(c.to_dict()) | set(c.attribute_map or {}) | set(HIDDEN.get(t, [])))


def main():
    out = {"config": {t: fields(t) for t in TYPES}, "generation": sorted(GenerationConfig().to_dict())}
    OUT.write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
