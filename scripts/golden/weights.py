"""Small weights files in every format, for models/hf/testdata/weights.

    python scripts/golden/weights.py

Each folder holds one checkpoint as torch.save or safetensors writes it, of
seeded random numbers and of the values that conversions get wrong, and
want.safetensors: what PyTorch reads from it, widened to float32. want.json has
the type and shape of every tensor, under its modern name, and the buffers.

The same tensors come out every time, and the same bytes but for the old .bin
format: it names storages by their addresses in memory.
"""
import json
import pathlib
import shutil
import sys
from collections import OrderedDict

HERE = pathlib.Path(__file__).resolve().parent
sys.path = [p for p in sys.path if pathlib.Path(p or ".").resolve() != HERE]  # a file here is named like a library

import numpy as np  # noqa: E402
import torch  # noqa: E402
from safetensors import safe_open  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

OUT = HERE.parents[1] / "models" / "hf" / "testdata" / "weights"
BUFFERS = (".position_ids", ".token_type_ids", ".attn.bias", ".attn.masked_bias")


def modern(name):
    return name.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")


def little_bert(g):
    """A state dict of BERT's names, of no real size."""
    def r(*shape):
        return torch.randn(*shape, generator=g)

    return OrderedDict([
        ("bert.embeddings.position_ids", torch.arange(6).expand((1, -1)).clone()),
        ("bert.embeddings.word_embeddings.weight", r(11, 4)),
        ("bert.embeddings.LayerNorm.weight", r(4)),
        ("bert.embeddings.LayerNorm.bias", r(4)),
        ("bert.encoder.layer.0.attention.self.query.weight", r(4, 4)),
        ("classifier.weight", r(2, 4)),
        ("classifier.bias", r(2)),
    ])


