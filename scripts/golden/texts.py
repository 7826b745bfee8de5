"""What transformers answers to texts, for models/testdata: a few whole model
directories over a vocabulary of the sentences below, what they answer to these
(the format of `bench models verify`), and what they generate.

    python scripts/golden/texts.py

A generated text is kept only where noise on the scores changes nothing.
"""
import importlib.util
import json
import pathlib
import random

spec = importlib.util.spec_from_file_location("golden_models", pathlib.Path(__file__).with_name("models.py"))
golden = importlib.util.module_from_spec(spec)
spec.loader.exec_module(golden)

import torch  # noqa: E402
import transformers as hf  # noqa: E402

OUT = golden.OUT
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
    return [golden.numbers(v) for v in y]


def answer(y, head, rng, suffix=""):
    """Logits of a text: whole, of some positions, or summed up."""
    if head in ("classify", "regress", "disc"):
        return {"logits" + suffix: golden.numbers(y)}
    if head == "tag":
        return {"logits" + suffix: rows(y)}
    return {"argmax" + suffix: y.argmax(-1).tolist(), "logsumexp" + suffix: golden.numbers(y.logsumexp(-1))}


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
            r["loss"], y = golden.numbers(y.loss)[0], y.logits[0]
        else:
            r["token_type_ids"] = e["token_type_ids"]
            if plain:
                r["add_special_tokens"] = False
            pads = [most] if c.model_type == "funnel" else []
            try:
                with torch.no_grad():
                    y = golden.alone(m, head, r["input_ids"], r["token_type_ids"], None, len(r["input_ids"]))
            except (RuntimeError, IndexError):
                y = None
            for n in pads:
                with torch.no_grad():
                    r.update(answer(golden.alone(m, head, r["input_ids"], r["token_type_ids"], None, n), head, rng, "_padded"))
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
                o["score"] = golden.numbers(y.sequences_scores)[0]
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
            out.append(dict(text=text, input_ids=ids, settings=s, probs=[[i, golden.numbers(p[i])[0]] for i in left]))
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
        top = [[dict(id=j, token=tok.convert_ids_to_tokens(j), prob=golden.numbers(p[i][j])[0]) for j in p[i].topk(5).indices.tolist()] for i in at]
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
        m = golden.build(c, head)
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


if __name__ == "__main__":
    texts()
