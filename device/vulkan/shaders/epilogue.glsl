// What finishes a product: see device.Epilogue. Included by shaders whose push block p
// has bias, y, residual, n, ldc, ldy, ldr and drop.

layout(constant_id = 0) const uint ACT = 0;
layout(constant_id = 1) const uint FLAGS = 0;

const uint BIAS = 1, SLOPE = 2, APART = 4, DROP = 8, RESIDUAL = 16, ACC = 32, SQUARES = 64, VEC_A = 128, VEC_B = 256,
    VEC_C = 512, SPLIT = 1024, TRANS_A = 2048, TRANS_B = 4096, MANY = 8192, SUMS = 16384, ACC_SUMS = 32768,
    TIMES = 65536, // by what residual points to
    SUMS_B = 131072, // the sums are those of columns of op(B)
    PARTS = 262144; // K is split: see parts.glsl

bool has(uint flag) { return (FLAGS & flag) != 0; }

// Writes four neighbours of C from row r, column c on, as many as there are: sum is
// the product, and what C held too. It returns the sums of the squares of what is
// written to C: see addSquare.
vec2 finish4(Operands o, uint r, uint c, vec4 sum) {
    uint have = min(4, p.n - c);
    uint at = r * p.ldc + c;
    bool whole = has(VEC_C) && have == 4;
    if (has(ACC)) {
        if (whole) {
            sum += Vec4s(o.c).v[at / 4];
        } else {
            for (uint j = 0; j < have; j++) sum[j] += Floats(o.c).v[at + j];
        }
    }
    vec4 y = vec4(0), slope = vec4(0);
    [[unroll]] for (uint j = 0; j < 4; j++) {
        if (j >= have) continue;
        float z = sum[j], d;
        if (has(BIAS)) z += Floats(o.bias).v[c + j];
        float v = activate(ACT, z, d);
        if (has(DROP)) v = dropped(p.drop, r * p.n + c + j, v);
        if (has(TIMES)) v *= Floats(o.residual).v[r * p.ldr + c + j];
        if (has(RESIDUAL)) v += Floats(o.residual).v[r * p.ldr + c + j];
        y[j] = v;
        slope[j] = d;
    }
    vec4 left = has(SLOPE) ? slope : y;
    if (has(SLOPE) || !has(APART)) {
        if (whole) {
            Vec4s(o.c).v[at / 4] = left;
        } else {
            for (uint j = 0; j < have; j++) Floats(o.c).v[at + j] = left[j];
        }
    }
    if (has(APART)) {
        uint to = r * p.ldy + c;
        if (whole) {
            Vec4s(o.y).v[to / 4] = y;
        } else {
            for (uint j = 0; j < have; j++) Floats(o.y).v[to + j] = y[j];
        }
    }
    vec2 s = vec2(0.0);
    if (has(SQUARES)) for (uint j = 0; j < have; j++) s = addSquare(s, left[j]);
    return s;
}

// Where the sums of parts of K begin among floats that hold the parts of C first.
uint sumsBehind() { return p.parts * p.m * ((p.n + 3) / 4) * 4; }

// Leaves the sum of row r of op(A), or of a column of op(B), or of a part of it.
void putSum(Operands o, uint r, uint part, float s) {
    if (has(SPLIT)) {
        Floats(o.c).v[sumsBehind() + part * (has(SUMS_B) ? p.n : p.m) + r] = s;
        return;
    }
    if (has(ACC_SUMS)) s += Floats(o.sums).v[r];
    Floats(o.sums).v[r] = s;
}
