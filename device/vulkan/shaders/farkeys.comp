#version 460
#extension GL_GOOGLE_include_directive : require
#include "attention.glsl"
#include "far.glsl"
// What the scores of a table by key add to the gradient of the keys, 32 of a
// sequence and a head a workgroup.

shared float grads[SIDE * LD];

float acc[CHUNKS * TILE];

void tile(uint g) {
	uint head = g % p.heads;
	uvec4 of = Quads(p.keyTiles).v[g / p.heads];
	Seq s = Seqs(p.seqs).v[of.x];
	uint j0 = of.y, cols = min(SIDE, s.nk - j0), at = head * D;
	NOTHING_STAGED
	[[unroll]] for (uint e = 0; e < CHUNKS * TILE; e++) acc[e] = 0.0;
	for (uint i0 = 0; i0 < s.nq; i0 += SIDE) {
		uvec4 queries = Quads(p.tiles).v[s.tile0 + i0 / SIDE];
		uint rows = min(SIDE, s.nq - i0), low = queries.z + j0, rowsMet = queries.w + SIDE;
		barrier();
		if (t < SIDE) bases[t] = t < rows ? uint(Ints(p.base).v[s.q0 + i0 + t]) - queries.z : 0;
#define GRAD(R, C) (C < cols ? Floats(p.ds).v[scoreAt(s, head, i0 + R) + j0 + C] : 0.0)
		LOAD(grads, rows, 0, SIDE, GRAD)
		for (uint skipped = 0; skipped < rowsMet; skipped += SPAN)
			[[unroll]] for (uint c = 0; c < CHUNKS; c++) {
				barrier();
				STAGE(p.byKey, p.ldByKey, head * p.stepByKey, low + skipped, rowsMet - skipped, c)
				barrier();
				for (uint i = 0; i < rows; i++)
					[[unroll]] for (uint r = 0; r < 4; r++) {
						float grad = grads[i * LD + row(r)];
						uint from = staged(i, row(r), skipped);
						[[unroll]] for (uint k = 0; k < 2; k++)
							acc[c * TILE + 2 * r + k] = fma(grad, table[from + col(k)], acc[c * TILE + 2 * r + k]);
					}
			}
	}
	[[unroll]] for (uint c = 0; c < CHUNKS; c++)
		[[unroll]] for (uint e = 0; e < TILE; e++) {
			uint r = row(e / 2), d = c * SIDE + col(e % 2);
			if (r < cols && d < D) Floats(p.dk).v[(s.k0 + j0 + r) * p.lddk + at + d] += acc[c * TILE + e] * p.farScale;
		}
}
GROUPS(tile)
