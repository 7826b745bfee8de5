#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "math.glsl"
#include "activation.glsl"

// y = act(x), and with SLOPE x becomes act's derivative there.

layout(constant_id = 0) const uint ACT = 0;
layout(constant_id = 1) const uint SLOPE = 0;
layout(local_size_x = 256) in;

layout(push_constant) uniform Push {
    Floats y, x;
    uint n;
} p;

void main() {
    EACH(i, p.n) {
        float slope;
        p.y.v[i] = activate(ACT, p.x.v[i], slope);
        if (SLOPE != 0) p.x.v[i] = slope;
    }
}
