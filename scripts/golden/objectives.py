"""Training traces of objectives without labels, for objectives/testdata.

    python scripts/golden/objectives.py

Each trace trains tiny random models of transformers, dropout off, on sample
texts in file order, padded, with the AdamW of scripts/golden/training.py, and
keeps every step's loss and gradient norm and the final weights. What is hidden
is drawn as the program draws it, by SplitMix64 of seed, batch, element and
purpose, and goes through transformers' own losses.
"""
import json
import math
import pathlib
import shutil
import sys

sys.path.pop(0)  # this folder has a tokenizers.py of its own

import torch
from safetensors.torch import save_file
from tokenizers import BertWordPieceTokenizer
from transformers import (BertConfig, BertForMaskedLM, BertTokenizerFast, ElectraConfig, ElectraForMaskedLM,
                          ElectraForPreTraining, EncoderDecoderConfig, EncoderDecoderModel, GPT2Config, GPT2LMHeadModel)

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "datasets" / "samples" / "nsmc" / "ratings_train.txt"
OUT = ROOT / "objectives" / "testdata"
TEXTS, MAX_LENGTH, BLOCK, BATCH, EPOCHS, LR, SEED = 24, 24, 16, 6, 2, 3e-4, 11
SIZE = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
            max_position_embeddings=32, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
M64 = (1 << 64) - 1


def mix(z):
    z = (z + 0x9E3779B97F4A7C15) & M64
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & M64
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & M64
    return z ^ z >> 31


def key(seed, *counters):
    for c in counters:
        seed = mix(seed ^ mix(c))
    return seed


def unit(z):
    return (mix(z) >> 11) / (1 << 53)


def gumbel(z):
    return -math.log(-math.log(((mix(z) >> 12) + 0.5) / (1 << 52)))


def hide(tok, rows, n, mask, random):
    """Returns rows with words hidden, and where, by (row, column): what stood there."""
    special, out, was, e = set(tok.all_special_ids), [], {}, 0
    for r, ids in enumerate(rows):
        new = list(ids)
        for c, i in enumerate(ids):
            if i not in special and unit(key(SEED, n, e, 0)) < 0.15:
                was[r, c] = (i, e)
                u = unit(key(SEED, n, e, 1))
                if u < mask:
                    new[c] = tok.mask_token_id
                elif u < mask + random:
                    new[c] = int(unit(key(SEED, n, e, 2)) * len(tok))
            e += 1
        out.append(new)
    assert was, "a batch without hidden words"
    return out, was


def pad(rows, fill=0):
    width = max(map(len, rows))
    return torch.tensor([list(r) + [fill] * (width - len(r)) for r in rows])


def inputs(rows):
    return dict(input_ids=pad(rows), attention_mask=pad([[1] * len(r) for r in rows]))


def labels_at(rows, was):
    out = [[-100] * len(r) for r in rows]
    for (r, c), (i, _) in was.items():
        out[r][c] = i
    return pad(out, -100)


def masked(tok, texts):
    torch.manual_seed(1)
    model = BertForMaskedLM(BertConfig(vocab_size=len(tok), **SIZE))

    def loss(rows, n):
        hidden, was = hide(tok, rows, n, 0.8, 0.1)
        return model(**inputs(hidden), labels=labels_at(rows, was)).loss
    return dict(model=model), [tok(t, max_length=MAX_LENGTH, truncation=True)["input_ids"] for t in texts], loss


def following(tok, texts):
    torch.manual_seed(1)
    model = GPT2LMHeadModel(GPT2Config(vocab_size=len(tok), n_embd=16, n_layer=2, n_head=2, n_positions=32, resid_pdrop=0.0,
                                       embd_pdrop=0.0, attn_pdrop=0.0, bos_token_id=2, eos_token_id=3, pad_token_id=0))
    ids = []
    for t in texts:
        ids += tok(t, add_special_tokens=False)["input_ids"] + [tok.sep_token_id]
    rows = [ids[i:i + BLOCK] for i in range(0, len(ids), BLOCK)]

    def loss(rows, _):
        return model(**inputs(rows), labels=pad(rows, -100)).loss
    return dict(model=model), [r for r in rows if len(r) > 1], loss


