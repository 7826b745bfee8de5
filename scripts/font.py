"""Makes the font of the plots, results/plots/font/bench-gothic.ttf, from NanumGothic.

    pip install fonttools==4.59.2
    python scripts/font.py /usr/share/fonts/truetype/nanum/NanumGothic.ttf   # Debian: fonts-nanum 20200506-1

It keeps the 2,350 Hangul syllables of KS X 1001, the jamo, Latin, and the
punctuation and signs of tables and plots, without hints, and renames the font,
as its licence asks of a changed version.
"""
import hashlib
import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

SHA256 = "48a28e97b34fc8e5b157657633670cd1b7de126cfc414da65ce9c3d5bc8be733"
OUT = pathlib.Path(__file__).resolve().parents[1] / "results" / "plots" / "font" / "bench-gothic.ttf"
FAMILY = "Bench Gothic"
SIGNS = "–—‘’“”…•·†‡‰′″←↑→↓−×÷±≤≥≠≈∞√∑∂∆αβγδεθλμπρστφχψω①②③④⑤⑥⑦⑧⑨⑩○●□■△▲▽▼◇◆☆★※「」『』【】《》〈〉、。％～"


def ks_x_1001():
    for row in range(0xB0, 0xC9):
        for cell in range(0xA1, 0xFF):
            yield ord(bytes([row, cell]).decode("euc_kr"))


def main():
    source = pathlib.Path(sys.argv[1])
    if (got := hashlib.sha256(source.read_bytes()).hexdigest()) != SHA256:
        sys.exit(f"{source}: sha256 {got}: want {SHA256}")
    font = TTFont(source, recalcTimestamp=False)
    keep = set(ks_x_1001()) | set(range(0x20, 0x7F)) | set(range(0xA0, 0x180)) | set(range(0x3131, 0x318F)) | {ord(c) for c in SIGNS}
    options = subset.Options(hinting=False, layout_features=[], name_IDs=[0, 1, 2, 3, 4, 5, 6, 7, 13], notdef_outline=True,
                             drop_tables=["kern", "gasp", "TSI0", "TSI1", "TSI2", "TSI3", "TSI5"])
    sub = subset.Subsetter(options)
    sub.populate(unicodes=keep)
    sub.subset(font)
    names = font["name"]
    copyright = ("Copyright (c) 2010, NAVER Corporation (http://www.nhncorp.com), with Reserved Font Name Nanum, Naver Nanum, "
                 "NanumGothic, Naver NanumGothic. Copyright (c) 2011 NHN Corporation. Font designed by Sandoll Communications Inc. "
                 "This is a changed version: a subset under another name.")
    names.names = []
    for number, text in [(0, copyright), (1, FAMILY), (2, "Regular"), (3, FAMILY + " 1"), (4, FAMILY), (5, "Version 1.0"),
                         (6, FAMILY.replace(" ", "")), (13, "This Font Software is licensed under the SIL Open Font License, Version 1.1."),
                         (14, "http://scripts.sil.org/OFL")]:
        names.setName(text, number, 3, 1, 0x409)
    font.save(OUT)
    print(OUT, OUT.stat().st_size, "bytes,", len(font.getGlyphOrder()), "glyphs")


if __name__ == "__main__":
    main()
