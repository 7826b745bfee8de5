// Four neighbours of a row of x, zeros beyond the edges.
vec4 load4(uvec2 x, bool vec, uint row, uint col, uint ld, uint rows, uint cols) {
    if (row >= rows || col >= cols) return vec4(0);
    uint at = row * ld + col;
    if (vec && col + 4 <= cols) return Vec4s(x).v[at / 4];
    vec4 r = vec4(Floats(x).v[at], 0, 0, 0);
    if (col + 1 < cols) r.y = Floats(x).v[at + 1];
    if (col + 2 < cols) r.z = Floats(x).v[at + 2];
    if (col + 3 < cols) r.w = Floats(x).v[at + 3];
    return r;
}