def replaced(tok, texts):
    torch.manual_seed(1)
    generator = ElectraForMaskedLM(ElectraConfig(vocab_size=len(tok), embedding_size=12, **SIZE))
    discriminator = ElectraForPreTraining(ElectraConfig(vocab_size=len(tok), embedding_size=12, **SIZE))

    def loss(rows, n):
        hidden, was = hide(tok, rows, n, 1.0, 0.0)
        out = generator(**inputs(hidden), labels=labels_at(rows, was))
        full, other = [list(r) for r in rows], [[0] * len(r) for r in rows]
        for (r, c), (i, e) in was.items():
            k = key(SEED, n, e, 3)
            s = [v + gumbel(key(k, j)) for j, v in enumerate(out.logits[r, c].tolist())]
            full[r][c] = s.index(max(s))
            other[r][c] = int(full[r][c] != i)
        return out.loss + 50 * discriminator(**inputs(full), labels=pad(other)).loss
    return dict(generator=generator, discriminator=discriminator), [
        tok(t, max_length=MAX_LENGTH, truncation=True)["input_ids"] for t in texts], loss


def summary(tok, texts):
    torch.manual_seed(1)
    half = BertConfig(vocab_size=len(tok), **SIZE)
    model = EncoderDecoderModel(config=EncoderDecoderConfig.from_encoder_decoder_configs(half, BertConfig(vocab_size=len(tok), **SIZE)))
    model.config.decoder_start_token_id, model.config.pad_token_id = tok.cls_token_id, 0
    rows = [(tok(t, max_length=MAX_LENGTH, truncation=True)["input_ids"], tok(u, max_length=12, truncation=True)["input_ids"])
            for t, u in zip(texts, texts[1:])]

    def loss(rows, _):
        target = pad([t for _, t in rows], -100)
        start = pad([[tok.cls_token_id] + t[:-1] for _, t in rows])
        return model(**inputs([s for s, _ in rows]), decoder_input_ids=start, labels=target).loss
    return dict(model=model), rows, loss


def jiggle(model):
    g = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for p in model.parameters():
            p += torch.randn(p.shape, generator=g) * (0.1 if p.dim() < 2 else 0.15)


def train(name, make):
    out = OUT / name
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    texts = [line.split("\t")[1] for line in SAMPLE.read_text(encoding="utf-8").splitlines()[1:TEXTS + 1]]
    (out / "texts.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
    wp = BertWordPieceTokenizer(lowercase=True, strip_accents=False)
    wp.train_from_iterator(texts, vocab_size=200, min_frequency=1, show_progress=False)
    wp.save_model(str(out))
    tok = BertTokenizerFast(str(out / "vocab.txt"), do_lower_case=True, strip_accents=False)
    models, rows, loss = make(tok, texts)
    params = []
    for part, model in models.items():
        jiggle(model)
        model.save_pretrained(out / part)
        tok.save_pretrained(out / part)
        (out / part / "tokenizer.json").unlink(missing_ok=True)
        model.train()
        params += [(f"{part}/{n}", p) for n, p in model.named_parameters()]
    (out / "vocab.txt").unlink()

    batches = math.ceil(len(rows) / BATCH)
    steps, step, log = batches * EPOCHS, 0, []
    state = {n: (torch.zeros_like(p), torch.zeros_like(p)) for n, p in params}
    for n in range(steps):
        i = n % batches
        value = loss(rows[i * BATCH:(i + 1) * BATCH], n)
        value.backward()
        norm = torch.nn.utils.clip_grad_norm_([p for _, p in params if p.grad is not None], 1.0)
        lr = LR * (steps - step) / steps
        step += 1
        with torch.no_grad():
            for k, p in params:
                if p.grad is None:
                    continue
                m, v = state[k]
                m.mul_(0.9).add_(p.grad, alpha=0.1)
                v.mul_(0.999).addcmul_(p.grad, p.grad, value=1 - 0.999)
                p.addcdiv_(m, v.sqrt().add_(1e-8), value=-lr * math.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step))
                p.grad = None
        log.append(dict(step=step, loss=value.item(), lr=lr, grad_norm=norm.item()))
    (out / "steps.jsonl").write_text("".join(json.dumps(x) + "\n" for x in log))
    save_file({n: p.detach().contiguous() for n, p in params}, out / "final.safetensors", metadata={"format": "pt"})
    print(name, steps, "steps, loss", log[0]["loss"], "to", log[-1]["loss"])


if __name__ == "__main__":
    torch.set_num_threads(1)
    train("masked", masked)
    train("next", following)
    train("replaced", replaced)
    train("summary", summary)
