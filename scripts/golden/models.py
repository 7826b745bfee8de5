"""What transformers answers on small random models, for models/testdata.

    python scripts/golden/models.py random [--first 0] [--count 30] [--out DIR]
    python scripts/golden/models.py deberta --count 12
    python scripts/golden/models.py lengths

`random` draws configurations over all architectures and heads and writes each
with its weights, a batch, its logits and loss and the gradients of all
parameters. 60 of them are committed; for more, write them elsewhere and name
that folder to the tests:

    python scripts/golden/models.py random --count 200 --out /tmp/more
    BENCH_GOLDEN=/tmp/more go test ./models -run Random -v

`lengths` asks which lengths Funnel accepts.
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
from safetensors.torch import save_file  # noqa: E402

hf.logging.set_verbosity_error()
warnings.filterwarnings("ignore")
torch.set_num_threads(1)

OUT = HERE.parents[1] / "models" / "testdata"
ACTS = ["gelu", "gelu_new", "relu", "gelu_pytorch_tanh", "silu"]
EPS = [1e-12, 1e-9, 1e-6, 1e-5]

# Architecture and head of the configurations, in turn. "regress" is a sentence
# head with one label.
TURNS = """bert classify|funnel classify|albert tag|electra disc|gpt2 lm|encdec lm|roberta classify|distilbert mlm|funnel tag|bert mlm
electra classify|albert classify|gpt2 classify|xlm-roberta tag|distilbert classify|funnel mlm|bert tag|electra mlm|albert mlm|encdec lm
funnel disc|bert lm|roberta mlm|electra tag|gpt2 tag|distilbert tag|albert regress|funnel regress|xlm-roberta mlm|bert regress""".replace("\n", "|").split("|")

# From configuration 30 on: all activations, epsilons down to 0, relative
# positions, sides of an encoder-decoder that differ.
WIDE = """encdec lm|bert lm|distilbert classify|gpt2 classify|electra lm|roberta lm|xlm-roberta lm|encdec lm|encdec lm|bert classify
electra tag|roberta mlm|albert classify|encdec lm|distilbert mlm|bert tag|bert lm|gpt2 lm|electra disc|funnel tag
albert mlm|encdec lm|xlm-roberta classify|funnel classify|roberta lm|electra classify|encdec lm|bert mlm|distilbert tag|electra lm""".replace("\n", "|").split("|")
ALL_ACTS = ["gelu_10", "gelu_accurate", "gelu_fast", "gelu_python", "gelu_python_tanh", "laplace", "leaky_relu", "linear", "mish",
            "quick_gelu", "relu2", "relu6", "sigmoid", "tanh"]

# Heads of DeBERTa's configurations, in turn.
DEBERTA = "classify tag mlm regress".split()


def width(r):
    """Narrower than 6, a layer norm leaves little but rounding to compare."""
    heads = r.choice([1, 2, 3, 4])
    return heads, heads * r.choice([d for d in (1, 3, 4, 5, 7) if d * heads >= 6])


def bert_like(r, vocab):
    heads, hidden = width(r)
    return dict(
        vocab_size=vocab, hidden_size=hidden, num_hidden_layers=r.randint(1, 3), num_attention_heads=heads,
        intermediate_size=r.randint(3, 20), hidden_act=r.choice(ACTS), max_position_embeddings=r.randint(24, 40),
        type_vocab_size=r.choice([1, 2, 2, 3]), layer_norm_eps=r.choice(EPS), pad_token_id=r.choice([0, 0, 1, 5]),
        tie_word_embeddings=r.random() < 0.7)


def funnel(r, vocab):
    heads = r.choice([1, 2, 3])
    blocks = r.choice([1, 2, 3, 3, 3, 4])
    return hf.FunnelConfig(
        vocab_size=vocab, block_sizes=[r.randint(1, 2) for _ in range(blocks)],
        block_repeats=None if r.random() < 0.6 else [r.randint(1, 2) for _ in range(blocks)],
        num_decoder_layers=r.randint(0, 2), d_model=2 * r.randint(3, 8), n_head=heads, d_head=r.randint(1, 5), d_inner=r.randint(3, 20),
        hidden_act=r.choice(ACTS), layer_norm_eps=r.choice(EPS), pooling_type=r.choice(["mean", "max"]),
        attention_type=r.choice(["relative_shift", "relative_shift", "factorized"]), separate_cls=r.random() < 0.7,
        truncate_seq=r.random() < 0.6, pool_q_only=r.random() < 0.6, pad_token_id=r.choice([0, 3]),
        tie_word_embeddings=r.random() < 0.7)


def deberta(r, vocab):
    c = bert_like(r, vocab)
    if r.random() < 0.3:
        c["embedding_size"] = r.randint(6, 10)
    relative = r.random() < 0.85
    conv = r.random() < 0.4
    groups = r.choice([g for g in (1, 2, 3) if c["hidden_size"] % g == 0])
    kinds = r.choice([["c2p"], ["p2c"], ["p2c", "c2p"], ["c2p", "p2c"], "p2c|c2p", []])
    c.update(
        hidden_act=r.choice(ACTS + ["mish", "quick_gelu"]), type_vocab_size=r.choice([0, 0, 2, 3]), layer_norm_eps=r.choice([1e-7, 1e-12, 0.0]),
        relative_attention=relative, position_biased_input=r.random() < 0.4, pos_att_type=kinds, share_att_key=r.random() < 0.5,
        max_relative_positions=r.choice([-1, -1, 12, 40]), position_buckets=r.choice([-1, 2, 5, 8, 16]), norm_rel_ebd=r.choice(["none", "layer_norm"]),
        pooler_hidden_act=r.choice(["gelu", "tanh"]), pooler_hidden_size=c["hidden_size"])
    if c["max_relative_positions"] == 12 and c["position_buckets"] == 16:
        c["position_buckets"] = 8
    if conv:
        c.update(conv_kernel_size=r.choice([1, 3, 5]), conv_groups=groups, conv_act=r.choice(["tanh", "gelu", "relu"]))
    return hf.DebertaV2Config(**c)


def config(r, arch, vocab):
    if arch == "funnel":
        return funnel(r, vocab)
    if arch == "deberta":
        return deberta(r, vocab)
    if arch == "gpt2":
        heads, hidden = width(r)
        return hf.GPT2Config(
            vocab_size=vocab, n_positions=r.randint(24, 40), n_embd=hidden, n_layer=r.randint(1, 3), n_head=heads,
            n_inner=r.choice([None, r.randint(3, 20)]), activation_function=r.choice(ACTS), layer_norm_epsilon=r.choice(EPS),
            scale_attn_weights=r.random() < 0.8, scale_attn_by_inverse_layer_idx=r.random() < 0.3,
            pad_token_id=r.choice([0, 2]), tie_word_embeddings=r.random() < 0.7)
    if arch == "distilbert":
        heads, dim = width(r)
        return hf.DistilBertConfig(
            vocab_size=vocab, dim=dim, hidden_dim=r.randint(3, 20), n_layers=r.randint(1, 3), n_heads=heads,
            max_position_embeddings=r.randint(24, 40), activation=r.choice(ACTS), pad_token_id=r.choice([0, 4]),
            tie_word_embeddings=r.random() < 0.7)
    c = bert_like(r, vocab)
    if arch == "electra":
        return hf.ElectraConfig(**c, embedding_size=r.choice([c["hidden_size"], r.randint(5, 10)]))
    if arch == "albert":
        groups = r.randint(1, 3)
        c["num_hidden_layers"] = r.randint(groups, 4)
        inner = r.randint(1, min(2, c["num_hidden_layers"] // groups))  # more, and the reference fails
        return hf.AlbertConfig(**c, embedding_size=r.randint(5, 10), num_hidden_groups=groups, inner_group_num=inner)
    if arch == "encdec":
        del c["tie_word_embeddings"]
        tie = r.random() < 0.5
        d = dict(c)
        if not tie:
            d = bert_like(r, vocab)
            del d["tie_word_embeddings"]
            if r.random() < 0.5:
                d.update(hidden_size=c["hidden_size"], num_attention_heads=c["num_attention_heads"])
        d.update(is_decoder=True, add_cross_attention=True)
        e = hf.EncoderDecoderConfig.from_encoder_decoder_configs(hf.BertConfig(**c), hf.BertConfig(**d))
        e.tie_encoder_decoder, e.decoder_start_token_id, e.pad_token_id, e.vocab_size = tie, 2, c["pad_token_id"], vocab
        return e
    return {"bert": hf.BertConfig, "roberta": hf.RobertaConfig, "xlm-roberta": hf.XLMRobertaConfig}[arch](**c)


def widen(r, arch, head, c):
    """Settings that the first configurations leave alone."""
    if arch == "encdec":
        widen_parts(r, c)
        return
    for act in ("hidden_act", "activation_function", "activation"):
        if hasattr(c, act):
            setattr(c, act, r.choice(ACTS + ALL_ACTS))
    for eps in ("layer_norm_eps", "layer_norm_epsilon"):
        if hasattr(c, eps):
            setattr(c, eps, r.choice([0.0, 1e-12, 1e-5, 0.1]))
    if hasattr(c, "position_embedding_type"):
        c.position_embedding_type = r.choice(["absolute"] * (4 if head == "lm" else 1) + ["relative_key", "relative_key_query"])
    if arch == "distilbert":
        c.sinusoidal_pos_embds = r.random() < 0.7
    if head == "lm" and arch != "gpt2":
        c.is_decoder = r.random() < 0.8
        c.use_cache = False  # with it, relative positions are those of the last token alone
    elif arch in ("bert", "electra", "roberta") and r.random() < 0.2:
        c.is_decoder, c.use_cache = True, False


def widen_parts(r, c):
    """The decoder's settings in what no weight depends on; now and then RoBERTas."""
    kinds = [hf.BertConfig, hf.RobertaConfig, hf.XLMRobertaConfig]
    kind = [r.choice(kinds), r.choice(kinds)]
    if c.tie_encoder_decoder:
        kind[1] = kind[0]
    for name, k in zip(("encoder", "decoder"), kind):
        old = getattr(c, name)
        d = {n: v for n, v in old.to_diff_dict().items() if n not in ("model_type", "transformers_version")}
        d.update(vocab_size=c.vocab_size, hidden_act=r.choice(ACTS + ALL_ACTS), layer_norm_eps=r.choice([1e-12, 1e-5, 0.1]), pad_token_id=r.choice([0, 1, 5]),
                 num_attention_heads=r.choice([n for n in range(1, old.hidden_size + 1) if old.hidden_size % n == 0][:4]), max_position_embeddings=40)
        if not c.tie_encoder_decoder:
            d["position_embedding_type"] = r.choice(["absolute", "relative_key", "relative_key_query"])
        if name == "decoder":
            d["use_cache"] = False
        setattr(c, name, k(**d))


