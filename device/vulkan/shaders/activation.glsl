// The activations of kernels.Act, by the same formulas, and their derivatives. act is
// a specialization constant where it matters, so that one case is left.

const uint IDENTITY = 0, GELU = 1, GELU_TANH = 2, RELU = 3, SILU = 4, TANH = 5, GELU_CLIPPED = 6, LAPLACE = 7,
    LEAKY_RELU = 8, MISH = 9, QUICK_GELU = 10, RELU_SQUARED = 11, RELU6 = 12, SIGMOID = 13;

const float RSQRT_2PI = 0.39894228040143268, SQRT_2_BY_PI = 0.79788456080286536;

float gelu(float v, out float slope) {
    float a, q, e;
    tail32(v, a, q, e);
    precise float s = 0.5 - q;
    if (v < 0.0) s = -s;
    precise float d = s + 0.5 + v * e * RSQRT_2PI;
    slope = d;
    precise float y = max(v, 0.0) - a * q;
    return y;
}

float activate(uint act, float v, out float slope) {
    slope = 1.0;
    if (act == IDENTITY) return v;
    if (isNaN(v)) { // first of all: a compiler may make a maximum of a comparison, and drop it
        slope = act == RELU ? 1.0 : v;
        return v;
    }
    if (act == RELU) {
        slope = v <= 0.0 ? 0.0 : 1.0;
        return v <= 0.0 ? 0.0 : v;
    }
    float g, rest;
    switch (act) {
    case GELU:
        return gelu(v, slope);
    case GELU_TANH: {
        precise float z = 2.0 * SQRT_2_BY_PI * (v + 0.044715 * v * v * v);
        g = sigmoid32(z, rest);
        precise float d = g + v * g * rest * 2.0 * SQRT_2_BY_PI * (1.0 + 3.0 * 0.044715 * v * v);
        slope = d;
        return v * g;
    }
    case SILU: {
        g = sigmoid32(v, rest);
        precise float d = g + v * g * rest;
        slope = d;
        return v * g;
    }
    case TANH: {
        precise float t = tanh32(v);
        precise float d = 1.0 - t * t;
        slope = d;
        return t;
    }
    case GELU_CLIPPED: {
        float y = gelu(v, slope);
        if (y > 10.0) {
            slope = 0.0;
            return 10.0;
        }
        return y;
    }
    case LAPLACE: {
        precise float z = (v - 0.707107) / 0.282095;
        float a, q, e;
        tail32(z, a, q, e);
        slope = e * (RSQRT_2PI / 0.282095);
        return z > 0.0 ? 1.0 - q : q;
    }
    case LEAKY_RELU:
        slope = v <= 0.0 ? 0.01 : 1.0;
        return v <= 0.0 ? 0.01 * v : v;
    case MISH: {
        if (v > 20.0) return v;
        g = sigmoid32(v, rest);
        float w = exp32(v);
        precise float n = w * (w + 2.0); // tanh(log(1+w)) is n/(n+2)
        precise float t = n / (n + 2.0);
        precise float d = t + v * g * (1.0 + t) * 2.0 / (n + 2.0);
        slope = d;
        return v * t;
    }
    case QUICK_GELU: {
        precise float z = 1.702 * v;
        g = sigmoid32(z, rest);
        precise float d = g + 1.702 * v * g * rest;
        slope = d;
        return v * g;
    }
    case RELU_SQUARED:
        slope = v <= 0.0 ? 0.0 : 2.0 * v;
        return v <= 0.0 ? 0.0 : v * v;
    case RELU6:
        slope = v <= 0.0 || v >= 6.0 ? 0.0 : 1.0;
        return clamp(v, 0.0, 6.0);
    case SIGMOID: {
        g = sigmoid32(v, rest);
        slope = g * rest;
        return g;
    }
    }
    return v;
}
