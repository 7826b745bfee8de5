package results

// Warning is a reason to look twice at a result: a value that travels with it,
// to the manifest and from there to every table and page that shows the number.
type Warning struct {
	Code    string `json:"code"`    // stable, in the manner of numbered-labels
	Message string `json:"message"` // one sentence for people
}
