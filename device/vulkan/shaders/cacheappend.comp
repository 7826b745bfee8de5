#version 460
#extension GL_GOOGLE_include_directive : require
#include "attention.glsl"
// Puts the keys and values of a row, behind its queries, into its sequence's cache,
// a row a workgroup.

void append(uint g) {
	uvec4 of = Quads(p.pieces).v[g]; // row, sequence, row of the cache
	for (uint e = t; e < 2 * p.width; e += 128)
		Floats(Lists(p.caches).v[of.y]).v[of.z * 2 * p.width + e] = Floats(p.q).v[of.x * p.ldq + p.width + e];
}
GROUPS(append)
