#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
// row rows[r] of x = 0
layout(local_size_x = 256) in;
layout(push_constant) uniform Push { Floats x; Ints rows; uint n, cols; };
void main() {
    for (uint r = gl_WorkGroupID.x; r < n; r += gl_NumWorkGroups.x)
        for (uint i = gl_LocalInvocationID.x; i < cols; i += 256) x.v[uint(rows.v[r]) * cols + i] = 0.0;
}
