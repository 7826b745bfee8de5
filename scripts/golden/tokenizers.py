"""What tokenizers, transformers and sentencepiece answer on tiny vocabularies
trained on the sentences below, for tokenizers/testdata.

    python scripts/golden/tokenizers.py [PART]...

A vocabulary that is already there is kept, since the trainers break ties at
random; remove its folder to train it anew.
"""
import gzip
import json
import os
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path = [p for p in sys.path if pathlib.Path(p or ".").resolve() != HERE]  # this file is named like the library
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import sentencepiece  # noqa: E402
from tokenizers import (AddedToken, BertWordPieceTokenizer, Regex, Tokenizer, decoders, models, normalizers,  # noqa: E402
                        pre_tokenizers, processors, trainers)
from transformers import (AlbertTokenizer, AutoTokenizer, BertTokenizer, BertTokenizerFast, DebertaV2Tokenizer,  # noqa: E402
                          RobertaTokenizerFast, XLMRobertaTokenizer, XLNetTokenizer, logging)

logging.set_verbosity_error()

OUT = HERE.parents[1] / "tokenizers" / "testdata"

WHO = """우리 가족은|동생이|옆집 할머니는|담임 선생님이|주인공은|감독이|고양이 두 마리가|회사 동료들은|어제 만난 친구가
이름 모를 배우가|버스 기사님은|도서관 사서가|아이들은|강릉에 사는 이모가|신입 개발자가|축구부 주장은|할아버지께서|편의점 직원이""".replace("\n", "|").split("|")
WHAT = """김치찌개를|첫 장면을|오래된 노트북을|바닷가 산책을|조용한 음악을|밀린 숙제를|낡은 자전거를|뜨거운 커피를|긴 편지를|새 휴대폰을
영화 예매를|토마토 모종을|엔딩 크레딧을|한국어 문법책을|비 오는 창밖을|2천 원짜리 붕어빵을|KTX 표를|iPhone 케이스를|단편 소설을|줄거리를""".replace("\n", "|").split("|")
DID = """좋아합니다|끝까지 지켜봤다|서둘러 챙겼어요|사흘 만에 고쳐 놓았다|아무 말 없이 바라보았다|두고두고 기억할 것이다|실망스러워했지만 참았다
함께 나누었습니다|반값에 샀다고 자랑했다|이해하지 못했네요|다시 보고 싶대요|처음부터 다시 시작했죠|졸면서 들었음|완전 최고라고 했다|눈물을 흘렸다""".replace("\n", "|").split("|")
END = ["", ".", "!", "?", "...", "~", "!!", " ㅋㅋㅋ", " ㅠㅠ", " ㅎㅎ", "…", " ^^", ".", ".", ";;", " 10점!", " (진심)", ' "강추"', " OTL"]
WHEN = ["", "", "", "지난주에 ", "2019년 3월 1일, ", "오늘따라 ", "주말 저녁 7시 30분쯤 ", "장마가 끝나자 ", "A4 용지를 든 채 ", "눈 내리는 아침, "]

NASTY = """[CLS]로 시작하는 문장|가운데[MASK]끼인 것|[mask] 소문자|[MASK][MASK] 둘|[[SEP]]|[ MASK ]|[UNK]|[PAD]바로 붙음|[SEP|끝에 [SEP]
ÀÉÎÕÜ ñandú Ångström|İstanbul ISPARTA ı|ΑΣΟΣ Σίσυφος|ﬁn Ⅳ ㈜한국 ㎏|ＫＢＳ ２０２４ 전각|漢字와 한글 混用文|𠀋𪜀 확장 한자|豈 更 호환 한자
각 조합형 한글 나|ㄱㄴㄷ ㅏㅑㅓ ㅋㅋㅎㅎ|ᄀᄀ 옛한글 ᄒᆞᆫ글|🎬영화🎞️ 👨‍👩‍👧 🇰🇷|e\u0301cole a\u0323\u0307 a\u0307\u0323|가\u0301나|\u200b폭없는\u200b공백\u200d|\ufeff바이트순서
줄\u2028바꿈\u2029문단|쉼\u00a0없는\u3000공백\u2003넓이|\x00널\x01\x1f제어\x7f문자|탭\t과\v세로\f쪽|소프트\u00ad하이픈|\ufffd깨진 글자\ufffd|\u0085다음줄|\ue000사설 영역
don't stop, it's 3.14% of $1,000|a_b-c+d=e*f/g\\h|C++/C#/F# <b>굵게</b> &amp;|http://example.org/?q=한글&n=1|「낫표」『겹낫표』〈꺾쇠〉《겹》【】|‘작은’ “큰” —줄표― ·가운데점·|٣٤ ४५ Ⅷ ½ ²|¿Qué? ¡No!
가나다라마바사아자차카타파하가나다라마바사아자차카타파하|##접두 ##사|#해시태그 @아이디|\u302e방점\u302f 〮성조|\U0001d15f음표 \U0001d7d8|ǅ ǈ Ǆ ẞ ß ŉ|Ǆ\u0345|ｱｲｳ ｶﾞ ガ が ゛|ไทย العربية עברית हिन्दी""".replace("\n", "|").split("|")