def old_names(sd):
    return OrderedDict((k.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"), v)
                       for k, v in sd.items())


def views(g):
    """Storages shared by several tensors, and views of every kind."""
    base = torch.randn(6, 5, generator=g)
    flat = torch.randn(40, generator=g)
    return OrderedDict([
        ("whole", base),
        ("same", base),
        ("transposed", base.t()),
        ("rows", base[2:5]),
        ("columns", base[:, 1:4]),
        ("every_other", base[::2, ::3]),
        ("offset", flat[7:13]),
        ("cube", flat[:36].view(3, 4, 3).permute(2, 0, 1)),
        ("scalar", torch.tensor(2.5)),
        ("one_row", base[3:4].t()),
        ("empty", torch.empty(3, 0)),
        ("parameter", torch.nn.Parameter(torch.randn(2, 2, generator=g))),
        ("half_transposed", torch.randn(4, 3, generator=g).half().t()),
    ])


def odd(dtype):
    """All bit patterns of a 16-bit type in steps, its first subnormals, and the edges."""
    bits = np.concatenate([np.arange(0, 65536, 37), np.arange(0, 40), [0x3ff, 0x400, 0x7c00, 0xfc00, 0x7e00, 0x8000, 0x8001,
                           0x7f80, 0xff80, 0x7fc0, 0x7bff, 0xffff]]).astype(np.uint16)
    return torch.from_numpy(bits.view(np.int16)).view(dtype)


def mixed(g):
    return OrderedDict([
        ("float32", torch.randn(3, generator=g)),
        ("float64", torch.randn(3, generator=g, dtype=torch.float64)),
        ("float16", odd(torch.float16)),
        ("bfloat16", odd(torch.bfloat16)),
        ("int64", torch.tensor([1, -(2 ** 60)])), ("int32", torch.tensor([1, -2], dtype=torch.int32)),
        ("int16", torch.tensor([1, -2], dtype=torch.int16)), ("int8", torch.tensor([1, -2], dtype=torch.int8)),
        ("uint8", torch.tensor([1, 255], dtype=torch.uint8)), ("bool", torch.tensor([True, False])),
        ("h.0.attn.bias", torch.ones(1, 1, 2, 2)), ("h.0.attn.masked_bias", torch.tensor(-1e4)),
    ])


def want(folder, sd):
    """Writes what PyTorch reads."""
    floats, info, buffers = {}, {}, []
    for k, v in sd.items():
        name, v = modern(k), v.detach()
        info[name] = {"dtype": str(v.dtype).removeprefix("torch."), "shape": list(v.shape)}
        if not v.dtype.is_floating_point or ("." + name).endswith(BUFFERS):
            buffers.append(name)
        if v.dtype.is_floating_point:
            floats[name] = v.float().contiguous().clone()
    save_file(floats, folder / "want.safetensors")
    text = json.dumps({"tensors": info, "buffers": sorted(buffers)}, indent=1, sort_keys=True)
    (folder / "want.json").write_text(text + "\n")


def folder(name):
    f = OUT / name
    f.mkdir(parents=True)
    return f


def save_bin(name, sd, legacy=False):
    f = folder(name)
    path = f / "pytorch_model.bin"
    torch.save(sd, path, _use_new_zipfile_serialization=not legacy)
    want(f, torch.load(path, weights_only=True))


def save_safe(name, sd):
    f = folder(name)
    save_file(sd, f / "model.safetensors", metadata={"format": "pt"})
    want(f, load_file(f / "model.safetensors"))


def save_sharded(name, sd, safe):
    f = folder(name)
    stem, end = ("model", "safetensors") if safe else ("pytorch_model", "bin")
    keys = list(sd)
    index = {"metadata": {"total_size": sum(v.numel() * v.element_size() for v in sd.values())}, "weight_map": {}}
    for i, part in enumerate([keys[:3], keys[3:]]):
        file = f"{stem}-{i + 1:05}-of-00002.{end}"
        index["weight_map"].update({k: file for k in part})
        if safe:
            save_file({k: sd[k] for k in part}, f / file, metadata={"format": "pt"})
        else:
            torch.save({k: sd[k] for k in part}, f / file)
    name = "model.safetensors.index.json" if safe else "pytorch_model.bin.index.json"
    (f / name).write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")
    want(f, sd)


def main():
    if OUT.exists():
        shutil.rmtree(OUT)
    g = torch.Generator().manual_seed(4)
    sd = little_bert(g)
    save_safe("safetensors", sd)
    save_safe("safetensors-tf", old_names(sd))
    save_safe("safetensors-mixed", mixed(g))
    save_sharded("safetensors-sharded", sd, True)
    save_bin("bin", sd)
    save_bin("bin-legacy", old_names(sd), legacy=True)
    save_bin("bin-mixed", mixed(g))
    save_bin("bin-legacy-mixed", mixed(g), legacy=True)
    save_bin("bin-views", views(g))
    save_bin("bin-legacy-views", views(g), legacy=True)
    save_sharded("bin-sharded", sd, False)
    f = folder("bin-protocol4")
    torch.save(dict(sd), f / "pytorch_model.bin", pickle_protocol=4)
    want(f, sd)
    # What torch.save makes of things that are no state dict.
    f = folder("refused")
    torch.save(torch.nn.Linear(2, 2), f / "module.bin")
    torch.save({"weight": torch.ones(2), "path": pathlib.PurePosixPath("a")}, f / "path.bin")
    torch.save({"weight": torch.ones(2), "step": 3}, f / "step.bin")
    torch.save([torch.ones(2)], f / "list.bin")
    torch.save({"expanded": torch.ones(1).expand(1000)}, f / "expanded.bin")
    # The writer's own bytes, which bench's are compared with.
    tensors = {"b.weight": torch.randn(3, 2, generator=g), "a": torch.tensor(1.5), "한글": torch.randn(2, generator=g)}
    f = folder("written")
    save_file(tensors, f / "model.safetensors", metadata={"format": "pt"})
    with safe_open(f / "model.safetensors", "pt") as r:
        assert list(r.keys()) == sorted(tensors)


if __name__ == "__main__":
    main()
