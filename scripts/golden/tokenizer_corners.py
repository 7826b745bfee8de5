"""What transformers and tokenizers answer on tiny directories whose files hold a setting that
changes the answer, and which tokenizer class each model type has, for tokenizers/testdata.

    python scripts/golden/tokenizer_corners.py [corners|classes|keys]...
"""
import inspect
import json
import os
import pathlib
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path = [p for p in sys.path if pathlib.Path(p or ".").resolve() != HERE]  # tokenizers.py there is named like the library
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import transformers  # noqa: E402
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors  # noqa: E402
from transformers import AutoTokenizer, logging  # noqa: E402
from transformers.models.auto.tokenization_auto import TOKENIZER_MAPPING_NAMES  # noqa: E402

logging.set_verbosity_error()

OUT = HERE.parents[1] / "tokenizers" / "testdata"
WORDS = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n가\n##나\n다\na\nb\n##b\nc\nd\ne\nf\nmask\n[\n]\n"
BYTES = {f"<0x{b:02X}>": b + 10 for b in range(256)}


def form(model, added=(), **parts):
    """A tokenizer.json."""
    empty = dict.fromkeys(("truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder"))
    return {"version": "1.0", "added_tokens": list(added), **empty, **parts, "model": model}


def token(id, content, **switches):
    return {"id": id, "content": content} | {k: switches.get(k, False) for k in ("single_word", "lstrip", "rstrip", "normalized", "special")}


def word_level(*words):
    return {"type": "WordLevel", "vocab": {w: i for i, w in enumerate(("[UNK]",) + words)}, "unk_token": "[UNK]"}


def bpe(vocab, merges=(), **settings):
    return {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": False,
            "byte_fallback": False, "ignore_merges": False, "vocab": vocab, "merges": [list(m) for m in merges]} | settings


def byte_level():
    """vocab.json and merges.txt, with pieces for the beginning of words and for what is within."""
    marks = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {s: i for i, s in enumerate(["<|endoftext|>", "<s>", "</s>", "<pad>", "<unk>", "<mask>"] + marks + ["Ġa", "Ġb", "ab"])}
    return {"vocab.json": vocab, "merges.txt": "#version: 0.2\nĠ a\nĠ b\na b\n"}


def template(single, pair, specials):
    def part(p):
        name, kind = p.rsplit(":", 1)
        return {"Sequence": {"id": name, "type_id": int(kind)}} if name in "AB" else {"SpecialToken": {"id": name, "type_id": int(kind)}}
    return {"type": "TemplateProcessing", "single": [part(p) for p in single.split()], "pair": [part(p) for p in pair.split()],
            "special_tokens": {s: {"id": s, "ids": [i], "tokens": [s]} for s, i in specials.items()}}


def bert(**settings):
    return {"vocab.txt": WORDS, "tokenizer_config.json": {"tokenizer_class": "BertTokenizer", "do_lower_case": True} | settings}


