#version 460
#extension GL_GOOGLE_include_directive : require
#include "attention.glsl"
// The gradient of a table's rows, 32 of them and a head a workgroup, from a piece
// of the entries, tiles of queries (or, BY_KEY, of keys) that meet the rows. First
// the gradients of scores are added up by row, then multiplied by the queries or
// keys. The pieces' sums are added by fartablesum.

shared float x[SIDE * LD], b[SIDE * LD];

float acc[CHUNKS * TILE];

// ofQuery is the gradient of query i's product with a row of the given sums.
float ofQuery(Seq s, uint head, uint i, ivec2 sums) {
	int base = Ints(p.base).v[s.q0 + i], end = min(sums.y - base, int(s.nk));
	uint at = scoreAt(s, head, i);
	float all = 0.0;
	for (int j = max(sums.x - base, 0); j < end; j++)
		if (!near(i, uint(j))) all += Floats(p.ds).v[at + uint(j)];
	return all;
}

// ofKey is the gradient of key j's. Where all queries are keys, in order, base falls
// by 1 from query to query.
float ofKey(Seq s, uint head, uint j, ivec2 sums) {
	int first = 0, end = int(s.nq), base = Ints(p.base).v[s.q0];
	if (p.inOrder != 0) {
		first = max(base + int(j) - sums.y + 1, 0);
		end = min(base + int(j) - sums.x + 1, end);
	}
	float all = 0.0;
	for (int i = first; i < end; i++) {
		int sum = Ints(p.base).v[s.q0 + uint(i)] + int(j);
		if (sum >= sums.x && sum < sums.y) all += Floats(p.ds).v[scoreAt(s, head, uint(i)) + j];
	}
	return all;
}

void tile(uint g) {
	uint head = g % p.heads;
	uvec4 piece = Quads(p.pieces).v[g / p.heads];
	uint r0 = piece.x * SIDE, at = head * D;
	[[unroll]] for (uint e = 0; e < CHUNKS * TILE; e++) acc[e] = 0.0;
	for (uint n = piece.y; n < piece.z; n++) {
		uvec2 entry = Pairs(p.entries).v[n];
		Seq s = Seqs(p.seqs).v[entry.x];
		uint first = entry.y, rows = min(SIDE, (BY_KEY ? s.nk : s.nq) - first);
		barrier();
		for (uint e = t; e < SIDE * SIDE; e += 128) {
			uint i = e / SIDE, r = e % SIDE;
			float v = 0.0;
			if (i < rows && r0 + r < p.tables) {
				ivec2 sums = ivec2(Pairs(p.sums).v[r0 + r]);
				v = BY_KEY ? ofKey(s, head, first + i, sums) : ofQuery(s, head, first + i, sums);
			}
			x[i * LD + r] = v;
		}
#define QUERY(R, C) (Floats(p.q).v[(s.q0 + first + R) * p.ldq + at + C] + (OFFSET ? Floats(p.position).v[at + C] : 0.0))
#define KEY(R, C) Floats(p.k).v[(s.k0 + first + R) * p.ldk + at + C]
#define FACTOR(R, C) (BY_KEY ? KEY(R, C) : QUERY(R, C))
#define X(R, K) x[K * LD + R]
#define B(C, K) b[K * LD + C]
		[[unroll]] for (uint c = 0; c < CHUNKS; c++) {
			barrier();
			LOAD(b, rows, c, D, FACTOR)
			barrier();
			PRODUCT(acc, c * TILE, X, B)
		}
	}
	[[unroll]] for (uint c = 0; c < CHUNKS; c++)
		[[unroll]] for (uint e = 0; e < TILE; e++) {
			uint d = c * SIDE + col(e % 2);
			if (d < D) Floats(p.part).v[(g * SIDE + row(e / 2)) * D + d] = acc[c * TILE + e];
		}
}
GROUPS(tile)
