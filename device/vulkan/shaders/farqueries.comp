#version 460
#extension GL_GOOGLE_include_directive : require
#include "attention.glsl"
#include "far.glsl"
// What the scores of a table by query, and of types, add to the gradient of the
// queries, 32 of a sequence and a head a workgroup, and to those of their biases
// and of the types' vectors, whose sums over the tile it leaves in part.

shared float a[SIDE * LD], grads[SIDE * LD], types[2 * SIDE];

float acc[CHUNKS * TILE];

void tile(uint g) {
	uint head = g % p.heads;
	uvec4 of = Quads(p.tiles).v[g / p.heads];
	Seq s = Seqs(p.seqs).v[of.x];
	uint i0 = of.y, rows = min(SIDE, s.nq - i0), at = head * D, rowsMet = of.w + SIDE;
	uint to = g / p.heads * 5 * p.width + at;
	NOTHING_STAGED
	if (t < SIDE) bases[t] = t < rows && BY_QUERY ? uint(Ints(p.base).v[s.q0 + i0 + t]) - of.z : 0;
	if (t < 2 * SIDE) types[t] = 0.0;
	[[unroll]] for (uint e = 0; e < CHUNKS * TILE; e++) acc[e] = 0.0;
	for (uint j0 = 0; j0 < s.nk; j0 += SIDE) {
		uint cols = min(SIDE, s.nk - j0), low = of.z + j0;
		barrier();
#define GRAD(R, C) (near(i0 + R, j0 + C) || C >= cols ? 0.0 : Floats(p.ds).v[scoreAt(s, head, i0 + R) + j0 + C])
		LOAD(grads, rows, 0, SIDE, GRAD)
		for (uint skipped = 0; BY_QUERY && skipped < rowsMet; skipped += SPAN)
			[[unroll]] for (uint c = 0; c < CHUNKS; c++) {
				barrier();
				STAGE(p.byQuery, p.ldByQuery, head * p.stepByQuery, low + skipped, rowsMet - skipped, c)
				barrier();
				for (uint j = 0; j < cols; j++)
					[[unroll]] for (uint r = 0; r < 4; r++) {
						float grad = grads[row(r) * LD + j];
						uint from = staged(row(r), j, skipped);
						[[unroll]] for (uint k = 0; k < 2; k++)
							acc[c * TILE + 2 * r + k] = fma(grad, table[from + col(k)], acc[c * TILE + 2 * r + k]);
					}
			}
		barrier();
		if (TYPES && t < 2 * rows) {
			int own = Ints(p.queryTypes).v[s.q0 + i0 + t / 2];
			float x = 0.0;
			for (uint j = 0; j < cols; j++)
				if (sameType(own, Ints(p.keyTypes).v[s.k0 + j0 + j]) == (t % 2 == 1)) x += grads[t / 2 * LD + j];
			types[t] += x;
		}
	}
	[[unroll]] for (uint c = 0; c < CHUNKS; c++) {
		barrier();
		[[unroll]] for (uint e = 0; e < TILE; e++) {
			uint r = row(e / 2), k = col(e % 2), d = c * SIDE + k;
			float x = acc[c * TILE + e] * p.farScale;
			a[r * LD + k] = x;
			if (r < rows && d < D) {
				if (TYPES)
					x += (types[2 * r] * Floats(p.types).v[at + d] + types[2 * r + 1] * Floats(p.types).v[p.width + at + d]) * p.scale;
				Floats(p.dq).v[(s.q0 + i0 + r) * p.lddq + at + d] += x;
			}
		}
		barrier();
		uint d = c * SIDE + t % SIDE;
		if (TYPES && d < D) {
			// A quarter of the threads has a sum each.
			uint kind = t / SIDE;
			float x = 0.0, other = 0.0, same = 0.0;
			for (uint r = 0; r < rows; r++) {
				if (kind == 0) x += a[r * LD + t % SIDE];
				other += types[2 * r];
				same += types[2 * r + 1];
			}
			if (kind == 0 && BY_QUERY) Floats(p.part).v[to + p.width + d] = x;
			if (kind == 1)
				Floats(p.part).v[to + 2 * p.width + d] = (other * Floats(p.types).v[at + d] + same * Floats(p.types).v[p.width + at + d]) * p.scale;
			if (kind >= 2) {
				x = 0.0;
				for (uint r = 0; r < rows; r++)
					x = fma(types[2 * r + kind - 2], Floats(p.q).v[(s.q0 + i0 + r) * p.ldq + at + d] + Floats(p.type).v[at + d], x);
				Floats(p.part).v[to + (kind + 1) * p.width + d] = x * p.scale;
			}
		}
	}
}
GROUPS(tile)
