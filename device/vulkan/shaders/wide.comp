#version 460
#extension GL_GOOGLE_include_directive : require
#include "attention.glsl"
// Queries with their bias through a head's kernel, as wide as the model, turned by
// the sines and cosines of their positions: 32 of a sequence and a head a workgroup.

shared float a[SIDE * LD], b[SIDE * LD];

void tile(uint g) {
	uint head = g % p.heads;
	uvec4 of = Quads(p.tiles).v[g / p.heads];
	Seq s = Seqs(p.seqs).v[of.x];
	uint i0 = of.y, rows = min(SIDE, s.nq - i0), at = head * D, halfWide = p.model / 2;
	for (uint m0 = 0; m0 < halfWide; m0 += SIDE) {
		uint cols = min(SIDE, halfWide - m0);
		float x[TILE], y[TILE];
		[[unroll]] for (uint e = 0; e < TILE; e++) x[e] = y[e] = 0.0;
#define QUERY(R, C) (Floats(p.q).v[(s.q0 + i0 + R) * p.ldq + at + C] + Floats(p.position).v[at + C])
#define LOWER(R, C) Floats(p.kernel).v[(m0 + R) * p.width + at + C]
#define UPPER(R, C) Floats(p.kernel).v[(halfWide + m0 + R) * p.width + at + C]
#define A(R, K) a[R * LD + K]
#define B(C, K) b[C * LD + K]
		for (uint c = 0; c < CHUNKS; c++) {
			barrier();
			LOAD(a, rows, c, D, QUERY)
			LOAD(b, cols, c, D, LOWER)
			barrier();
			PRODUCT(x, 0, A, B)
			barrier();
			LOAD(b, cols, c, D, UPPER)
			barrier();
			PRODUCT(y, 0, A, B)
		}
		[[unroll]] for (uint e = 0; e < TILE; e++) {
			uint r = row(e / 2), m = m0 + col(e % 2);
			if (r < rows && m < halfWide) {
				uint q = s.q0 + i0 + r, turn = uint(Ints(p.queryAt).v[q]) * p.model + m, to = (q * p.heads + head) * p.model + m;
				float u = x[e] * p.scale, v = y[e] * p.scale, sine = Floats(p.sines).v[turn], cosine = Floats(p.sines).v[turn + halfWide];
				Floats(p.wide).v[to] = u * sine + v * cosine;
				Floats(p.wide).v[to + halfWide] = v * sine - u * cosine;
			}
		}
	}
}
GROUPS(tile)