CLASSES = {
    "classify": hf.AutoModelForSequenceClassification, "regress": hf.AutoModelForSequenceClassification,
    "tag": hf.AutoModelForTokenClassification, "mlm": hf.AutoModelForMaskedLM, "disc": hf.AutoModelForPreTraining,
    "lm": hf.AutoModelForCausalLM,
}


def build(c, head):
    if c.model_type == "encoder-decoder":
        c.encoder._attn_implementation = c.decoder._attn_implementation = "eager"
        m = hf.EncoderDecoderModel(config=c)
    else:
        c._attn_implementation = "eager"
        m = CLASSES[head].from_config(c)
    m.eval()
    fill(m)
    m.tie_weights()
    return m


def fill(m):
    """Weights far from the usual start: every path counts."""
    seen = set()
    with torch.no_grad():
        for name, p in m.named_parameters():
            if id(p) in seen:
                continue
            seen.add(id(p))
            if "norm" in name.lower() or "ln_" in name:
                p.copy_(torch.randn_like(p) * 0.3 + (1 if name.endswith("weight") else 0))
            elif p.dim() == 1 or name.endswith(("_bias", "seg_embed")):
                p.copy_(torch.randn_like(p) * 0.4)
            elif "embeddings" in name or "wte" in name or "wpe" in name:
                p.copy_(torch.randn_like(p) * 0.8)
            else:
                p.copy_(torch.randn_like(p) * 1.2 / p.shape[-1] ** 0.5)


