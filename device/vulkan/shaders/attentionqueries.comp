#version 460
#extension GL_GOOGLE_include_directive : require
#include "attention.glsl"
// The gradient of an attention's queries, 32 of a sequence and a head a workgroup.
// It keeps, of each query, the sum of its probabilities times their gradients, and
// with FAR the gradient of every score. Of queries with a bias it leaves the sum of
// the tile's rows in part.

shared float a[SIDE * LD], b[SIDE * LD], grads[SIDE * LD];
shared float tops[SIDE], scales[SIDE], deltas[SIDE], sums[128];

float acc[CHUNKS * TILE];

void tile(uint g) {
	uint head = g % p.heads;
	uvec4 of = Quads(p.tiles).v[g / p.heads];
	Seq s = Seqs(p.seqs).v[of.x];
	uint i0 = of.y, rows = min(SIDE, s.nq - i0), at = head * D;

	// The sum over keys of probability times gradient is that over columns of the
	// result times its gradient.
	uint mine = s.q0 + i0 + min(t / 4, rows - 1);
	float sum = 0.0;
	for (uint d = t % 4; d < D; d += 4) sum += Floats(p.y).v[mine * p.width + at + d] * Floats(p.dy).v[mine * p.width + at + d];
	sums[t] = sum;
	barrier();
	if (t < rows) {
		uint from = (s.q0 + i0 + t) * p.heads + head;
		tops[t] = Floats(p.stats).v[2 * from];
		scales[t] = Floats(p.stats).v[2 * from + 1];
		deltas[t] = (sums[4 * t] + sums[4 * t + 1]) + (sums[4 * t + 2] + sums[4 * t + 3]);
		Floats(p.delta).v[from] = deltas[t];
	} else if (t < SIDE) {
		tops[t] = scales[t] = deltas[t] = 0.0;
	}
	[[unroll]] for (uint e = 0; e < CHUNKS * TILE; e++) acc[e] = 0.0;

	uint end = CAUSAL && !FAR ? min(s.nk, i0 + rows + s.nk - s.nq) : s.nk;
	for (uint j0 = 0; j0 < end; j0 += SIDE) {
		uint cols = min(SIDE, s.nk - j0);
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
		[[unroll]] for (uint r = 0; r < 4; r++) {
			uint i = i0 + row(r), from = scoreAt(s, head, i);
			[[unroll]] for (uint c = 0; c < 2; c++) {
				uint j = j0 + col(c);
				float ds = 0.0;
				if (sees(s, i, j)) {
					float y = exp32(score(s, x[2 * r + c], from, j) - tops[row(r)]) * scales[row(r)];
					ds = y * ((DROP ? dropped(p.drop, from + j, dx[2 * r + c]) : dx[2 * r + c]) - deltas[row(r)]);
				}
				grads[row(r) * LD + col(c)] = ds;
				if (FAR && i < s.nq && j < s.nk) Floats(p.ds).v[from + j] = ds;
			}
		}
		[[unroll]] for (uint c = 0; c < CHUNKS; c++) {
			barrier();
			LOAD(b, cols, c, D, KEY)
			barrier();
#define G(R, K) grads[R * LD + K]
#define K(C, K) b[K * LD + C]
			PRODUCT_OF(cols, acc, c * TILE, G, K)
		}
	}
	[[unroll]] for (uint c = 0; c < CHUNKS; c++) {
		barrier();
		[[unroll]] for (uint e = 0; e < TILE; e++) {
			uint r = row(e / 2), d = c * SIDE + col(e % 2);
			float x = acc[c * TILE + e] * p.scale;
			if (r < rows && d < D) Floats(p.dq).v[(s.q0 + i0 + r) * p.lddq + at + d] = x;
			a[r * LD + col(e % 2)] = x;
		}
		if (OFFSET) {
			barrier();
			if (t < SIDE && c * SIDE + t < D) {
				float all = 0.0;
				for (uint r = 0; r < rows; r++) all += a[r * LD + t];
				Floats(p.part).v[g / p.heads * 5 * p.width + at + c * SIDE + t] = all;
			}
		}
	}
}
GROUPS(tile)
