#version 460
#extension GL_GOOGLE_include_directive : require
#include "attention.glsl"
// The gradient of a table, whole, an element a thread: fartable's pieces added in
// order, of one head, or of all heads where they have the table in common.

float ofHead(uint head, uint r, uint d) {
	float all = 0.0;
	for (int n = Ints(p.rowPieces).v[r / SIDE]; n < Ints(p.rowPieces).v[r / SIDE + 1]; n++)
		all += Floats(p.part).v[((uint(n) * p.heads + head) * SIDE + r % SIDE) * D + d];
	return all * p.farScale;
}

void element(uint g) {
	uint e = g * 128 + t, ld = p.ldByQuery;
	if (e >= p.tables * ld) return;
	float all = ofHead(e % ld / D, e / ld, e % D);
	if (ld == D)
		for (uint head = 1; head < p.heads; head++) all += ofHead(head, e / ld, e % D);
	Floats(p.out0).v[e] = all;
}
GROUPS(element)
