#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
// x *= s, one number of the device's
layout(local_size_x = 256) in;
layout(push_constant) uniform Push { Floats x; ConstFloats s; uint n; };
void main() {
    EACH(i, n) x.v[i] *= s.v[0];
}
