#version 460
#extension GL_GOOGLE_include_directive : require
#include "attention.glsl"
// Attention of packed sequences: a workgroup has 32 queries of a sequence and a
// head, and goes over the keys 32 at a time, with a running maximum and sum.

shared float a[SIDE * LD], b[SIDE * LD], probs[SIDE * LD];
shared float tops[SIDE], sums[SIDE], shrink[SIDE], part[128];

float acc[CHUNKS * TILE];

void tile(uint g) {
	uint head = g % p.heads;
	uvec4 of = Quads(p.tiles).v[g / p.heads];
	Seq s = Seqs(p.seqs).v[of.x];
	uint i0 = of.y, rows = min(SIDE, s.nq - i0), at = head * D;
	if (t < SIDE) {
		tops[t] = -3.4028234e38;
		sums[t] = 0.0;
	}
	[[unroll]] for (uint e = 0; e < CHUNKS * TILE; e++) acc[e] = 0.0;
	uint end = CAUSAL ? min(s.nk, i0 + rows + s.nk - s.nq) : s.nk;
	for (uint j0 = 0; j0 < end; j0 += SIDE) {
		uint cols = min(SIDE, s.nk - j0);
		float x[TILE];
		[[unroll]] for (uint e = 0; e < TILE; e++) x[e] = 0.0;
		for (uint c = 0; c < CHUNKS; c++) {
			barrier();
#define QUERY(R, C) (Floats(p.q).v[(s.q0 + i0 + R) * p.ldq + at + C] + (OFFSET ? Floats(p.word).v[at + C] : 0.0))
#define KEY(R, C) (CACHED ? Floats(Lists(p.caches).v[of.x]).v[(j0 + R) * 2 * p.width + at + C] : Floats(p.k).v[(s.k0 + j0 + R) * p.ldk + at + C])
			LOAD(a, rows, c, D, QUERY)
			LOAD(b, cols, c, D, KEY)
			barrier();
#define A(R, K) a[R * LD + K]
#define B(C, K) b[C * LD + K]
			PRODUCT(x, 0, A, B)
		}
		[[unroll]] for (uint r = 0; r < 4; r++) {
			uint i = i0 + row(r), from = scoreAt(s, head, i);
			[[unroll]] for (uint c = 0; c < 2; c++) {
				uint j = j0 + col(c);
				probs[row(r) * LD + col(c)] = sees(s, i, j) ? score(s, x[2 * r + c], from, j) : -3.4028234e38;
			}
		}
		barrier();
		// Four threads a row.
		uint i = t / 4, quarter = t % 4;
		float top = -3.4028234e38;
		for (uint j = quarter; j < SIDE; j += 4) top = max(top, probs[i * LD + j]);
		part[t] = top;
		barrier();
		top = max(tops[i], max(max(part[4 * i], part[4 * i + 1]), max(part[4 * i + 2], part[4 * i + 3])));
		float sum = 0.0;
		uint from = scoreAt(s, head, i0 + i) + j0;
		for (uint j = quarter; j < SIDE; j += 4) {
			float e = sees(s, i0 + i, j0 + j) ? exp32(probs[i * LD + j] - top) : 0.0;
			sum += e;
			probs[i * LD + j] = DROP ? dropped(p.drop, from + j, e) : e;
		}
		barrier();
		part[t] = sum;
		barrier();
		if (quarter == 0) {
			shrink[i] = exp32(tops[i] - top);
			sums[i] = sums[i] * shrink[i] + ((part[t] + part[t + 1]) + (part[t + 2] + part[t + 3]));
			tops[i] = top;
		}
		barrier();
		[[unroll]] for (uint e = 0; e < CHUNKS * TILE; e++) acc[e] *= shrink[row((e / 2) % 4)];
		[[unroll]] for (uint c = 0; c < CHUNKS; c++) {
			barrier();
#define VALUE(R, C) (CACHED ? Floats(Lists(p.caches).v[of.x]).v[(j0 + R) * 2 * p.width + p.width + at + C] : Floats(p.v).v[(s.k0 + j0 + R) * p.ldv + at + C])
			LOAD(b, cols, c, D, VALUE)
			barrier();
#define P(R, K) probs[R * LD + K]
#define V(C, K) b[K * LD + C]
			PRODUCT_OF(cols, acc, c * TILE, P, V)
		}
	}
	barrier();
	if (t < rows) {
		uint to = 2 * ((s.q0 + i0 + t) * p.heads + head);
		Floats(p.stats).v[to] = tops[t];
		Floats(p.stats).v[to + 1] = s.nk == 0 ? 0.0 : 1.0 / sums[t];
	}
	[[unroll]] for (uint c = 0; c < CHUNKS; c++)
		[[unroll]] for (uint e = 0; e < TILE; e++) {
			uint r = row(e / 2), d = c * SIDE + col(e % 2);
			if (r < rows && d < D)
				Floats(p.y).v[(s.q0 + i0 + r) * p.width + at + d] = s.nk == 0 ? 0.0 : acc[c * TILE + e] * (1.0 / sums[r]);
		}
}
GROUPS(tile)
