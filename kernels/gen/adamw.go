package main

// adamw writes the update. with: size, β1, β2, 1-β1, 1-β2, eps, decay, scale.
func adamw(b *assembly, s isa) {
	var with [8]string
	loop(b, s, "adamw", adamwDoes, []string{"p", "m", "v", "grad"}, true, func(w *writer, _ []string) {
		for i := range with {
			with[i] = w.get()
			w.broadcast(with[i], 4*i)
		}
	}, func(w *writer, at []string) {
		g := w.load(at[3])
		w.op(mul, g, g, with[7])
		m := w.load(at[1])
		w.op(mul, m, m, with[1])
		w.fma(m, g, with[3])
		w.store(m, at[1])
		v := w.load(at[2])
		w.op(mul, v, v, with[2])
		w.op(mul, g, g, g)
		w.fma(v, g, with[4])
		w.store(v, at[2])
		w.op1(sqrt, v, v)
		w.op(add, v, v, with[5])
		w.op(mul, m, m, with[0])
		w.op(div, m, m, v)
		p := w.load(at[0])
		w.op(sub, p, p, m)
		w.op(mul, m, p, with[6])
		w.op(sub, p, p, m)
		w.store(p, at[0])
		w.drop(g, m, v, p)
	}, nil)
}

// adamwDoes is kernels.AdamWFactors.Update.
const adamwDoes = `	size, b1, b2, c1, c2, eps, decay, scale := with[:8]
	for i := range n {
		g := grad[i] * scale
		m[i] = b1*m[i] + c1*g
		v[i] = b2*v[i] + c2*(g*g)
		p[i] -= size * m[i] / (sqrt(v[i]) + eps)
		p[i] -= decay * p[i]
	}`
