#version 460
#extension GL_GOOGLE_include_directive : require
#include "attention.glsl"
#include "far.glsl"
// The scores that queries and keys have by their distance and types, of 32 queries
// of a sequence and a head a workgroup: those of tables by query and by key, or
// WIDE ones, of queries as wide as the model and the encodings of keys.

shared float a[SIDE * LD], b[SIDE * LD], types[2 * SIDE];

void tile(uint g) {
	uint head = g % p.heads;
	uvec4 of = Quads(p.tiles).v[g / p.heads];
	Seq s = Seqs(p.seqs).v[of.x];
	uint i0 = of.y, rows = min(SIDE, s.nq - i0), at = head * D, rowsMet = of.w + SIDE;
	NOTHING_STAGED
	if (t < SIDE) bases[t] = t < rows && (BY_QUERY || BY_KEY) ? uint(Ints(p.base).v[s.q0 + i0 + t]) - of.z : 0;
	if (TYPES && t < 2 * SIDE) {
		float x = 0.0;
		uint q = s.q0 + i0 + min(t / 2, rows - 1);
		for (uint d = 0; d < D; d++)
			x = fma(Floats(p.q).v[q * p.ldq + at + d] + Floats(p.type).v[at + d], Floats(p.types).v[t % 2 * p.width + at + d], x);
		types[t] = x * p.scale;
	}
	for (uint j0 = 0; j0 < s.nk; j0 += SIDE) {
		uint cols = min(SIDE, s.nk - j0), low = of.z + j0;
		float x[TILE], y[TILE];
		[[unroll]] for (uint e = 0; e < TILE; e++) x[e] = y[e] = 0.0;
#define QUERY(R, C) (Floats(p.q).v[(s.q0 + i0 + R) * p.ldq + at + C] + (OFFSET ? Floats(p.position).v[at + C] : 0.0))
#define KEY(R, C) Floats(p.k).v[(s.k0 + j0 + R) * p.ldk + at + C]
#define TURNED(R, C) Floats(p.wide).v[((s.q0 + i0 + R) * p.heads + head) * p.model + C]
#define ENCODING(R, C) Floats(p.cosines).v[uint(Ints(p.keyAt).v[s.k0 + j0 + R]) * p.model + C]
#define A(R, K) a[R * LD + K]
#define B(C, K) b[C * LD + K]
		if (WIDE)
			for (uint c = 0; c * SIDE < p.model; c++) {
				barrier();
				LOAD(a, rows, c, p.model, TURNED)
				LOAD(b, cols, c, p.model, ENCODING)
				barrier();
				PRODUCT(x, 0, A, B)
			}
		if (BY_QUERY || BY_KEY)
			for (uint skipped = 0; skipped < rowsMet; skipped += SPAN) {
				uint from[TILE];
				barrier();
				[[unroll]] for (uint e = 0; e < TILE; e++) from[e] = staged(row(e / 2), col(e % 2), skipped);
				for (uint c = 0; BY_QUERY && c < CHUNKS; c++) {
					barrier();
					LOAD(a, rows, c, D, QUERY)
					STAGE(p.byQuery, p.ldByQuery, head * p.stepByQuery, low + skipped, rowsMet - skipped, c)
					barrier();
					for (uint k = 0; k < SIDE; k++)
						[[unroll]] for (uint e = 0; e < TILE; e++) x[e] = fma(a[row(e / 2) * LD + k], table[from[e] + k], x[e]);
				}
				for (uint c = 0; BY_KEY && c < CHUNKS; c++) {
					barrier();
					LOAD(b, cols, c, D, KEY)
					STAGE(p.byKey, p.ldByKey, head * p.stepByKey, low + skipped, rowsMet - skipped, c)
					barrier();
					for (uint k = 0; k < SIDE; k++)
						[[unroll]] for (uint e = 0; e < TILE; e++) y[e] = fma(b[col(e % 2) * LD + k], table[from[e] + k], y[e]);
				}
			}
		barrier();
		[[unroll]] for (uint e = 0; e < TILE; e++) {
			uint i = i0 + row(e / 2), j = j0 + col(e % 2);
			if (i < s.nq && j < s.nk) {
				float far = (x[e] + y[e]) * (WIDE ? 1.0 : p.farScale);
				if (TYPES) far += types[2 * row(e / 2) + uint(sameType(Ints(p.queryTypes).v[s.q0 + i], Ints(p.keyTypes).v[s.k0 + j]))];
				Floats(p.far).v[scoreAt(s, head, i) + j] = near(i, j) ? 0.0 : far;
			}
		}
	}
}
GROUPS(tile)