def sequences(r, c, n):
    vocab = c.vocab_size
    pad = c.pad_token_id
    parts = [c.encoder, c.decoder] if c.model_type == "encoder-decoder" else [c]
    most = min(p.max_position_embeddings - p.pad_token_id - 1 if "roberta" in p.model_type else 20 for p in parts)
    types = getattr(c.encoder if c.model_type == "encoder-decoder" else c, "type_vocab_size", 2)
    ids, kinds = [], []
    for _ in range(n):
        k = r.choice([1, 2, 3, 4, 5, 6, 7, 9, 12, 15, 17, 20])
        k = min(k, most)
        s = [r.randrange(vocab) if r.random() < 0.05 else r.choice([i for i in range(vocab) if i != pad]) for _ in range(k)]
        cut = r.randint(1, k)
        t = [0] * cut + [1] * (k - cut)
        if c.model_type == "funnel":
            t[0] = r.choice([0, 2])
        elif types == 1:
            t = [0] * k
        ids.append(s)
        kinds.append(t)
    return ids, kinds


def run(m, head, ids, kinds, targets, pad_to):
    """Logits of the real positions of every sequence, each run alone, padded to
    pad_to with a mask where that is not 0; where the model refuses the length,
    padded to the next that it takes."""
    c, out = m.config, []
    for i, s in enumerate(ids):
        n = max(len(s), pad_to)
        while True:
            try:
                out.append(alone(m, head, s, kinds[i], targets and targets[i], n))
                break
            except (RuntimeError, IndexError):
                assert c.model_type == "funnel" and n < 200
                n += 1
    return out


