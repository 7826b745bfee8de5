#version 460
#extension GL_GOOGLE_include_directive : require
#include "attention.glsl"
// The gradients of an attention's keys and values, 32 of a sequence and a head a
// workgroup, which goes over the queries. It reads what attentionqueries kept.

shared float a[SIDE * LD], b[SIDE * LD], kept[SIDE * LD];

float dk[CHUNKS * TILE], dv[CHUNKS * TILE];

void tile(uint g) {
	uint head = g % p.heads;
	uvec4 of = Quads(p.keyTiles).v[g / p.heads];
	Seq s = Seqs(p.seqs).v[of.x];
	uint j0 = of.y, cols = min(SIDE, s.nk - j0), at = head * D;
	[[unroll]] for (uint e = 0; e < CHUNKS * TILE; e++) dk[e] = dv[e] = 0.0;

	// Queries before the first that sees one of the keys are passed over.
	uint first = CAUSAL && j0 + s.nq > s.nk ? (j0 + s.nq - s.nk) / SIDE * SIDE : 0;
	for (uint i0 = first; i0 < s.nq; i0 += SIDE) {
		uint rows = min(SIDE, s.nq - i0);
		float x[TILE], dx[TILE];
		[[unroll]] for (uint e = 0; e < TILE; e++) x[e] = dx[e] = 0.0;
#define QUERY(R, C) (Floats(p.q).v[(s.q0 + i0 + R) * p.ldq + at + C] + (OFFSET ? Floats(p.word).v[at + C] : 0.0))
#define KEY(R, C) Floats(p.k).v[(s.k0 + j0 + R) * p.ldk + at + C]
#define DY(R, C) Floats(p.dy).v[(s.q0 + i0 + R) * p.width + at + C]
#define VALUE(R, C) Floats(p.v).v[(s.k0 + j0 + R) * p.ldv + at + C]
#define A(R, K) a[R * LD + K]
#define B(C, K) b[C * LD + K]
		for (uint c = 0; c < CHUNKS; c++) {
			barrier();
			LOAD(a, rows, c, D, QUERY)
			LOAD(b, cols, c, D, KEY)
			barrier();
			PRODUCT(x, 0, A, B)
			barrier();
			LOAD(a, rows, c, D, DY)
			LOAD(b, cols, c, D, VALUE)
			barrier();
			PRODUCT(dx, 0, A, B)
		}
		float ds[TILE];
		[[unroll]] for (uint r = 0; r < 4; r++) {
			uint i = i0 + row(r), from = scoreAt(s, head, i), of = (s.q0 + min(i, s.nq - 1)) * p.heads + head;
			float top = Floats(p.stats).v[2 * of], scale = Floats(p.stats).v[2 * of + 1], delta = Floats(p.delta).v[of];
			[[unroll]] for (uint c = 0; c < 2; c++) {
				uint j = j0 + col(c);
				float y = 0.0, keep = 1.0;
				if (sees(s, i, j)) {
					y = exp32(score(s, x[2 * r + c], from, j) - top) * scale;
					if (DROP) keep = dropped(p.drop, from + j, 1.0);
				}
				kept[row(r) * LD + col(c)] = y * keep;
				ds[2 * r + c] = y * (dx[2 * r + c] * keep - delta);
			}
		}
		// Rows of the sums are keys.
#define T(R, K) kept[K * LD + R]
#define X(C, K) a[K * LD + C]
		[[unroll]] for (uint c = 0; c < CHUNKS; c++) {
			barrier();
			LOAD(a, rows, c, D, DY)
			barrier();
			PRODUCT_OF(rows, dv, c * TILE, T, X)
		}
		barrier();
		[[unroll]] for (uint e = 0; e < TILE; e++) kept[row(e / 2) * LD + col(e % 2)] = ds[e];
		[[unroll]] for (uint c = 0; c < CHUNKS; c++) {
			barrier();
			LOAD(a, rows, c, D, QUERY)
			barrier();
			PRODUCT_OF(rows, dk, c * TILE, T, X)
		}
	}
	[[unroll]] for (uint c = 0; c < CHUNKS; c++)
		[[unroll]] for (uint e = 0; e < TILE; e++) {
			uint r = row(e / 2), d = c * SIDE + col(e % 2);
			if (r < cols && d < D) {
				Floats(p.dk).v[(s.k0 + j0 + r) * p.lddk + at + d] = dk[c * TILE + e] * p.scale;
				Floats(p.dv).v[(s.k0 + j0 + r) * p.lddv + at + d] = dv[c * TILE + e];
			}
		}
}
GROUPS(tile)
