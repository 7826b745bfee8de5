#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

// Sums of rows by lists that the host has made: of segment s, four numbers, the rows of
// src named by order[from..end), or without a list the rows from..end themselves, are
// added to row `to` of dst, or written to row `to` of parts.

layout(constant_id = 0) const uint LISTED = 1;
layout(local_size_x = 64) in;

layout(push_constant) uniform Push {
    Floats dst, parts, src;
    Words segments, order;
    uint count, cols;
} p;

void main() {
    uint c = gl_WorkGroupID.x * 64 + gl_LocalInvocationID.x;
    if (c >= p.cols) return;
    for (uint s = gl_WorkGroupID.y; s < p.count; s += gl_NumWorkGroups.y) {
        uint to = p.segments.v[4 * s], from = p.segments.v[4 * s + 1], end = p.segments.v[4 * s + 2];
        bool apart = p.segments.v[4 * s + 3] != 0;
        uint at = to * p.cols + c;
        float sum = apart ? 0.0 : p.dst.v[at];
        for (uint i = from; i < end; i++) {
            uint row = LISTED != 0 ? p.order.v[i] : i;
            sum += p.src.v[row * p.cols + c];
        }
        if (apart) {
            p.parts.v[at] = sum;
        } else {
            p.dst.v[at] = sum;
        }
    }
}
