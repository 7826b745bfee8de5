// What the two shaders of products are given. Operands are plain addresses until they are
// used: not every driver keeps pointers in variables.

struct Operands {
    uvec2 a, b, c, bias, y, residual, squares, sums;
};

layout(buffer_reference, std430, buffer_reference_align = 8) readonly buffer Table { Operands v[]; };

layout(push_constant) uniform Push {
    Operands o; // with MANY, o.a is a table: a row for each of a product's factors; with PARTS see parts.glsl
    uint m, n, k, lda, ldb, ldc, ldy, ldr;
    Drop drop;
    uint part; // how much of K a workgroup sums up
    uint parts;
    uint reversed; // the last workgroup has the first one's place: see options
} p;

Operands operands(bool many, uint which) {
    if (!many) return p.o;
    Table table = Table(p.o.a);
    return table.v[which];
}
