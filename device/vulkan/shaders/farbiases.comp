#version 460
#extension GL_GOOGLE_include_directive : require
#include "attention.glsl"
// The gradients of the queries' three biases and of the two types' vectors, a
// column a thread: the tiles' parts added in order. flags has two bits for each of
// the four parameters, wanted and added to.

// PUT writes a column's sum to the parameter of a kind.
#define PUT(TO, KIND, AT) \
	if ((p.flags >> 2 * (KIND) & 1) != 0) Floats(TO).v[AT] = (p.flags >> 2 * (KIND) & 2) != 0 ? Floats(TO).v[AT] + all : all;

void column(uint g) {
	uint e = g * 128 + t;
	if (e >= 5 * p.width) return;
	float all = 0.0;
	for (uint n = 0; n < p.nTiles; n++) all += Floats(p.part).v[n * 5 * p.width + e];
	uint kind = e / p.width;
	if (kind == 0) { PUT(p.out0, 0, e) }
	if (kind == 1) { PUT(p.out1, 1, e - p.width) }
	if (kind == 2) { PUT(p.out2, 2, e - 2 * p.width) }
	if (kind > 2) { PUT(p.out3, 3, e - 3 * p.width) }
}
GROUPS(column)