def alone(m, head, s, kinds, target, n):
    c = m.config
    pad = c.pad_token_id
    mask = [1] * len(s) + [0] * (n - len(s))
    args = dict(input_ids=torch.tensor([s + [pad] * (n - len(s))]), attention_mask=torch.tensor([mask]))
    if c.model_type == "encoder-decoder":
        args["decoder_input_ids"] = torch.tensor([[c.decoder_start_token_id] + target[:-1]])
    elif c.model_type not in ("gpt2", "distilbert"):
        args["token_type_ids"] = torch.tensor([kinds + [0] * (n - len(s))])
    y = m(**args).logits[0]
    if head in ("classify", "regress") or target is not None:
        return y
    return y[: len(s)]


def labels(r, head, c, ids):
    if head == "classify":
        return [r.randrange(c.num_labels) for _ in ids]
    if head == "regress":
        return [round(r.uniform(0, 5), 2) for _ in ids]
    top = {"tag": c.num_labels, "disc": 2}.get(head, c.vocab_size)
    if head == "lm":
        return ids
    out = [[r.randrange(top) if r.random() < 0.6 else -100 for _ in s] for s in ids]
    out[0][0] = 0  # one at least
    return out


def loss_of(head, out, gold, c):
    if head == "classify":
        return torch.nn.functional.cross_entropy(torch.stack(out), torch.tensor(gold))
    if head == "regress":
        return torch.nn.functional.mse_loss(torch.stack(out).squeeze(-1), torch.tensor(gold))
    flat = torch.cat([y.reshape(y.shape[0], -1) for y in out])
    if head == "lm" and c.model_type != "encoder-decoder":
        gold = [g[1:] + [-100] for g in gold]
    gold = torch.tensor([v for g in gold for v in g])
    if head == "disc":
        keep = gold >= 0
        return torch.nn.functional.binary_cross_entropy_with_logits(flat[keep, 0], gold[keep].float())
    return torch.nn.functional.cross_entropy(flat, gold)


def numbers(t):
    return [float(f"{v:.7g}") for v in t.detach().reshape(-1).tolist()]


BEHIND = 1000  # DeBERTa's are counted from here