def sentence(rng):
    return rng.choice(WHEN) + " ".join(rng.choice(x) for x in (WHO, WHAT, DID)) + rng.choice(END)


def corpus(n=4000):
    rng = random.Random(20)
    return [sentence(rng) for _ in range(n)]


def long_words():
    """Around the limit of 100 code points, before and after normalisation."""
    for n in (99, 100, 101, 300):
        yield "가" * n
        yield "a" * n
        yield "e\u0301" * (n // 2)
    yield "좋" * 50 + "\u200b" * 60 + "다" * 50
    yield "각" * 50 + " " + "각" * 34


def texts(rng, n, long=False):
    fixed = ["", " ", "\t\n", "\u200b", "가", "."] + NASTY
    if long:
        fixed += list(long_words()) + [NASTY[i] + rng.choice(["", " "]) + sentence(rng) for i in range(0, len(NASTY), 2)]
    alphabet = [c for s in NASTY + corpus(20) for c in s] + [" "] * 40
    fixed += ["".join(rng.choice(alphabet) for _ in range(rng.randrange(1, 40))) for _ in range(40 if long else 8)]
    return fixed + [sentence(rng) for _ in range(max(0, n - len(fixed)))]


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        for row in rows:
            f.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(path.relative_to(OUT), path.stat().st_size)


def case(fast, text, pair=None, limit=None):
    cut = {"truncation": "longest_first", "max_length": limit} if limit else {}
    e = fast(text, pair, return_offsets_mapping=True, **cut)
    words = [None if s is None else w for s, w in zip(e.sequence_ids(), e.word_ids())]
    return lean(given(text, pair, limit) | {"input_ids": e["input_ids"], "token_type_ids": e.get("token_type_ids"), "tokens": e.tokens(),
                                            "offsets": e["offset_mapping"], "word_ids": words}, fast.convert_ids_to_tokens)


def lean(row, token):
    """Without what goes without saying: types that are all 0, tokens that are those of the ids."""
    if not any(row["token_type_ids"] or []):
        del row["token_type_ids"]
    if row["tokens"] == [token(i) for i in row["input_ids"]]:
        del row["tokens"]
    return row


def given(text, pair, limit):
    return {k: v for k, v in {"text": text, "text_pair": pair, "max_length": limit}.items() if v is not None}


def cases(fast, slow, seed, n, pairs):
    rng = random.Random(seed)
    for text in texts(rng, n, long=True):
        yield case(fast, text, limit=rng.choice([None, None, None, 3, 8, 17]))
    for _ in range(pairs):
        a, b = sentence(rng), rng.choice([sentence, lambda r: r.choice(NASTY)])(rng)
        if rng.random() < 0.3:
            a, b = b, a
        limit = rng.choice([None, 5, 6, 9, 12, 15, 16, 21, 22, 33])
        row = case(fast, a, b, limit)
        if limit and slow:
            s = slow(a, b, truncation="longest_first", max_length=limit)
            full = slow(a, b)["input_ids"] == fast(a, b)["input_ids"]  # the slow one cleans text a little differently
            if full and s["input_ids"] != row["input_ids"]:
                row |= {"slow_input_ids": s["input_ids"], "slow_token_type_ids": s["token_type_ids"]}
            if not full:
                continue
        yield row


def recipe(tokenize, fast, words, limit):
    ids, starts = [], []
    for word in words:
        starts.append(len(ids) + 1)
        ids += fast.convert_tokens_to_ids(tokenize(word) or [fast.unk_token])
    ids = ids[:limit - 2]
    return [fast.cls_token_id] + ids + [fast.sep_token_id], [s for s in starts if s <= len(ids)]


def words_cases(fast, seed, n):
    rng = random.Random(seed)
    for _ in range(n):
        words = sentence(rng).split() + [w for w in rng.choice(NASTY).split(" ") if w]
        rng.shuffle(words)
        limit = rng.choice([None, None, 8, 13, 20])
        cut = {"truncation": True, "max_length": limit} if limit else {}
        e = fast(words, is_split_into_words=True, return_offsets_mapping=True, **cut)
        ids, starts = recipe(fast.tokenize, fast, words, limit or 512)
        yield {"words": words, "max_length": limit, "input_ids": e["input_ids"],
               "offsets": e["offset_mapping"], "word_ids": e.word_ids(),
               "recipe_input_ids": ids, "recipe_word_starts": starts}


def save(fast, folder):
    """The directory as old checkpoints have it, without tokenizer.json."""
    fast.save_pretrained(folder)
    (folder / "tokenizer.json").unlink()


def wordpiece(name, seed, n, pairs, **switches):
    folder = OUT / name
    vocab = folder / "vocab.txt"
    if not vocab.exists():
        folder.mkdir(parents=True, exist_ok=True)
        t = BertWordPieceTokenizer(lowercase=switches["do_lower_case"], strip_accents=switches["strip_accents"])
        t.train_from_iterator(corpus() + NASTY[:20] + ["mask 가나 abc"] * 9, vocab_size=700, limit_alphabet=400, show_progress=False,
                              special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
        vocab.write_text("".join(k + "\n" for k, _ in sorted(t.get_vocab().items(), key=lambda kv: kv[1])))
    fast = BertTokenizerFast(str(vocab), **switches)
    save(fast, folder)
    slow = BertTokenizer(str(vocab), **switches)
    write(folder / "cases.jsonl", cases(fast, slow, seed, n, pairs))
    if name == "wordpiece":
        write(folder / "words_cases.jsonl", words_cases(fast, seed, 50))


def trained():
    """A text, and the vocabularies that the library's trainer makes of it."""
    folder = OUT / "train"
    folder.mkdir(parents=True, exist_ok=True)
    text = corpus(600)
    (folder / "text.txt").write_text("".join(s + "\n" for s in text))
    for size in (420, 500):
        if (folder / f"vocab-{size}.txt").exists():
            continue
        t = BertWordPieceTokenizer(lowercase=True, strip_accents=False)
        t.train_from_iterator(text, vocab_size=size, limit_alphabet=1000, show_progress=False,
                              special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
        (folder / f"vocab-{size}.txt").write_text("".join(k + "\n" for k in sorted(t.get_vocab())))


def spm(folder, name="spiece.model", **options):
    """A SentencePiece model trained on the sentences; rules is a table of replacements instead of nmt_nfkc."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if path.exists():
        return path
    rules = options.pop("rules", None)
    if rules:
        tsv = folder / "rules.tsv"
        tsv.write_text("".join(" ".join(f"{ord(c):X}" for c in a) + "\t" + " ".join(f"{ord(c):X}" for c in b) + "\n" for a, b in rules))
        options["normalization_rule_tsv"] = str(tsv)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus() + NASTY[:20] * 2), model_prefix=str(path.with_suffix("")), num_threads=1,
        minloglevel=2, **{"vocab_size": 400, "unk_id": 0, "unk_piece": "[UNK]", "pad_id": 1, "pad_piece": "[PAD]", "bos_id": -1,
                          "eos_id": -1, "control_symbols": "[CLS],[SEP],[MASK]", "character_coverage": 0.995, "hard_vocab_limit": False} | options)
    path.with_suffix(".vocab").unlink()
    if rules:
        tsv.unlink()
    return path


RULES = [("Ａ", "A"), ("Ｂ", "B"), ("ﬁ", "fi"), ("①", "1"), ("㈜", "(주)"), ("\u3000", " "), ("\u00a0", " "), ("\t", " "), ("\n", " "),
         ("e\u0301", "é"), ("A", "a"), ("K", "k"), ("T", "t"), ("X", "x"), ("\u200b", ""), ("\u00ad", ""), ("…", "..."), ("ㅋㅋㅋㅋ", "ㅋㅋ"),
         ("，", ","), ("！", "!"), ("ㄱ", "ᄀ"), ("カ\u3099", "ガ"), ("漢字", "한자"), ("ß", "ss"), ("\ufeff", "")]


def sp_cases(model, seed, n, kobert=False):
    """What the library answers, and, where it differs, what KoBERT's treatment makes of it (XLNet's tokenizer has the same)."""
    rng = random.Random(seed)
    sp = sentencepiece.SentencePieceProcessor(model_file=str(model))
    xlnet = XLNetTokenizer(str(model), keep_accents=False, do_lower_case=False) if kobert else None
    more = ["1,000원 3,5", "가격은 2,500, 3,000,", "9,", "①,②,", "``따옴표''", "é1, é2,", "  앞뒤  빈칸  ", "a\u3000b", "12,3 4,", "[user]안에[user]", "ㅋㅋㅋㅋㅋㅋㅋ ꥠ꥟ 뷁뷁ꥠ"]
    for text in more + texts(rng, n):
        out = sp.encode(text, out_type="offset_mapping")
        pieces = out["pieces"]
        row = {"text": text, "pieces": pieces, "ids": out["ids"], "offsets": out["offsets"]}
        if kobert:
            p = xlnet._tokenize(text)
            if p != pieces:
                row |= {"kobert_pieces": p, "kobert_ids": [sp.piece_to_id(x) for x in p]}
        yield row


def sentencepiece_parts():
    unigram = OUT / "sentencepiece" / "spiece.model"
    packed = unigram.with_suffix(".model.gz")  # nmt_nfkc's table makes it large
    if packed.exists():
        unigram.write_bytes(gzip.decompress(packed.read_bytes()))
    else:
        packed.write_bytes(gzip.compress(spm(unigram.parent).read_bytes(), mtime=0))
    sp = sentencepiece.SentencePieceProcessor(model_file=str(unigram))
    (OUT / "sentencepiece" / "vocab.txt").write_text("".join(sp.id_to_piece(i) + "\n" for i in range(len(sp))))
    write(OUT / "sentencepiece" / "cases.jsonl", sp_cases(unigram, 5, 85, kobert=True))
    unigram.unlink()
    for name, options in {
        "sentencepiece-bpe": {"model_type": "bpe", "byte_fallback": True, "vocab_size": 600, "user_defined_symbols": "[user],ㅠㅠ"},
        "sentencepiece-user": {"user_defined_symbols": "[user],ㅋㅋ", "remove_extra_whitespaces": False, "add_dummy_prefix": False},
        "sentencepiece-suffix": {"treat_whitespace_as_suffix": True, "byte_fallback": True, "vocab_size": 600},
    }.items():
        write(OUT / name / "cases.jsonl", sp_cases(spm(OUT / name, rules=RULES, **options), 6, 65))


def charsmap():
    """The compiled replacements of a SentencePiece model: field 2 of its field 3."""
    def field(message, number):
        def varint(i):
            n = shift = 0
            while True:
                n |= (message[i] & 127) << shift
                i, shift = i + 1, shift + 7
                if message[i - 1] < 128:
                    return n, i
        i = 0
        while i < len(message):
            tag, i = varint(i)
            if tag & 7 == 0:
                _, i = varint(i)
            elif tag & 7 == 5:
                i += 4
            else:
                size, i = varint(i)
                if tag >> 3 == number:
                    return message[i:i + size]
                i += size
    return field(field((OUT / "sentencepiece-bpe" / "spiece.model").read_bytes(), 3), 2)


GPT4 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def json_tokenizers():
    """Name, untrained tokenizer, trainer: the forms that models of the field have."""
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    roberta = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]

    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.post_processor = processors.ByteLevel(trim_offsets=False)
    t.decoder = decoders.ByteLevel()
    yield "gpt2", t, trainers.BpeTrainer(vocab_size=500, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet, show_progress=False)

    t = Tokenizer(models.BPE())
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=True)
    t.decoder = decoders.ByteLevel()
    t.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True)])
    yield "roberta", t, trainers.BpeTrainer(vocab_size=500, special_tokens=roberta[:4] + [AddedToken("<mask>", lstrip=True)],
                                            initial_alphabet=alphabet, show_progress=False)

    t = Tokenizer(models.BPE(ignore_merges=True))
    t.normalizer = normalizers.NFC()
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(GPT4), behavior="isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=True), processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 0)])])
    t.decoder = decoders.ByteLevel()
    yield "split", t, trainers.BpeTrainer(vocab_size=450, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet, show_progress=False)

    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Nmt(), normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    t.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    yield "metaspace", t, trainers.BpeTrainer(vocab_size=750, special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)],
                                              limit_alphabet=150, show_progress=False)

    t = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    t.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()])
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)])
    t.decoder = decoders.BPEDecoder(suffix="</w>")
    yield "suffix", t, trainers.BpeTrainer(vocab_size=500, special_tokens=["<unk>"], end_of_word_suffix="</w>", limit_alphabet=60, show_progress=False)

    t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.Sequence([normalizers.Precompiled(charsmap()), normalizers.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")])
    t.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    t.decoder = decoders.Metaspace(prepend_scheme="always")
    yield "unigram", t, trainers.UnigramTrainer(vocab_size=500, special_tokens=roberta[:4] + [AddedToken("<mask>", lstrip=True)], unk_token="<unk>",
                                                show_progress=False)

    t = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    t.normalizer = normalizers.Sequence([normalizers.NFKD(), normalizers.Prepend("▷")])
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.CharDelimiterSplit(" "), pre_tokenizers.Punctuation("merged_with_previous"), pre_tokenizers.Digits(),
        pre_tokenizers.Split("다", "merged_with_next"), pre_tokenizers.Split(Regex("[ㅋㅎ]"), "contiguous")])
    t.post_processor = processors.BertProcessing(("[SEP]", 1), ("[CLS]", 2))
    yield "wordlevel", t, trainers.WordLevelTrainer(vocab_size=300, special_tokens=["[UNK]", "[SEP]", "[CLS]"], show_progress=False)

    t = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=40))
    t.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=False, lowercase=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    t.decoder = decoders.WordPiece()
    yield "added", t, trainers.WordPieceTrainer(vocab_size=450, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], limit_alphabet=150,
                                                show_progress=False)


ADDED = [AddedToken("우리", single_word=True), AddedToken("K", normalized=True), AddedToken("@USER", normalized=False, rstrip=True),
         AddedToken("<띄움>", lstrip=True, rstrip=True, normalized=False), AddedToken("ABC DEF", normalized=True), AddedToken("É", normalized=True),
         AddedToken("가나", normalized=False, single_word=True), AddedToken("가나다라", normalized=False)]


def json_cases(t, seed, n):
    rng = random.Random(seed)
    special = ["<mask>", "<s>", "[MASK]", "<|endoftext|>", "</s>x<unk>", "우리 우리가 나우리", "kKiK k abc def ABC  DEF", "@USER  안녕 @user", "끝 <띄움> 시작 <띄움><띄움>",
               "É é éa", "가나 가나다라마 나가나", "12 345 6789 ", "  x  y ", "I'm we'll IT'S 'tis", "a\r\n\r\nb \n c", "ＡＢ①㈜ ﬁ Ａ\u0301 K\u0301 e\u0301", "ㅋㅋㅋㅋ\u3000漢字 ß"]
    for text in special + texts(rng, n)[seed % 2::2] if seed > 7 else special + texts(rng, n):
        yield library_case(t, text, None, rng.choice([None, None, None, 4, 9]))
    for _ in range(12):
        a, b = sentence(rng), rng.choice([sentence, lambda r: r.choice(NASTY)])(rng)
        yield library_case(t, a, b, rng.choice([None, 6, 7, 12, 15, 24]))


def library_case(t, a, b, limit):
    t.enable_truncation(limit, strategy="longest_first") if limit else t.no_truncation()
    e = t.encode(a, b) if b is not None else t.encode(a)
    words = [w if s is not None else None for s, w in zip(e.sequence_ids, e.word_ids)]
    row = given(a, b, limit) | {"input_ids": e.ids, "token_type_ids": e.type_ids, "tokens": e.tokens, "offsets": e.offsets, "word_ids": words}
    return lean(row, t.id_to_token) | {"decoded": t.decode(e.ids, skip_special_tokens=True)}


def json_parts():
    for name, t, trainer in json_tokenizers():
        folder = OUT / "json" / name
        path = folder / "tokenizer.json"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            t.train_from_iterator(corpus() + NASTY[:20] * 3, trainer)
            if name == "added":
                t.add_tokens(ADDED)
            form = json.loads(t.to_str())
            form["added_tokens"] = [a for a in form["added_tokens"] if not a["content"].startswith("<0x")]
            path.write_text(json.dumps(form, ensure_ascii=False, separators=(",", ":")))
        t = Tokenizer.from_file(str(path))
        write(folder / "cases.jsonl", json_cases(t, 7 if name in ("unigram", "added") else 8, 1))


def overrides():
    """Directories whose configuration changes what their files say, and older kinds of files, as transformers loads them."""
    def put(name, files, load, **more):
        folder = OUT / "hf" / name
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            (folder / file).write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))
        fast = load(str(folder), **more)
        rng = random.Random(8)
        few = NASTY[::8] + ["<mask> 하나<mask>", "[MASK]둘 [MASK]", "ABC É 漢字 [신조어]", "<extra> 토큰"] + [sentence(rng) for _ in range(8)]
        write(folder / "cases.jsonl", [case(fast, x) for x in few] + [case(fast, x, sentence(rng), 14) for x in few[:8]])

    added = json.loads((OUT / "json" / "added" / "tokenizer.json").read_text())
    added["added_tokens"] = added["added_tokens"][:5]
    put("bert-cased-json", {
        "tokenizer.json": added,
        "tokenizer_config.json": {"tokenizer_class": "BertTokenizer", "do_lower_case": False, "strip_accents": None, "mask_token": "[MASK]",
                                  "additional_special_tokens": ["[신조어]"]},
        "config.json": {"model_type": "bert"}}, AutoTokenizer.from_pretrained)
    gpt2 = json.loads((OUT / "json" / "gpt2" / "tokenizer.json").read_text())
    put("gpt2-prefix", {
        "tokenizer.json": gpt2, "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "add_prefix_space": True, "eos_token": "<|endoftext|>"},
    }, AutoTokenizer.from_pretrained)
    model = json.loads((OUT / "json" / "roberta" / "tokenizer.json").read_text())["model"]
    put("roberta-merges", {
        "vocab.json": model["vocab"], "merges.txt": "#version: 0.2\n" + "".join(" ".join(m) + "\n" for m in model["merges"]),
        "tokenizer_config.json": {"tokenizer_class": "RobertaTokenizer"}, "config.json": {"model_type": "roberta"}}, RobertaTokenizerFast.from_pretrained)
    put("bert-added", {
        "vocab.txt": (OUT / "wordpiece" / "vocab.txt").read_text(), "tokenizer_config.json": {"do_lower_case": True, "strip_accents": False},
        "special_tokens_map.json": {"mask_token": {"content": "[MASK]", "lstrip": True, "rstrip": False, "normalized": False, "single_word": False}},
        "added_tokens.json": {"[신조어]": 700, "<extra>": 701}, "config.json": {"model_type": "bert"}}, BertTokenizerFast.from_pretrained)


def ranges(points):
    out = []
    for p in points:
        if out and out[-1][1] == p - 1:
            out[-1][1] = p
        else:
            out.append([p, p])
    return " ".join(f"{a:X}" if a == b else f"{a:X}-{b:X}" for a, b in out)


def unicode_classes():
    """Every code point's part in BERT's pipeline, as ranges."""
    bert = lambda **on: normalizers.BertNormalizer(**{
        "clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False} | on).normalize_str
    clean, ideograph, strip, lower = bert(clean_text=True), bert(handle_chinese_chars=True), bert(strip_accents=True), bert(lowercase=True)
    nfd, nfkd, nfc, nfkc = (f().normalize_str for f in (normalizers.NFD, normalizers.NFKD, normalizers.NFC, normalizers.NFKC))
    accent = normalizers.StripAccents().normalize_str
    split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str
    found = {"letter": r"\p{L}", "number": r"\p{N}", "decimal": r"\d", "pattern": r"\w"}
    found = {k: pre_tokenizers.Split(Regex(v), "isolated").pre_tokenize_str for k, v in found.items()}
    found["numeric"] = pre_tokenizers.Digits().pre_tokenize_str
    words = pre_tokenizers.Whitespace().pre_tokenize_str
    classes = {k: [] for k in ("control", "blank", "space", "ideograph", "punct", "mark", "accent", "word", *found)}
    lowered, forms = {}, {}
    for p in range(0x110000):
        if 0xD800 <= p < 0xE000:
            continue
        c = chr(p)
        parts = len(split("a" + c + "b"))
        for name, yes in (("control", clean(c) == ""), ("blank", clean(c) == " "), ("space", parts == 2), ("punct", parts == 3),
                          ("ideograph", len(ideograph(c)) == 3), ("mark", strip(c) == ""),
                          ("accent", accent("a" + c) == "a"), ("word", len(words("a" + c + "b")) == 1),
                          *((k, len(f("-" + c + "-")) == 3) for k, f in found.items())):
            if yes:
                classes[name].append(p)
        if lower(c) != c:
            lowered.setdefault(" ".join(f"{ord(x) - p}" for x in lower(c)), []).append(p)
        for name, f in (("nfd", nfd), ("nfkd", nfkd), ("nfc", nfc), ("nfkc", nfkc)):
            if f(c) != c and not 0xAC00 <= p <= 0xD7A3:
                forms.setdefault(name, []).append(p)
    rows = [{"class": k, "ranges": ranges(v)} for k, v in classes.items()]
    rows += [{"lower": k, "ranges": ranges(v)} for k, v in lowered.items()]
    rows += [{"form": k, "ranges": ranges(v)} for k, v in forms.items()]
    write(OUT / "unicode.jsonl", rows)


def spm_directories():
    """SentencePiece directories that are more than a model, by transformers' tokenizers in Python: ids alone."""
    xlmr = XLMRobertaTokenizer(str(spm(OUT / "hf" / "xlmr", "sentencepiece.bpe.model", rules=RULES, unk_piece="<unk>", pad_id=-1,
                                       bos_id=1, eos_id=2, control_symbols="", vocab_size=300)))
    folder = OUT / "hf" / "albert"
    model = spm(folder, rules=RULES, unk_piece="<unk>", pad_piece="<pad>", vocab_size=300)
    albert = AlbertTokenizer(str(model), keep_accents=True)
    special = {"pad_id": 0, "bos_id": 1, "eos_id": 2, "unk_id": 3, "bos_piece": "[CLS]", "eos_piece": "[SEP]", "control_symbols": ""}  # as Microsoft's has them
    model = spm(OUT / "hf" / "deberta", "spm.model", rules=RULES, vocab_size=300, **special)
    deberta = DebertaV2Tokenizer(str(model))
    (OUT / "hf" / "deberta-lower").mkdir(exist_ok=True)
    (OUT / "hf" / "deberta-lower" / "spm.model").write_bytes(model.read_bytes())
    lower = {"tokenizer_class": "DebertaV2Tokenizer", "do_lower_case": True, "split_by_punct": True}
    for name, t, conf in (("xlmr", xlmr, {"tokenizer_class": "XLMRobertaTokenizer"}),
                          ("deberta", deberta, {"tokenizer_class": "DebertaV2Tokenizer"}),
                          ("deberta-lower", DebertaV2Tokenizer(str(model), do_lower_case=True, split_by_punct=True), lower),
                          ("albert", albert, {"tokenizer_class": "AlbertTokenizer", "keep_accents": True})):
        (OUT / "hf" / name / "tokenizer_config.json").write_text(json.dumps(conf))
        rng = random.Random(9)
        rows = []
        for text in NASTY[::5] + ["1,000원 3,5", "``가'' É", "[MASK]둘 <mask> 셋"] + [sentence(rng) for _ in range(10)]:
            pair = sentence(rng) if rng.random() < 0.3 else None
            rows.append(given(text, pair, None) | {"input_ids": t(text, pair)["input_ids"], "token_type_ids": t(text, pair).get("token_type_ids")})
        write(OUT / "hf" / name / "ids.jsonl", rows)


PARTS = {
    "wordpiece": lambda: wordpiece("wordpiece", 1, 150, 70, do_lower_case=True, strip_accents=False),
    "wordpiece-cased": lambda: wordpiece("wordpiece-cased", 2, 120, 20, do_lower_case=False, strip_accents=False),
    "wordpiece-strip": lambda: wordpiece("wordpiece-strip", 3, 120, 20, do_lower_case=True, strip_accents=None),
    "unicode": unicode_classes,
    "train": trained,
    "sentencepiece": sentencepiece_parts,
    "json": json_parts,
    "hf": overrides,
    "spm-hf": spm_directories,
}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