def corners():
    """Name, files, and what is asked; a lone tokenizer.json goes to the library, a directory to AutoTokenizer."""
    space = {"type": "Whitespace"}
    yield "rstrip over white space", {"tokenizer.json": form(word_level("a"), [token(2, "  ", rstrip=True)])}, ["a    a", "a  a", "     ", "a      a "]
    yield "rstrip and lstrip over white space", {"tokenizer.json": form(word_level("a"), [token(2, "  ", rstrip=True), token(3, " x", lstrip=True)])}, [
        "a    x a", "a   x   xa"]
    yield "BPE without unk drops", {"tokenizer.json": form(bpe({"a": 0, "b": 1}))}, ["가a나b", "ab", "a가나b가", "가"]
    yield "BPE without unk and with merges", {"tokenizer.json": form(bpe({"a": 0, "b": 1, "ab": 2}, [("a", "b")]), pre_tokenizer=space)}, [
        "a가b 나ab", "xa b가 가ab"]
    pre = {"[UNK]": 0, "a": 1, "##a": 2, "#": 3} | BYTES
    yield "BPE with a prefix and bytes", {"tokenizer.json": form(bpe(pre, unk_token="[UNK]", continuing_subword_prefix="##", byte_fallback=True))}, [
        "a가", "가a", "가나", "aaé", "a가a나a", "éa가bcdef"]
    yield "BPE with a suffix and bytes", {"tokenizer.json": form(bpe(pre, unk_token="[UNK]", end_of_word_suffix="</w>", byte_fallback=True), pre_tokenizer=space)}, [
        "a가", "가 a", "aa é가"]
    few = {"[UNK]": 0, "a": 1, "<0xC3>": 2, "<0xA9>": 3}
    for fuse in (False, True):
        yield f"BPE with some bytes, fuse {fuse}", {"tokenizer.json": form(bpe(few, unk_token="[UNK]", byte_fallback=True, fuse_unk=fuse))}, [
            "aé가", "가éa", "가나é다a", "é"]
    unigram = {"type": "Unigram", "unk_id": 0, "vocab": [["[UNK]", 0.0], ["가", -1.0], ["a", -2.0]] + [[b, -20.0] for b in BYTES], "byte_fallback": True}
    yield "Unigram with bytes", {"tokenizer.json": form(unigram)}, ["가나다가", "나", "a나é가bb"]
    some = unigram | {"vocab": unigram["vocab"][:3] + [["<0xC3>", -20.0], ["<0xA9>", -20.0]]}
    yield "Unigram with some bytes", {"tokenizer.json": form(some)}, ["가나다가", "aéé가", "é나"]

    yield "words with blanks, RoBERTa", byte_level() | {"tokenizer_config.json": {"tokenizer_class": "RobertaTokenizer"}}, [
        {"words": ["a", "b가", "ab"]}, {"words": ["가", " a", "b"]}, "a b"]
    yield "words with blanks, GPT-2", byte_level() | {"tokenizer_config.json": {"tokenizer_class": "GPT2Tokenizer"}}, [
        {"words": ["a", "b가", "ab"]}, {"words": ["ab"]}, "a b"]
    yield "GPT-2 with add_bos_token", byte_level() | {"tokenizer_config.json": {"tokenizer_class": "GPT2Tokenizer", "add_bos_token": True}}, [
        "a b", "가 a", {"text": "a", "text_pair": "b"}, {"text": "a b a b", "max_length": 3}]
    for trim in (False, True):
        yield f"RoBERTa with trim_offsets {trim}", byte_level() | {"tokenizer_config.json": {"tokenizer_class": "RobertaTokenizer", "trim_offsets": trim}}, [
            "a b", "가 a", "  a  b "]
    yield "RoBERTa by model type", byte_level() | {"config.json": {"model_type": "roberta"}}, ["a b", {"text": "a", "text_pair": "b"}]
    yield "GPT-2 by model type", byte_level() | {"config.json": {"model_type": "gpt2"}}, ["a b<|endoftext|>"]
    gpt2 = byte_level()
    blank = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
    yield "GPT-2's tokenizer.json and add_prefix_space", {
        "tokenizer.json": form(bpe(gpt2["vocab.json"], [("Ġ", "a"), ("Ġ", "b"), ("a", "b")]), pre_tokenizer=blank, post_processor=blank),
        "tokenizer_config.json": {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": True}}, ["a b", {"words": ["a", "ab"]}]

    yield "empty second text", bert(), [{"text": "가", "text_pair": ""}, {"text": "가", "text_pair": "a"}, {"text": "", "text_pair": "a"}, {"text": "", "text_pair": ""}]
    yield "split_special_tokens", bert(split_special_tokens=True), ["가 [MASK] a", "[CLS][UNK]a"]
    yield "truncation_side left", bert(truncation_side="left"), [
        {"text": "a b c d e f", "max_length": 5}, {"text": "a b c", "text_pair": "d e f a", "max_length": 7}, {"text": "a b c x가", "max_length": 3},
        {"words": ["a", "b", "c", "d"], "max_length": 4}]
    yield "truncation direction left", {
        "tokenizer.json": form(word_level("a", "b", "c"), pre_tokenizer=space,
                               truncation={"direction": "Left", "max_length": 9, "strategy": "LongestFirst", "stride": 0}),
        "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast"}}, [{"text": "a b c a b", "max_length": 2}, {"text": "a b x c", "max_length": 3}]
    kinds = template("A:1 [SEP]:2", "A:0 B:1", {"[SEP]": 2})
    yield "types without special tokens", {"tokenizer.json": form(word_level("a", "[SEP]"), pre_tokenizer=space, post_processor=kinds)}, [
        {"text": "a a", "no_special": True}, "a", {"text": "a", "text_pair": "a", "no_special": True}]
    swapped = template("[SEP]:0 A:3", "B:4 [SEP]:5 A:6 B:7", {"[SEP]": 2})
    yield "a template that swaps", {"tokenizer.json": form(word_level("a", "[SEP]", "b"), pre_tokenizer=space, post_processor=swapped)}, [
        {"text": "a", "text_pair": "b", "no_special": True}, {"text": "a", "text_pair": "b"}, {"text": "a b", "no_special": True}]
    for kind in ("RobertaProcessing", "BertProcessing"):
        more = {"trim_offsets": True, "add_prefix_space": True} if kind[0] == "R" else {}
        yield f"{kind} without special tokens", {"tokenizer.json": form(word_level("a", "b"), pre_tokenizer=space, post_processor={
            "type": kind, "sep": ["b", 2], "cls": ["a", 1]} | more)}, [{"text": "a", "text_pair": "b", "no_special": True}, {"text": "a", "text_pair": "b"}]
    alike = [token(2, "Hello", normalized=True), token(3, "hello", normalized=True), token(4, "HELLO", normalized=True, special=True)]
    lower = {"type": "Lowercase"}
    yield "added tokens that normalise alike", {"tokenizer.json": form(word_level("a"), alike[:2], normalizer=lower, pre_tokenizer=space)}, ["Hello a", "hello a", "HELLO"]
    yield "a special one among them", {"tokenizer.json": form(word_level("a"), alike, normalizer=lower, pre_tokenizer=space)}, ["Hello a", "hello a", "HELLO"]
    for lower in (False, True):
        yield f"do_lower_case {lower} over an added token", bert(do_lower_case=lower, added_tokens_decoder={
            "18": {"content": "ABC", "normalized": True}, "19": {"content": "abc", "normalized": True, "special": False}}), ["abc ABC Abc"]
    idle = {"clean_text": False, "do_basic_tokenize": False, "never_split": ["가나"], "wordpieces_prefix": "@@", "continuing_subword_prefix": "@@",
            "errors": "strict", "padding_side": "left", "max_length": 3, "stride": 1, "truncation_strategy": "only_first", "pad_token_type_id": 3}
    for kind in ("BertTokenizer", "FunnelTokenizer", "ElectraTokenizer"):
        yield f"settings that change nothing, {kind}", bert(tokenizer_class=kind, **idle, **{f"{k}_token": f"[{k.upper()}]" for k in ("pad", "unk", "cls", "sep", "mask")}), [
            "가나 a\u0000b", "A,b 가나다", {"text": "가 a b", "text_pair": "c d e f", "max_length": 6}]
    yield "stray SentencePiece model", bert() | {"spiece.model": "no model at all", "config.json": {"model_type": "bert"}}, ["가나 a", "[MASK]x"]
    yield "class by the model type", {"vocab.txt": WORDS, "word2vec.model": "vectors", "config.json": {"model_type": "electra"}}, ["가나 a", "AB"]
    yield "class of the encoder", {"vocab.txt": WORDS, "config.json": {"model_type": "encoder-decoder", "encoder": {"model_type": "bert"}, "decoder": {"model_type": "bert"}}}, ["가나 a"]
    text = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": False}
    yield "tokenizer.json by model type", {"tokenizer.json": form(word_level("a", "b"), normalizer=text, pre_tokenizer=space), "config.json": {"model_type": "electra"},
                                           "vocab.txt": WORDS}, ["a b", "A 가"]


def answers(files, asked):
    with tempfile.TemporaryDirectory() as d:
        for name, content in files.items():
            (pathlib.Path(d) / name).write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))
        lone = Tokenizer.from_file(d + "/tokenizer.json") if list(files) == ["tokenizer.json"] else None
        glue = {"add_prefix_space": True}  # what transformers wants for words
        for q in asked:
            q = {"text": q} if isinstance(q, str) else q
            special = not q.get("no_special")
            if lone:
                pair = q.get("text_pair")
                e = lone.encode(q["text"], pair, add_special_tokens=special)
                row = {"input_ids": e.ids, "token_type_ids": e.type_ids, "tokens": e.tokens, "offsets": e.offsets}
            else:
                fast = AutoTokenizer.from_pretrained(d, **(glue if "words" in q and "vocab.json" in files else {}))
                cut = {"truncation": "longest_first", "max_length": q["max_length"]} if "max_length" in q else {}
                e = fast(q["words"] if "words" in q else q["text"], q.get("text_pair"), is_split_into_words="words" in q, add_special_tokens=special,
                         return_offsets_mapping=True, return_token_type_ids=True, **cut)
                row = {"input_ids": e["input_ids"], "token_type_ids": e["token_type_ids"], "tokens": e.tokens(), "offsets": e["offset_mapping"]}
            yield q | row


