package positions

// Distances say which row of a table belongs to each query and key of a
// sequence: Rows[At[i]-j+Zero] - First for query i and key j, where At are the
// queries' positions among the keys.
type Distances struct {
	Rows  []int32 // by distance, from -Zero on
	Zero  int
	At    []int32 // of each query
	First int32   // the row that the tables begin with
}

// row returns the table's rows of query i's keys, the last key's first.
func (d *Distances) row(i, keys int) []int32 {
	end := int(d.At[i]) + d.Zero + 1
	return d.Rows[end-keys : end]
}

// AddByQuery adds by·x[i, row of query i and key j] to s[i, j]: s is
// [queries, keys], x [queries, width]. On the calling goroutine.
func (d *Distances) AddByQuery(s, x []float32, by float32, keys, width int) {
	for i := range d.At {
		to, from := s[i*keys:(i+1)*keys], x[i*width:(i+1)*width]
		rows := d.row(i, keys)
		for j := range to {
			to[j] += by * from[rows[keys-1-j]-d.First]
		}
	}
}

// AddByKey is AddByQuery of x[j, row], x [keys, width].
func (d *Distances) AddByKey(s, x []float32, by float32, keys, width int) {
	for i := range d.At {
		to := s[i*keys : (i+1)*keys]
		rows := d.row(i, keys)
		for j := range to {
			to[j] += by * x[j*width+int(rows[keys-1-j]-d.First)]
		}
	}
}

// AddByQueryGrad writes to dx, [queries, width], the gradient of AddByQuery's x
// from that of its s.
func (d *Distances) AddByQueryGrad(dx, ds []float32, by float32, keys, width int) {
	clear(dx)
	for i := range d.At {
		to, from := dx[i*width:(i+1)*width], ds[i*keys:(i+1)*keys]
		rows := d.row(i, keys)
		for j, v := range from {
			to[rows[keys-1-j]-d.First] += by * v
		}
	}
}

// AddByKeyGrad writes to dx, [keys, width], the gradient of AddByKey's x from
// that of its s.
func (d *Distances) AddByKeyGrad(dx, ds []float32, by float32, keys, width int) {
	clear(dx)
	for i := range d.At {
		rows := d.row(i, keys)
		for j, v := range ds[i*keys : (i+1)*keys] {
			dx[j*width+int(rows[keys-1-j]-d.First)] += by * v
		}
	}
}
