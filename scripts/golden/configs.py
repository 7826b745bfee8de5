"""What transformers makes of config.json files, for models/hf/testdata/configs.json.

    python scripts/golden/configs.py

A list of cases: "config", the file, and "want", the fields of the resulting
config object, its class's defaults filled in; "labels" are id2label in order.
"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path = [p for p in sys.path if pathlib.Path(p or ".").resolve() != HERE]  # a file here is named like a library

from transformers import CONFIG_MAPPING, PretrainedConfig  # noqa: E402

OUT = HERE.parents[1] / "models" / "hf" / "testdata" / "configs.json"
KEEP = {"pad_token_id", "eos_token_id", "decoder_start_token_id", "tie_word_embeddings", "architectures", "problem_type",
        "is_decoder", "add_cross_attention", "tie_encoder_decoder", "model_type"}
DROP = set(PretrainedConfig().to_dict()) - KEEP

CASES = [{"model_type": t} for t in
         ("bert", "albert", "electra", "funnel", "gpt2", "roberta", "xlm-roberta", "distilbert")] + [
    {"model_type": "bert", "hidden_size": 64, "classifier_dropout": 0.3, "pad_token_id": None, "num_labels": 3,
     "architectures": ["BertForSequenceClassification"], "an_unknown_field": {"kept": [1, 2.5]}},
    {"model_type": "bert", "id2label": {"1": "b", "0": "a", "2": "c"}, "num_labels": 2, "tie_word_embeddings": False,
     "problem_type": "regression"},
    {"model_type": "funnel", "block_sizes": [6, 6, 6], "hidden_size": 96, "num_attention_heads": 6, "initializer_std": 0.02},
    {"model_type": "funnel", "block_sizes": [1, 2], "block_repeats": [2, 1], "pooling_type": "max", "separate_cls": False},
    {"model_type": "gpt2", "hidden_size": 32, "num_hidden_layers": 2, "n_head": 4, "max_position_embeddings": 64, "n_inner": 80},
    {"model_type": "gpt2", "hidden_size": 32, "n_embd": 48},
    {"model_type": "gpt2", "n_embd": 48, "hidden_size": 32, "scale_attn_weights": False,
     "scale_attn_by_inverse_layer_idx": True},
    {"model_type": "distilbert", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "activation": "relu"},
    {"model_type": "electra", "embedding_size": 16, "eos_token_id": 3},
    {"model_type": "encoder-decoder", "encoder": {"model_type": "bert", "hidden_size": 24},
     "decoder": {"model_type": "bert", "hidden_size": 48, "is_decoder": True, "add_cross_attention": True},
     "decoder_start_token_id": 2, "pad_token_id": 0, "eos_token_id": 3, "tie_encoder_decoder": True},
]


def fields(c):
    return {k: fields(v) if k in ("encoder", "decoder") else v for k, v in c.items() if k not in DROP}


def main():
    out = []
    for case in CASES:
        config = CONFIG_MAPPING[case["model_type"]].from_dict(json.loads(json.dumps(case)))
        labels = [config.id2label[i] for i in range(config.num_labels)]
        out.append({"config": case, "want": fields(json.loads(json.dumps(config.to_dict()))), "labels": labels})
    lines = ",\n".join(json.dumps(c) for c in out)
    OUT.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
