#version 460
#extension GL_GOOGLE_include_directive : require
#include "attention.glsl"
// The gradient of wide's products, turned back, from that of the scores, and what
// they add to the gradient of the queries and, summed over the tile, of their bias.

shared float a[SIDE * LD], b[SIDE * LD];

float acc[CHUNKS * TILE];

void tile(uint g) {
	uint head = g % p.heads;
	uvec4 of = Quads(p.tiles).v[g / p.heads];
	Seq s = Seqs(p.seqs).v[of.x];
	uint i0 = of.y, rows = min(SIDE, s.nq - i0), at = head * D, halfWide = p.model / 2;
	[[unroll]] for (uint e = 0; e < CHUNKS * TILE; e++) acc[e] = 0.0;
	for (uint m0 = 0; m0 < halfWide; m0 += SIDE) {
		uint cols = min(SIDE, halfWide - m0);
		float x[TILE], y[TILE];
		[[unroll]] for (uint e = 0; e < TILE; e++) x[e] = y[e] = 0.0;
#define GRAD(R, C) (near(i0 + R, j0 + C) || C >= keys ? 0.0 : Floats(p.ds).v[scoreAt(s, head, i0 + R) + j0 + C])
#define LOWER(R, C) Floats(p.cosines).v[uint(Ints(p.keyAt).v[s.k0 + j0 + R]) * p.model + m0 + C]
#define UPPER(R, C) Floats(p.cosines).v[uint(Ints(p.keyAt).v[s.k0 + j0 + R]) * p.model + halfWide + m0 + C]
#define A(R, K) a[R * LD + K]
#define B(C, K) b[K * LD + C]
		for (uint j0 = 0; j0 < s.nk; j0 += SIDE) {
			uint keys = min(SIDE, s.nk - j0);
			barrier();
			LOAD(a, rows, 0, SIDE, GRAD)
			LOAD(b, keys, 0, cols, LOWER)
			barrier();
			PRODUCT(x, 0, A, B)
			barrier();
			LOAD(b, keys, 0, cols, UPPER)
			barrier();
			PRODUCT(y, 0, A, B)
		}
		[[unroll]] for (uint e = 0; e < TILE; e++) {
			uint r = row(e / 2), m = m0 + col(e % 2);
			float u = 0.0, v = 0.0;
			if (r < rows && m < halfWide) {
				uint q = s.q0 + i0 + r, turn = uint(Ints(p.queryAt).v[q]) * p.model + m, to = (q * p.heads + head) * p.model + m;
				float sine = Floats(p.sines).v[turn], cosine = Floats(p.sines).v[turn + halfWide];
				u = x[e] * sine - y[e] * cosine;
				v = x[e] * cosine + y[e] * sine;
				Floats(p.wide).v[to] = u;
				Floats(p.wide).v[to + halfWide] = v;
			}
			x[e] = u;
			y[e] = v;
		}
#define LOWERKERNEL(R, C) Floats(p.kernel).v[(m0 + R) * p.width + at + C]
#define UPPERKERNEL(R, C) Floats(p.kernel).v[(halfWide + m0 + R) * p.width + at + C]
		barrier();
		[[unroll]] for (uint e = 0; e < TILE; e++) a[row(e / 2) * LD + col(e % 2)] = x[e];
		[[unroll]] for (uint c = 0; c < CHUNKS; c++) {
			barrier();
			LOAD(b, cols, c, D, LOWERKERNEL)
			barrier();
			PRODUCT(acc, c * TILE, A, B)
		}
		barrier();
		[[unroll]] for (uint e = 0; e < TILE; e++) a[row(e / 2) * LD + col(e % 2)] = y[e];
		[[unroll]] for (uint c = 0; c < CHUNKS; c++) {
			barrier();
			LOAD(b, cols, c, D, UPPERKERNEL)
			barrier();
			PRODUCT(acc, c * TILE, A, B)
		}
	}
	[[unroll]] for (uint c = 0; c < CHUNKS; c++) {
		barrier();
		[[unroll]] for (uint e = 0; e < TILE; e++) {
			uint r = row(e / 2), d = c * SIDE + col(e % 2);
			float x = acc[c * TILE + e] * p.scale;
			a[r * LD + col(e % 2)] = x;
			if (r < rows && d < D) Floats(p.dq).v[(s.q0 + i0 + r) * p.lddq + at + d] += x;
		}
		barrier();
		if (t < SIDE && c * SIDE + t < D) {
			float all = 0.0;
			for (uint r = 0; r < rows; r++) all += a[r * LD + t];
			Floats(p.part).v[(g / p.heads * 5 + 1) * p.width + at + c * SIDE + t] = all;
		}
	}
}
GROUPS(tile)
