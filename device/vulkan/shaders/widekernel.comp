#version 460
#extension GL_GOOGLE_include_directive : require
#include "attention.glsl"
// The gradient of the kernel that wide multiplies by, 32 rows of it and a head a
// workgroup: widegrad's, transposed, times the queries with their bias. flags has
// bit 0 where it is added to.

shared float a[SIDE * LD], b[SIDE * LD];

float acc[CHUNKS * TILE];

void tile(uint g) {
	uint head = g % p.heads, m0 = g / p.heads * SIDE, at = head * D;
	[[unroll]] for (uint e = 0; e < CHUNKS * TILE; e++) acc[e] = 0.0;
	for (uint q0 = 0; q0 < p.tables; q0 += SIDE) {
		uint rows = min(SIDE, p.tables - q0);
		barrier();
#define WIDEGRAD(R, C) (m0 + C < p.model ? Floats(p.wide).v[((q0 + R) * p.heads + head) * p.model + m0 + C] : 0.0)
#define QUERY(R, C) (Floats(p.q).v[(q0 + R) * p.ldq + at + C] + Floats(p.position).v[at + C])
#define A(R, K) a[K * LD + R]
#define B(C, K) b[K * LD + C]
		LOAD(a, rows, 0, SIDE, WIDEGRAD)
		[[unroll]] for (uint c = 0; c < CHUNKS; c++) {
			barrier();
			LOAD(b, rows, c, D, QUERY)
			barrier();
			PRODUCT(acc, c * TILE, A, B)
		}
	}
	[[unroll]] for (uint c = 0; c < CHUNKS; c++)
		[[unroll]] for (uint e = 0; e < TILE; e++) {
			uint m = m0 + row(e / 2), d = c * SIDE + col(e % 2), to = m * p.width + at + d;
			float x = acc[c * TILE + e] * p.scale;
			if (m < p.model && d < D) Floats(p.out0).v[to] = (p.flags & 1) != 0 ? Floats(p.out0).v[to] + x : x;
		}
}
GROUPS(tile)
