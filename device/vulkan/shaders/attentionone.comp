#version 460
#extension GL_GOOGLE_include_directive : require
#include "attention.glsl"
// Attention of one query a sequence, of a text that is continued, to the keys that are
// kept: a workgroup has a sequence's head. 128 keys at a time have an invocation each for
// their scores; then the invocations go over the columns of the values.

const uint WG = 128;
#include "reduce.glsl"

const uint ACROSS = D <= 32 ? 32 : D <= 64 ? 64 : 128; // columns side by side
const uint SLICES = WG / ACROSS, PER = (D + ACROSS - 1) / ACROSS;

shared float query[D], probs[WG], part[WG];

void tile(uint g) {
	uint head = g % p.heads, at = head * D;
	uvec4 of = Quads(p.tiles).v[g / p.heads];
	Seq s = Seqs(p.seqs).v[of.x];
	for (uint d = t; d < D; d += WG) query[d] = Floats(p.q).v[s.q0 * p.ldq + at + d];
	barrier();
	uint slice = t / ACROSS, column = t % ACROSS;
	float acc[PER], top = -3.4028234e38, sum = 0.0;
	[[unroll]] for (uint i = 0; i < PER; i++) acc[i] = 0.0;
	for (uint j0 = 0; j0 < s.nk; j0 += WG) {
		uint j = j0 + t, n = min(WG, s.nk - j0);
		float x = 0.0;
		if (t < n) for (uint d = 0; d < D; d++) x = fma(query[d], Floats(Lists(p.caches).v[of.x]).v[j * 2 * p.width + at + d], x);
		x = t < n ? x * p.scale : -3.4028234e38;
		float highest = max(top, maxAll(x)), shrink = exp32(top - highest), e = t < n ? exp32(x - highest) : 0.0;
		probs[t] = e;
		sum = sum * shrink + sumAll(e);
		top = highest;
		[[unroll]] for (uint i = 0; i < PER; i++) {
			acc[i] *= shrink;
			uint d = i * ACROSS + column;
			if (d < D) for (uint k = slice; k < n; k += SLICES)
				acc[i] = fma(probs[k], Floats(Lists(p.caches).v[of.x]).v[(j0 + k) * 2 * p.width + p.width + at + d], acc[i]);
		}
		barrier();
	}
	[[unroll]] for (uint i = 0; i < PER; i++) {
		part[t] = acc[i];
		barrier();
		uint d = i * ACROSS + column;
		if (slice == 0 && d < D) {
			float y = 0.0;
			for (uint k = 0; k < SLICES; k++) y += part[k * ACROSS + column];
			Floats(p.y).v[s.q0 * p.width + at + d] = s.nk == 0 ? 0.0 : y * (1.0 / sum);
		}
		barrier();
	}
}
GROUPS(tile)