def write_corners():
    with open(OUT / "corners.jsonl", "w", encoding="utf-8") as f:
        for name, files, asked in corners():
            row = {"name": name, "files": files, "cases": list(answers(files, asked))}
            f.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")


def write_classes():
    """The class of each model type, the fast one where there is one, without the Fast at its end."""
    rows = {t: (fast or slow or "").removesuffix("Fast") for t, (slow, fast) in TOKENIZER_MAPPING_NAMES.items()}
    (OUT / "classes.json").write_text(json.dumps(dict(sorted(rows.items())), indent=0) + "\n")


def config_keys():
    """Every key of tokenizer_config.json that transformers reads for the classes implemented: parameters of
    the classes, and names that the code takes out of what it was given."""
    names = ["Bert", "Electra", "DistilBert", "ConvBert", "MobileBert", "Funnel", "GPT2", "Roberta", "Albert", "XLMRoberta", "DebertaV2"]
    found, modules = set(), set()
    for name in [n + "Tokenizer" + f for n in names for f in ("", "Fast")] + ["PreTrainedTokenizerFast"]:
        for kind in getattr(transformers, name).__mro__:
            if kind.__module__.startswith("transformers."):
                modules.add(sys.modules[kind.__module__])
                if "__init__" in vars(kind):
                    found |= set(inspect.signature(kind.__init__).parameters)
    modules.add(sys.modules["transformers.models.auto.tokenization_auto"])
    for module in modules:
        found |= set(re.findall(r"""(?:kwargs|tokenizer_config)(?:\.(?:pop|get|setdefault)\(|\[)["'](\w+)["']""", inspect.getsource(module)))
    found |= set(transformers.PreTrainedTokenizerBase.SPECIAL_TOKENS_ATTRIBUTES)
    return sorted(found - {"self", "args", "kwargs"})


