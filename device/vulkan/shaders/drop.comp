#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
// y = residual + drop(x), without a residual drop(x)
layout(local_size_x = 256) in;
layout(push_constant) uniform Push { Floats y; ConstFloats x, residual; Drop drop; uint n; };
void main() {
    EACH(i, n) {
        precise float kept = dropped(drop, i, x.v[i]);
        if (HAS(residual)) kept += residual.v[i];
        y.v[i] = kept;
    }
}
