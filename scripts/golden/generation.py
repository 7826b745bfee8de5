"""What transformers generates with settings of all kinds, for
models/testdata/settings.

    python scripts/golden/generation.py [--first 0] [--count 40] [--out DIR]

Each case is a generation_config.json, a prompt, and the ids that come out, with
the score of a beam search; of sampling, the probabilities of the first new token
that may be drawn. `legacy.json` holds settings in config.json and what
transformers makes of them. For more cases, write them elsewhere and name that
folder to the tests as BENCH_GOLDEN.
"""
import argparse
import json
import os
import pathlib
import random
import sys
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path = [p for p in sys.path if pathlib.Path(p or ".").resolve() != HERE]  # a file here is named like a library
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import torch  # noqa: E402
import transformers as hf  # noqa: E402

hf.logging.set_verbosity_error()
warnings.filterwarnings("ignore")
torch.set_num_threads(1)

MODELS = HERE.parents[1] / "models" / "testdata" / "models"
OUT = HERE.parents[1] / "models" / "testdata"
END = 3


def some(r, vocab, n):
    return [r.randrange(5, vocab) for _ in range(n)]


def settings(r, vocab, sample):
    s = {"eos_token_id": r.choice([END, END, [END, 7]])}
    if r.random() < 0.5:
        s["max_length"] = r.randint(12, 24)
    else:
        s["max_new_tokens"] = r.randint(3, 12)
    maybe = {
        "min_length": lambda: r.randint(1, 12), "min_new_tokens": lambda: r.randint(1, 6), "repetition_penalty": lambda: r.choice([0.7, 1.3, 2.0]),
        "no_repeat_ngram_size": lambda: r.randint(1, 3), "encoder_repetition_penalty": lambda: r.choice([0.6, 1.5]),
        "encoder_no_repeat_ngram_size": lambda: r.randint(1, 3),
        "sequence_bias": lambda: [[some(r, vocab, r.randint(1, 2)), r.choice([-5.0, 4.0])] for _ in range(r.randint(1, 3))],
        "bad_words_ids": lambda: [some(r, vocab, r.randint(1, 2)) for _ in range(r.randint(1, 20))] + [[END]],
        "suppress_tokens": lambda: some(r, vocab, 20), "begin_suppress_tokens": lambda: some(r, vocab, 40),
        "forced_bos_token_id": lambda: r.randrange(5, vocab), "forced_eos_token_id": lambda: r.choice([END, [END, 9]]),
        "exponential_decay_length_penalty": lambda: [r.randint(0, 4), r.choice([1.1, 1.6])],
        "renormalize_logits": lambda: True, "remove_invalid_values": lambda: True}
    for name, draw in maybe.items():
        if r.random() < 0.25:
            s[name] = draw()
    if "exponential_decay_length_penalty" in s:  # of an end token that is ruled out, the reference makes NaN
        s.pop("min_length", None), s.pop("min_new_tokens", None)
    if "min_length" in s and "max_new_tokens" in s:
        s["min_length"] = min(s["min_length"], s["max_new_tokens"])
    if sample:
        s["do_sample"] = True
        for name, draw in {"temperature": lambda: r.choice([0.3, 0.8, 1.7]), "top_k": lambda: r.choice([0, 3, 20]), "top_p": lambda: r.choice([0.3, 0.8, 0.95]),
                           "min_p": lambda: r.choice([0.02, 0.2]), "typical_p": lambda: r.choice([0.3, 0.9]),
                           "epsilon_cutoff": lambda: r.choice([0.001, 0.02]), "eta_cutoff": lambda: r.choice([0.001, 0.02])}.items():
            if r.random() < 0.4:
                s[name] = draw()
    elif r.random() < 0.6:
        s["num_beams"] = r.randint(2, 5)
        if "forced_eos_token_id" in s:  # of equals, any beam may win
            s["forced_eos_token_id"] = END
        if r.random() < 0.5:
            s["length_penalty"] = r.choice([0.5, 2.0, -0.5])
        if r.random() < 0.5:
            s["early_stopping"] = r.choice([True, "never"])
    return s


def case(i, name, m):
    r = random.Random(31000 + i)
    vocab = m.config.decoder.vocab_size if name == "bertshared" else m.config.vocab_size
    sample = i % 3 == 2
    s = settings(r, vocab, sample)
    ids = some(r, vocab, r.randint(2, 9))
    g = hf.GenerationConfig(**s)
    g.pad_token_id = 0
    if name == "bertshared":
        g.decoder_start_token_id = m.config.decoder_start_token_id
    out = {"input_ids": ids, "settings": s}
    x = torch.tensor([ids])
    torch.manual_seed(0)
    y = m.generate(x, attention_mask=torch.ones_like(x), generation_config=g, output_scores=True, return_dict_in_generate=True)
    if sample:
        p = torch.softmax(y.scores[0][0].double(), -1)
        out["probs"] = sorted([[k, float(f"{v:.7g}")] for k, v in enumerate(p.tolist()) if v > 0], key=lambda e: (-e[1], e[0]))
        return out
    out["ids"] = y.sequences[0].tolist()
    if s.get("num_beams", 1) > 1:
        if not torch.isfinite(y.sequences_scores).all():
            raise ValueError("every token is ruled out")
        out["score"] = float(f"{y.sequences_scores[0].item():.7g}")
    return out


LEGACY = [
    {"model_type": "gpt2", "max_length": 17, "num_beams": 3, "repetition_penalty": 1.5, "eos_token_id": 5},
    {"model_type": "gpt2", "eos_token_id": 9, "forced_eos_token_id": 4, "bad_words_ids": [[7]], "suppress_tokens": None},
    {"model_type": "encoder-decoder", "num_beams": 1, "max_length": 20, "no_repeat_ngram_size": 2, "encoder": {"model_type": "bert", "num_beams": 7},
     "decoder": {"model_type": "bert", "is_decoder": True, "add_cross_attention": True, "max_length": 31, "num_beams": 4, "no_repeat_ngram_size": 3,
                 "early_stopping": True, "length_penalty": 2.0, "eos_token_id": 6}},
]


def legacy():
    out = []
    for c in LEGACY:
        config = hf.CONFIG_MAPPING[c["model_type"]].from_dict(json.loads(json.dumps(c)))
        g = hf.GenerationConfig.from_model_config(config).to_diff_dict()
        out.append({"config": c, "settings": {k: v for k, v in g.items() if k not in ("_from_model_config", "transformers_version", "bos_token_id", "pad_token_id")}})
    return out


def main():
    a = argparse.ArgumentParser()
    a.add_argument("--first", type=int, default=0)
    a.add_argument("--count", type=int, default=40)
    a.add_argument("--out", type=pathlib.Path, default=OUT)
    a = a.parse_args()
    d = a.out / "settings"
    d.mkdir(parents=True, exist_ok=True)
    for name, cls in [("gpt2-lm", hf.GPT2LMHeadModel), ("bertshared", hf.EncoderDecoderModel)]:
        m = cls.from_pretrained(MODELS / name, attn_implementation="eager").eval()
        with open(d / f"{name}.jsonl", "w") as f:
            i = a.first
            while i < a.first + a.count:
                try:
                    f.write(json.dumps(case(i, name, m), separators=(",", ":")) + "\n")
                except (RuntimeError, ValueError) as e:  # such as every token ruled out
                    print(name, i, str(e).splitlines()[0], file=sys.stderr)
                i += 1
    (d / "legacy.json").write_text("[\n" + ",\n".join(json.dumps(c) for c in legacy()) + "\n]\n")


if __name__ == "__main__":
    main()