def form_keys():
    """The keys of tokenizer.json: of the whole, and of each kind of part, as the library writes them."""
    t = Tokenizer(models.WordLevel({"a": 0}, "a"))
    t.add_tokens([AddedToken("b")])
    t.enable_truncation(9)
    t.enable_padding()
    whole = json.loads(t.to_str())
    found = {"": sorted(whole), "added_tokens": sorted(whole["added_tokens"][0]), "truncation": sorted(whole["truncation"]), "padding": sorted(whole["padding"])}

    def add(place, part):
        part = json.loads(part) if isinstance(part, (str, bytes)) else part
        found.setdefault(f"{place} {part['type']}", sorted(part))

    for m in (models.WordLevel({"a": 0}, "a"), models.WordPiece({"a": 0}, unk_token="a"), models.BPE({"a": 0}, []), models.Unigram([("a", 0.0)], 0)):
        add("model", json.loads(Tokenizer(m).to_str())["model"])
    n, p, q, d = normalizers, pre_tokenizers, processors, decoders
    special = (("a", 0), ("a", 0))
    for place, parts in {
        "normalizer": [n.BertNormalizer(), n.NFC(), n.NFD(), n.NFKC(), n.NFKD(), n.Lowercase(), n.Strip(), n.StripAccents(), n.Nmt(), n.Replace("a", "b"),
                       n.Prepend("a"), n.ByteLevel(), n.Sequence([n.NFC()])],
        "pre_tokenizer": [p.BertPreTokenizer(), p.ByteLevel(), p.Metaspace(), p.Whitespace(), p.WhitespaceSplit(), p.CharDelimiterSplit("a"), p.Punctuation(),
                          p.Digits(), p.Split("a", "isolated"), p.UnicodeScripts(), p.FixedLength(), p.Sequence([p.Digits()])],
        "post_processor": [q.BertProcessing(*special), q.RobertaProcessing(*special), q.ByteLevel(), q.TemplateProcessing("$A"), q.Sequence([q.ByteLevel()])],
        "decoder": [d.ByteLevel(), d.WordPiece(), d.Metaspace(), d.BPEDecoder(), d.ByteFallback(), d.Fuse(), d.Strip(" ", 1, 1), d.Replace("a", "b"), d.CTC(),
                    d.Sequence([d.Fuse()])],
    }.items():
        for part in parts:
            add(place, part.__getstate__())
    found["normalizer Precompiled"] = ["precompiled_charsmap", "type"]
    return dict(sorted(found.items()))


def write_keys():
    (OUT / "keys.json").write_text(json.dumps({"tokenizer_config.json": config_keys(), "tokenizer.json": form_keys()}, indent=0) + "\n")


PARTS = {"keys": write_keys, "corners": write_corners, "classes": write_classes}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
