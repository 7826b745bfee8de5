#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "vectors.glsl"

// Copies n vectors of four numbers, AHEAD an invocation: what a device's memory is measured
// by. All are asked for before the first one is written.

const uint AHEAD = 4;
layout(local_size_x = 256) in;

layout(push_constant) uniform Push {
    Vec4s y, x;
    uint n;
} p;

void main() {
    uint from = gl_WorkGroupID.x * 256 * AHEAD + gl_LocalInvocationID.x;
    vec4 v[AHEAD];
    [[unroll]] for (uint i = 0; i < AHEAD; i++) if (from + i * 256 < p.n) v[i] = p.x.v[from + i * 256];
    [[unroll]] for (uint i = 0; i < AHEAD; i++) if (from + i * 256 < p.n) p.y.v[from + i * 256] = v[i];
}
