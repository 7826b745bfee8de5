"""What transformers answers on small random models, for models/testdata.

    python scripts/golden/models.py random [--first 0] [--count 30] [--out DIR]
    python scripts/golden/models.py lengths
    python scripts/golden/models.py texts

`random` draws configurations over all architectures and heads and writes each
with its weights, a batch, its logits and loss and the gradients of all
parameters. 30 of them are committed; for more, write them elsewhere and name
that folder to the tests:

    python scripts/golden/models.py random --count 200 --out /tmp/more
    BENCH_GOLDEN=/tmp/more go test ./models -run Random -v

`lengths` asks which lengths Funnel accepts.

`texts` writes a few whole model directories over a vocabulary of the sentences
below, what they answer to these (the format of `bench models verify`), and what
they generate. A text is kept only where noise on the scores changes nothing.
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


def config(r, arch, vocab):
    if arch == "funnel":
        return funnel(r, vocab)
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
            p.requires_grad_(True)
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
    types = getattr(c.encoder if c.model_type == "encoder-decoder" else c, "type_vocab_size", 2)
    ids, kinds = [], []
    for _ in range(n):
        k = r.choice([1, 2, 3, 4, 5, 6, 7, 9, 12, 15, 17, 20])
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


def draw(i, out):
    r = random.Random(20240 + i)
    torch.manual_seed(777 + i)
    arch, head = TURNS[i % len(TURNS)].split()
    c = config(r, arch, r.randint(20, 40))
    if head in ("classify", "tag"):
        c.num_labels = r.randint(2, 5)
    if head == "regress":
        c.num_labels = 1
    if head == "lm" and arch == "bert":
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


SENTENCES = """아침마다 강가를 걷는 사람들이 늘었다.|새로 산 자전거는 생각보다 가볍고 빨랐다.|할머니가 끓여 주신 국은 늘 따뜻했다.|도서관은 여덟 시에 문을 닫는다.
비가 그치자 아이들이 운동장으로 뛰어나갔다.|기차가 늦어서 약속 시간을 지키지 못했다.|그 배우의 목소리는 한 번 들으면 잊기 어렵다.|어제 본 영화는 끝이 조금 아쉬웠다.
바다 냄새가 나는 작은 마을에서 자랐다.|고양이는 창가에 앉아 눈을 감고 있었다.|선생님은 칠판에 큰 글씨로 날짜를 적었다.|주말에는 친구들과 산에 오르기로 했다.
전화기를 집에 두고 나와서 하루가 길었다.|시장 골목에는 아직도 오래된 빵집이 있다.|눈이 내린 뒤의 거리는 조용하고 밝았다.|동생은 피아노보다 북 치는 것을 더 좋아한다.
버스를 타고 종점까지 가 본 적이 있니?|값은 비쌌지만 맛은 기대만 못했다.|오늘 저녁에는 매운 국수를 먹고 싶다!|이 책은 처음 세 장만 읽어도 재미있다.
창문을 열어 두면 바람이 시원하다.|형은 공항에서 여권을 잃어버렸다.|텃밭에 심은 상추가 벌써 손바닥만 하다.|답장은 천천히 주셔도 괜찮습니다.""".replace("\n", "|").split("|")
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROWS = 4  # of a language model's logits in a reference


def vocabulary():
    """Syllables, as the beginning of a word and within it, and signs."""
    first, rest = set(), set()
    for s in SENTENCES:
        for w in "".join(c if c not in ".?!" else " " for c in s).split():
            first.add(w[0])
            rest.update(w[1:])
    keep = lambda chars, n: sorted(chars, key=lambda c: (-sum(s.count(c) for s in SENTENCES), c))[:n]
    return SPECIALS + list(".?!,") + sorted(keep(first, 70)) + sorted("##" + c for c in keep(rest, 90))


def tokenizer(vocab, kind):
    d = OUT / "vocab"
    d.mkdir(exist_ok=True)
    (d / "vocab.txt").write_text("\n".join(vocab) + "\n")
    t = kind(vocab_file=str(d / "vocab.txt"), do_lower_case=True, strip_accents=False, pad_token="[PAD]", unk_token="[UNK]",
             cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]", bos_token="[CLS]", eos_token="[SEP]")
    (d / "vocab.txt").unlink()
    d.rmdir()
    return t


def directory(name, m, tok):
    d = OUT / "models" / name
    d.mkdir(parents=True, exist_ok=True)
    m.save_pretrained(d)
    tok.save_pretrained(d)
    (d / "tokenizer.json").unlink()
    for f in d.glob("*.safetensors"):
        f.chmod(0o644)
    return d


def lines(path, records):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r, ensure_ascii=False, separators=(",", ":")) + "\n" for r in records))


def rows(y):
    return [numbers(v) for v in y]


def answer(y, head, rng, suffix=""):
    """Logits of a text: whole, of some positions, or summed up."""
    if head in ("classify", "regress", "disc"):
        return {"logits" + suffix: numbers(y)}
    if head == "tag":
        return {"logits" + suffix: rows(y)}
    return {"argmax" + suffix: y.argmax(-1).tolist(), "logsumexp" + suffix: numbers(y.logsumexp(-1))}


def reference(m, tok, head):
    rng, out = random.Random(5), []
    c = m.config
    for i in range(8):
        text = rng.choice(SENTENCES) if i else "북"
        pair = rng.choice(SENTENCES) if i % 3 == 2 and c.model_type not in ("gpt2", "encoder-decoder") else None
        most = 12 if i == 5 else 40
        plain = c.model_type == "gpt2"
        e = tok(text, pair, max_length=most, truncation="longest_first", add_special_tokens=not plain)
        r = dict(text=text, text_pair=pair, max_length=most, input_ids=e["input_ids"])
        if c.model_type == "encoder-decoder":
            target = rng.choice(SENTENCES)
            labels = tok(target)["input_ids"][rng.randrange(2):]
            r.update(target=target, labels=labels, decoder_input_ids=[c.decoder_start_token_id] + labels[:-1])
            with torch.no_grad():
                y = m(input_ids=torch.tensor([e["input_ids"]]), labels=torch.tensor([labels]))
            r["loss"], y = numbers(y.loss)[0], y.logits[0]
        else:
            r["token_type_ids"] = e["token_type_ids"]
            if plain:
                r["add_special_tokens"] = False
            pads = [most] if c.model_type == "funnel" else []
            try:
                with torch.no_grad():
                    y = alone(m, head, r["input_ids"], r["token_type_ids"], None, len(r["input_ids"]))
            except (RuntimeError, IndexError):
                y = None
            for n in pads:
                with torch.no_grad():
                    r.update(answer(alone(m, head, r["input_ids"], r["token_type_ids"], None, n), head, rng, "_padded"))
        if y is None:
            r.update({k: None for k in ("logits", "argmax", "logsumexp") if k + "_padded" in r})
        else:
            r.update(answer(y, head, rng))
            if head in ("lm", "mlm") and i < ROWS:
                r["positions"] = sorted(rng.sample(range(len(y)), min(2, len(y))))
                r["logits"] = rows(y[r["positions"]])
        out.append(r)
    return out


class Noise(hf.LogitsProcessor):
    """What rounding may do, and far more."""

    def __call__(self, input_ids, scores):
        return scores + torch.rand_like(scores) * 1e-3 - 5e-4


def steady(m, ids, settings, **more):
    """What the model generates, None if noise changes it."""
    args = dict(settings, do_sample=False, return_dict_in_generate=True, output_scores=True, **more)
    x = torch.tensor([ids])
    y = m.generate(x, attention_mask=torch.ones_like(x), **args)
    for _ in range(6):
        z = m.generate(x, attention_mask=torch.ones_like(x), logits_processor=[Noise()], **args)
        if z.sequences.tolist() != y.sequences.tolist():
            return None
    return y


def generated(m, tok, runs, encode):
    out = []
    for text in SENTENCES:
        ids, outputs = encode(text), {}
        for name, settings in runs.items():
            y = steady(m, ids, settings)
            if y is None:
                break
            o = dict(settings=settings, ids=y.sequences[0].tolist(), text=tok.decode(y.sequences[0], skip_special_tokens=True))
            if settings.get("num_beams", 1) > 1:
                o["score"] = numbers(y.sequences_scores)[0]
            outputs[name] = o
        if len(outputs) == len(runs):
            out.append(dict(text=text, input_ids=ids, outputs=outputs))
        if len(out) == 4:
            break
    assert out, "no steady text"
    return out


def next_tokens(m, tok, encode):
    out = []
    for text in SENTENCES[:3]:
        ids = encode(text)
        for s in (dict(temperature=0.7, top_k=20, top_p=0.9, repetition_penalty=1.0), dict(temperature=1.0, top_k=0, top_p=0.5, repetition_penalty=1.3),
                  dict(temperature=1.5, top_k=10, top_p=1.0, repetition_penalty=1.0)):
            x = torch.tensor([ids])
            with torch.no_grad():
                y = m(x).logits[:, -1]
            y = hf.RepetitionPenaltyLogitsProcessor(s["repetition_penalty"])(x, y)
            y = hf.TemperatureLogitsWarper(s["temperature"])(x, y)
            if s["top_k"]:
                y = hf.TopKLogitsWarper(s["top_k"])(x, y)
            if s["top_p"] < 1:
                y = hf.TopPLogitsWarper(s["top_p"])(x, y)
            p = y.softmax(-1)[0]
            left = sorted((i for i in range(len(p)) if p[i] > 0), key=lambda i: -p[i].item())
            out.append(dict(text=text, input_ids=ids, settings=s, probs=[[i, numbers(p[i])[0]] for i in left]))
    return out


def filled(m, tok):
    rng, out = random.Random(3), []
    for n, text in enumerate(SENTENCES[:6]):
        words = text.split()
        for _ in range(1 + n % 2):
            words[rng.randrange(len(words))] = "[MASK]"
        text = " ".join(words)
        ids = tok(text)["input_ids"]
        at = [i for i, v in enumerate(ids) if v == tok.mask_token_id]
        with torch.no_grad():
            p = m(torch.tensor([ids])).logits[0].softmax(-1)
        top = [[dict(id=j, token=tok.convert_ids_to_tokens(j), prob=numbers(p[i][j])[0]) for j in p[i].topk(5).indices.tolist()] for i in at]
        out.append(dict(text=text, input_ids=ids, positions=at, top=top))
    return out


def texts():
    vocab = vocabulary()
    bert, fun = tokenizer(vocab, hf.BertTokenizerFast), tokenizer(vocab, hf.FunnelTokenizerFast)
    small = dict(vocab_size=len(vocab), hidden_size=12, num_hidden_layers=2, num_attention_heads=3, intermediate_size=20, max_position_embeddings=48, pad_token_id=0)
    encdec = hf.EncoderDecoderConfig.from_encoder_decoder_configs(
        hf.BertConfig(**small), hf.BertConfig(**small, is_decoder=True, add_cross_attention=True))
    encdec.tie_encoder_decoder, encdec.decoder_start_token_id, encdec.eos_token_id, encdec.pad_token_id, encdec.vocab_size = True, 2, 3, 0, len(vocab)
    funnel_config = dict(vocab_size=len(vocab), block_sizes=[1, 1, 1], d_model=12, n_head=3, d_head=4, d_inner=20, num_decoder_layers=1, pad_token_id=0)
    models = {
        "bert-classify": (hf.BertConfig(**small, num_labels=3), "classify", bert),
        "bert-mlm": (hf.BertConfig(**small), "mlm", bert),
        "electra-disc": (hf.ElectraConfig(**small, embedding_size=8), "disc", bert),
        "funnel-tag": (hf.FunnelConfig(**funnel_config, num_labels=4), "tag", fun),
        "gpt2-lm": (hf.GPT2Config(vocab_size=len(vocab), n_positions=48, n_embd=12, n_layer=2, n_head=3, pad_token_id=0, bos_token_id=2, eos_token_id=3), "lm", bert),
        "bertshared": (encdec, "lm", bert),
    }
    for name, (c, head, tok) in models.items():
        torch.manual_seed(4711 + len(name))
        m = build(c, head)
        with torch.no_grad():  # texts that end before the limit
            if name == "bertshared":
                m.decoder.cls.predictions.bias[3] += 3.5
            if name == "gpt2-lm":
                m.transformer.wte.weight[3] += 5.5 * m.transformer.ln_f.bias
        if getattr(m, "generation_config", None):
            m.generation_config.eos_token_id, m.generation_config.pad_token_id = 3, 0
        d = directory(name, m, tok)
        lines(d / "reference.jsonl", reference(m, tok, head))
        g = OUT / "generation"
        plain = lambda s: tok(s, add_special_tokens=False)["input_ids"][:10]
        beams = dict(max_length=24, num_beams=3, no_repeat_ngram_size=2)
        if name == "gpt2-lm":
            lines(g / f"{name}.jsonl", generated(m, tok, {
                "greedy": dict(max_length=24), "repetition": dict(max_length=24, repetition_penalty=1.7), "beams": dict(max_length=24, num_beams=3),
                "beams_early": dict(beams, length_penalty=2.0, early_stopping=True), "beams_repetition": dict(beams, repetition_penalty=1.7)}, plain))
            lines(g / f"{name}-next-token.jsonl", next_tokens(m, tok, plain))
        if name == "bertshared":
            lines(g / f"{name}.jsonl", generated(m, tok, {
                "greedy": dict(max_length=24), "ngram": dict(max_length=24, no_repeat_ngram_size=2), "beams": beams,
                "beams_early": dict(beams, length_penalty=2.0, early_stopping=True), "beams_min": dict(beams, min_length=12),
                "beams_never": dict(beams, early_stopping="never", length_penalty=2.0)}, lambda s: tok(s)["input_ids"]))
        if name == "bert-mlm":
            lines(g / f"{name}-fill-mask.jsonl", filled(m, tok))


def main():
    a = argparse.ArgumentParser()
    a.add_argument("part", choices=["random", "lengths", "texts"])
    a.add_argument("--first", type=int, default=0)
    a.add_argument("--count", type=int, default=30)
    a.add_argument("--out", type=pathlib.Path, default=OUT)
    a = a.parse_args()
    if a.part != "random":
        {"lengths": lengths, "texts": texts}[a.part]()
        return
    for i in range(a.first, a.first + a.count):
        draw(i, a.out)


if __name__ == "__main__":
    main()
