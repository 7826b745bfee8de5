#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "vectors.glsl"
#include "math.glsl"
// What the next step's losses are multiplied by: see device.Scale.
layout(local_size_x = 1) in;
layout(push_constant) uniform Push {
    Floats state; // the scale, a power of two, and how many good steps it has had
    Pairs norm; // of the gradients, its square
    float interval, most;
} p;
void main() {
    float scale = p.state.v[0], good = p.state.v[1] + 1.0;
    if (!finiteSquares(p.norm.v[0])) {
        scale *= 0.5;
        good = 0.0;
    } else if (good >= p.interval) {
        scale = min(2.0 * scale, p.most);
        good = 0.0;
    }
    p.state.v[0] = scale;
    p.state.v[1] = good;
}