def turn(i):
    """Architecture and head of configuration i."""
    if i >= BEHIND:
        return "deberta", DEBERTA[i % len(DEBERTA)]
    return (TURNS[i] if i < len(TURNS) else WIDE[i % len(WIDE)]).split()


def draw(i, out):
    r = random.Random(20240 + i)
    torch.manual_seed(777 + i)
    arch, head = turn(i)
    c = config(r, arch, r.randint(20, 40))
    if len(TURNS) <= i < BEHIND:
        widen(r, arch, head, c)
    if head in ("classify", "tag"):
        c.num_labels = r.randint(2, 5)
    if head == "regress":
        c.num_labels = 1
    if head == "lm" and arch == "bert" and i < len(TURNS):
        c.is_decoder = True
    m = build(c, head)
    ids, kinds = sequences(r, c, r.randint(2, 5))
    if head == "lm" and len(ids[0]) == 1:  # something must be predicted
        ids[0], kinds[0] = ids[0] * 3, kinds[0] * 3
    targets = sequences(r, c, len(ids))[0] if arch == "encdec" else None
    gold = labels(r, head, c, targets or ids)
    pad_to = r.choice([0, 20, 24, 32]) if arch == "funnel" else 0
    logits = run(m, head, ids, kinds, targets, pad_to)
    loss = loss_of(head, logits, gold, c)
    m.zero_grad()
    loss.backward()

    d = out / "random" / f"{i:03d}-{arch}-{head}"
    d.mkdir(parents=True, exist_ok=True)
    m.save_pretrained(d)
    grads, without, seen = {}, [], set()
    for name, p in m.named_parameters():
        if id(p) in seen:
            continue
        seen.add(id(p))
        if p.grad is None:
            without.append(name)
        else:
            grads[name] = p.grad.contiguous()
    save_file(grads, d / "grads.safetensors")
    for f in d.glob("*.safetensors"):
        f.chmod(0o644)
    case = dict(input_ids=ids, token_type_ids=kinds, labels=gold, pad_to=pad_to, loss=numbers(loss)[0],
                without_gradient=without, logits=[numbers(y) for y in logits])
    (d / "batch.json").write_text(json.dumps(case, separators=(",", ":")) + "\n")
    for extra in ("generation_config.json",):
        (d / extra).unlink(missing_ok=True)


def lengths():
    """For every shape of Funnel, which of the lengths 1 to 24 it computes."""
    out = []
    for blocks in range(1, 6):
        for separate in (False, True):
            for truncate in (False, True):
                for q_only in (False, True):
                    for kind in ("relative_shift", "factorized"):
                        c = hf.FunnelConfig(
                            vocab_size=8, block_sizes=[2] * blocks, d_model=4, n_head=1, d_head=2, d_inner=4, num_decoder_layers=1,
                            attention_type=kind, separate_cls=separate, truncate_seq=truncate, pool_q_only=q_only, pad_token_id=0)
                        m = hf.FunnelModel(c).eval()
                        works = ""
                        for n in range(1, 25):
                            try:
                                with torch.no_grad():
                                    y = m(torch.ones(1, n, dtype=torch.long)).last_hidden_state
                                works += "1" if y.shape[1] == n else "0"
                            except (RuntimeError, IndexError):
                                works += "0"
                        out.append(dict(blocks=blocks, separate_cls=separate, truncate_seq=truncate, pool_q_only=q_only,
                                        attention_type=kind, works=works))
    (OUT / "funnel-lengths.jsonl").write_text("".join(json.dumps(o) + "\n" for o in out))


def main():
    a = argparse.ArgumentParser()
    a.add_argument("part", choices=["random", "deberta", "lengths"])
    a.add_argument("--first", type=int, default=0)
    a.add_argument("--count", type=int, default=30)
    a.add_argument("--out", type=pathlib.Path, default=OUT)
    a = a.parse_args()
    if a.part == "lengths":
        lengths()
        return
    first = a.first + (BEHIND if a.part == "deberta" else 0)
    for i in range(first, first + a.count):
        draw(i, a.out)


if __name__ == "__main__":
    main()
