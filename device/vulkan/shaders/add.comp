#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
// y += x
layout(local_size_x = 256) in;
layout(push_constant) uniform Push { Floats y; ConstFloats x; uint n; };
void main() {
    EACH(i, n) y.v[i] += x.v[i];
}
