// Functions whose error the specification of Vulkan leaves open, or open wide: here
// they are what package kernels computes on the CPU, within the same few ulp.
// What must not be reassociated or contracted is precise.

bool isNaN(float x) { return (floatBitsToUint(x) & 0x7fffffffu) > 0x7f800000u; }

bool isFinite(float x) { return (floatBitsToUint(x) & 0x7f800000u) != 0x7f800000u; }

#define INFINITY uintBitsToFloat(0x7f800000u)
#define NAN uintBitsToFloat(0x7fc00000u)

// Sums of squares beyond what a float holds: beside a sum of squares goes one of the
// squares of 2^-64 times the numbers, which holds for norms up to the largest float, and
// counts where the first is not finite.
const float SHRINK = 5.421010862427522e-20, STRETCH = 18446744073709551616.0; // 2^-64, 2^64

// Adds a square to both sums.
vec2 addSquare(vec2 s, float v) {
    float w = v * SHRINK;
    return vec2(fma(v, v, s.x), fma(w, w, s.y));
}

// The norm of numbers with these sums.
float normOf(vec2 s) { return isFinite(s.x) ? sqrt(s.x) : sqrt(s.y) * STRETCH; }

// Whether all numbers with these sums are finite.
bool finiteSquares(vec2 s) { return isFinite(s.x) || isFinite(s.y); }

// The inverse of a power of two from 2^-126 to 2^126, which a division may round.
float overTwoTo(float x) { return uintBitsToFloat((254u << 23) - floatBitsToUint(x)); }

float twoTo(int n) { return intBitsToFloat((n + 127) << 23); } // n from -126 to 127

// e^r - 1 and n, where x = r + n·ln2 and r is at most half of ln2 (Cephes' expf).
float expParts(float x, out int n) {
    precise float shifted = x * 1.44269504088896341 + (x < 0.0 ? -0.5 : 0.5);
    n = int(shifted);
    float f = float(n);
    precise float a = x - f * 0.693359375;
    precise float r = a - f * -2.12194440e-4;
    precise float p = 1.9875691500e-4;
    p = p * r + 1.3981999507e-3;
    p = p * r + 8.3334519073e-3;
    p = p * r + 4.1665795894e-2;
    p = p * r + 1.6666665459e-1;
    p = p * r + 5.0000001201e-1;
    p = p * r * r + r;
    return p;
}

// e^x within 2 ulp; what is below the smallest normal number is 0.
float exp32(float x) {
    if (isNaN(x)) return x;
    if (x > 88.72283) return INFINITY;
    if (x < -87.33654) return 0.0;
    int n;
    precise float p = expParts(x, n) + 1.0;
    int half_ = n >> 1; // 2^128 is no float
    p = p * twoTo(half_) * twoTo(n - half_);
    return p;
}

// log x within 2 ulp, for normal x > 0 (Cephes' logf).
float log32(float x) {
    uint bits = floatBitsToUint(x);
    int n = int(bits >> 23) - 126;
    float m = uintBitsToFloat((bits & 0x007fffffu) | 0x3f000000u); // in [1/2, 1)
    precise float r;
    if (m < 0.707106781186547524) {
        n--;
        r = m + m - 1.0;
    } else {
        r = m - 1.0;
    }
    precise float z = r * r;
    precise float p = 7.0376836292e-2;
    p = p * r - 1.1514610310e-1;
    p = p * r + 1.1676998740e-1;
    p = p * r - 1.2420140846e-1;
    p = p * r + 1.4249322787e-1;
    p = p * r - 1.6668057665e-1;
    p = p * r + 2.0000714765e-1;
    p = p * r - 2.4999993993e-1;
    p = p * r + 3.3333331174e-1;
    precise float y = p * r * z;
    float f = float(n);
    y = y + f * -2.12194440e-4;
    y = y - 0.5 * z;
    precise float s = r + y;
    s = s + f * 0.693359375;
    return s;
}

// log(1+x) for x from 0 to 1: what rounding takes from 1+x is made good.
float log1p32(float x) {
    precise float u = 1.0 + x;
    precise float d = u - 1.0;
    if (d == 0.0) return x;
    return log32(u) * (x / d);
}

// a = |v|, at most 16, q, the part of the standard normal distribution beyond a, and
// e = exp(-a²/2): see kernels.
void tail32(float v, out float a, out float q, out float e) {
    a = min(abs(v), 16.0);
    precise float h = a * a;
    // What rounding took from a² is more than an ulp of e. Dekker's product gives it,
    // for fma need not be fused.
    precise float big = 4097.0 * a;
    precise float hi = big - (big - a);
    precise float lo = a - hi;
    precise float lost = ((hi * hi - h) + 2.0 * hi * lo) + lo * lo;
    precise float x = exp32(-0.5 * h);
    x = x - 0.5 * lost * x;
    e = x;
    precise float t = 1.0 / (1.0 + 0.23334524035453796 * a);
    precise float p = -0.0676751509308815;
    p = p * t + 0.23012764751911163;
    p = p * t - 0.1755896359682083;
    p = p * t + 0.2042628675699234;
    p = p * t + 0.023603864014148712;
    p = p * t + 0.10061381012201309;
    p = p * t + 0.09147768467664719;
    p = p * t + 0.09317892044782639;
    p = p * t * x;
    q = p;
}

// The hyperbolic tangent within 3 ulp: m = exp(-2|x|) - 1 keeps its precision near 0.
float tanh32(float x) {
    if (isNaN(x)) return x;
    int n;
    precise float p = expParts(-2.0 * min(abs(x), 16.0), n);
    float s = twoTo(n);
    precise float m = p * s + (s - 1.0);
    precise float t = -m / (2.0 + m);
    return x < 0.0 ? -t : t;
}

// g = 1/(1+exp(-z)) and rest = 1-g, both within 4 ulp for z from -80 on. g stays above
// the smallest normal number, for a device may take what is below for 0.
float sigmoid32(float z, out float rest) {
    float e = isNaN(z) ? z : exp32(min(-z, 87.0));
    precise float g = 1.0 / (1.0 + e);
    rest = e * g; // nothing cancels
    return g;
}
