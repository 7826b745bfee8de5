#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

// y = x, word by word: for answers, which the host reads.

layout(local_size_x = 64) in;

layout(push_constant) uniform Push {
    Words y, x;
    uint n;
} p;

void main() {
    EACH(i, p.n) p.y.v[i] = p.x.v[i];
}
