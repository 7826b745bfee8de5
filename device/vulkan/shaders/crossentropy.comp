#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "math.glsl"

// Of each labelled row of x the loss -sum(targets·log softmax(row)) to terms, and its
// gradient over `over` to dx, if it is wanted. Targets are 1 for the label, or with WEIGHTED
// base[c], and extra[label] more for the label. A workgroup has a row at a time.

layout(constant_id = 0) const uint WG = 256;
layout(constant_id = 1) const uint WEIGHTED = 0;
layout(constant_id = 2) const uint GRAD = 0;
layout(local_size_x_id = 0) in;

layout(push_constant) uniform Push {
    Floats terms, dx, x, base, extra;
    Ints labels;
    uint rows, cols;
    float over, baseSum; // the sum of base
} p;

#include "reduce.glsl"

void main() {
    uint t = gl_LocalInvocationID.x;
    for (uint row = gl_WorkGroupID.x; row < p.rows; row += gl_NumWorkGroups.x) {
        uint first = row * p.cols;
        int label = p.labels.v[row];
        if (label < 0) {
            if (GRAD != 0) for (uint c = t; c < p.cols; c += WG) p.dx.v[first + c] = 0.0;
            if (t == 0) p.terms.v[row] = 0.0;
            continue;
        }
        float top = -INFINITY;
        for (uint c = t; c < p.cols; c += WG) top = max(top, p.x.v[first + c]);
        top = maxAll(top);
        float sum = 0.0, product = 0.0;
        for (uint c = t; c < p.cols; c += WG) {
            float v = p.x.v[first + c] - top;
            sum += exp32(v);
            if (WEIGHTED != 0) product = fma(p.base.v[c], v, product);
        }
        sum = sumAll(sum);
        float own = WEIGHTED != 0 ? p.extra.v[label] : 1.0, whole = own;
        if (WEIGHTED != 0) {
            whole += p.baseSum;
            product = sumAll(product);
        }
        if (t == 0) p.terms.v[row] = whole * log32(sum) - fma(own, p.x.v[first + uint(label)] - top, product);
        if (GRAD != 0) {
            float factor = whole / sum;
            for (uint c = t; c < p.cols; c += WG) {
                float target = (WEIGHTED != 0 ? p.base.v[c] : 0.0) + (c == uint(label) ? own : 0.0);
                p.dx.v[first + c] = (exp32(p.x.v[first + c] - top) * factor - target) / p.over;
            }
        }
    }
}
