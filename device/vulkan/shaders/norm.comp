#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

// s = residual + drop(x), or x itself, and y = (s - mean)·rstd·w + b: see device.Norm. A
// workgroup has a row at a time.

layout(constant_id = 0) const uint WG = 256;
layout(constant_id = 1) const uint ADD = 0; // there is a residual
layout(constant_id = 2) const uint DROP = 0;
layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push {
    Floats y, s, mean, rstd, x, residual, w, b;
    uint rows, cols;
    float eps;
    Drop drop;
} p;

#include "reduce.glsl"

void main() {
    uint t = gl_LocalInvocationID.x;
    for (uint row = gl_WorkGroupID.x; row < p.rows; row += gl_NumWorkGroups.x) {
        uint base = row * p.cols;
        float sum = 0.0;
        for (uint i = base + t; i < base + p.cols; i += WG) {
            float v = p.x.v[i];
            if (DROP != 0) v = dropped(p.drop, i, v);
            if (ADD != 0) {
                v += p.residual.v[i];
                p.s.v[i] = v;
            }
            sum += v;
        }
        float mean = sumAll(sum) / float(p.cols), squares = 0.0;
        for (uint i = base + t; i < base + p.cols; i += WG) {
            float d = (ADD != 0 ? p.s.v[i] : p.x.v[i]) - mean;
            squares = fma(d, d, squares);
        }
        float rstd = 1.0 / sqrt(sumAll(squares) / float(p.cols) + p.eps);
        for (uint i = t; i < p.cols; i += WG) {
            float v = ADD != 0 ? p.s.v[base + i] : p.x.v[base + i];
            p.y.v[base + i] = fma((v - mean) * rstd, p.w.v[i], p.b.v[i]);
        }
        if (t == 0) {
            p.mean.v[row] = mean;
            p.rstd.v[row] = rstd;
        }
    }
}
