"""What tokenizers, transformers and sentencepiece answer on tiny vocabularies
trained on the sentences below, for tokenizers/testdata.

    python scripts/golden/tokenizers.py [PART]...

A vocabulary that is already there is kept, since the trainers break ties at
random; remove its folder to train it anew.
"""
import json
import os
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path = [p for p in sys.path if pathlib.Path(p or ".").resolve() != HERE]  # this file is named like the library
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from tokenizers import BertWordPieceTokenizer, normalizers, pre_tokenizers  # noqa: E402
from transformers import BertTokenizer, BertTokenizerFast, logging  # noqa: E402

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


def texts(rng, n):
    fixed = ["", " ", "\t\n", "\u200b", "가", "."] + NASTY + list(long_words())
    fixed += [NASTY[i] + rng.choice(["", " "]) + sentence(rng) for i in range(0, len(NASTY), 2)]
    alphabet = [c for s in NASTY + corpus(20) for c in s] + [" "] * 40
    fixed += ["".join(rng.choice(alphabet) for _ in range(rng.randrange(1, 40))) for _ in range(40)]
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
    row = {"text": text, "text_pair": pair, "max_length": limit, "input_ids": e["input_ids"]}
    if "token_type_ids" in e:
        row["token_type_ids"] = e["token_type_ids"]
    row |= {"tokens": e.tokens(), "offsets": e["offset_mapping"], "word_ids": words}
    return row


def cases(fast, slow, seed, n, pairs):
    rng = random.Random(seed)
    for text in texts(rng, n):
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
        yield {"words": words, "max_length": limit, "input_ids": e["input_ids"], "tokens": e.tokens(),
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
        write(folder / "words_cases.jsonl", words_cases(fast, seed, 70))


def trained():
    """A text, and the vocabularies that the library's trainer makes of it."""
    folder = OUT / "train"
    folder.mkdir(parents=True, exist_ok=True)
    text = corpus(1000)
    (folder / "text.txt").write_text("".join(s + "\n" for s in text))
    for size in (420, 500):
        if (folder / f"vocab-{size}.txt").exists():
            continue
        t = BertWordPieceTokenizer(lowercase=True, strip_accents=False)
        t.train_from_iterator(text, vocab_size=size, limit_alphabet=1000, show_progress=False,
                              special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
        (folder / f"vocab-{size}.txt").write_text("".join(k + "\n" for k in sorted(t.get_vocab())))


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
    split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str
    classes = {k: [] for k in ("control", "blank", "space", "ideograph", "punct", "mark")}
    lowered, forms = {}, {}
    for p in range(0x110000):
        if 0xD800 <= p < 0xE000:
            continue
        c = chr(p)
        parts = len(split("a" + c + "b"))
        for name, yes in (("control", clean(c) == ""), ("blank", clean(c) == " "), ("space", parts == 2), ("punct", parts == 3),
                          ("ideograph", len(ideograph(c)) == 3), ("mark", strip(c) == "")):
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


PARTS = {
    "wordpiece": lambda: wordpiece("wordpiece", 1, 200, 90, do_lower_case=True, strip_accents=False),
    "wordpiece-cased": lambda: wordpiece("wordpiece-cased", 2, 130, 30, do_lower_case=False, strip_accents=False),
    "wordpiece-strip": lambda: wordpiece("wordpiece-strip", 3, 130, 30, do_lower_case=True, strip_accents=None),
    "unicode": unicode_classes,
    "train": trained,
}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
