#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

// Nothing but multiply-adds, of chains that need nothing of each other: what a device's
// products are held to.

const uint CHAINS = 16;
layout(local_size_x = 256) in;

layout(push_constant) uniform Push {
    Floats y;
    uint loops;
    float a, b;
} p;

void main() {
    float x[CHAINS];
    [[unroll]] for (uint i = 0; i < CHAINS; i++) x[i] = float(gl_LocalInvocationID.x + i);
    for (uint k = 0; k < p.loops; k++)
        [[unroll]] for (uint i = 0; i < CHAINS; i++) x[i] = fma(x[i], p.a, p.b);
    float sum = 0.0;
    [[unroll]] for (uint i = 0; i < CHAINS; i++) sum += x[i];
    p.y.v[gl_GlobalInvocationID.x] = sum; // or the compiler would see that nobody asks
}
