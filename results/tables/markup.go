package tables

import (
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"

	"github.com/lmkor/bench/results"
)

func (t *Table) latex(w io.Writer) error {
	var b strings.Builder
	b.WriteString("% needs \\usepackage{booktabs}, and a font with Hangul where there is any\n")
	fmt.Fprintf(&b, "\\begin{tabular}{%s%s}\n\\toprule\n", strings.Repeat("l", t.Left), strings.Repeat("r", len(t.Head)-t.Left))
	b.WriteString(strings.Join(apply(t.Head, latexText), " & ") + " \\\\\n\\midrule\n")
	for _, row := range t.Rows {
		var out []string
		for _, c := range row {
			text := latexText(c.whole())
			if c.Bold {
				text = "\\textbf{" + text + "}"
			}
			out = append(out, text)
		}
		b.WriteString(strings.Join(out, " & ") + " \\\\\n")
	}
	b.WriteString("\\bottomrule\n\\end{tabular}\n")
	for _, n := range append([]string{t.Title}, t.Notes...) {
		if n != "" {
			fmt.Fprintf(&b, "\n{\\footnotesize %s\\par}\n", latexText(n))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func latexText(s string) string {
	s = minus.ReplaceAllString(latexSigns.Replace(results.Plain(s)), "$1$$-$$$2")
	if s != "" && (s[0] == '[' || s[0] == '*') { // at a row's beginning an argument of the \\ before
		s = "{" + s[:1] + "}" + s[1:]
	}
	return s
}

// minus matches the sign of a negative number, which is no hyphen.
var minus = regexp.MustCompile(`(^|[\s\[])-(\d)`)

var latexSigns = strings.NewReplacer(`\`, `\textbackslash{}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`,
	"{", `\{`, "}", `\}`,
	"~", `\textasciitilde{}`, "^", `\textasciicircum{}`, "±", `$\pm$`, "–", "--", "−", `$-$`, "†", `\dag{}`,
	"≈", `$\approx$`, "∼", `$\sim$`, "§", `\S{}`, "¶", `\P{}`, "¤", `\textcurrency{}`,
	"✓", `$+$`, "✗", `$-$`, "‡", `\ddag{}`,
	"<", `\textless{}`, ">", `\textgreater{}`, "|", `\textbar{}`, `"`, `\textquotedbl{}`)

func (t *Table) html(w io.Writer) error {
	var b strings.Builder
	b.WriteString("<table>\n")
	if t.Title != "" {
		fmt.Fprintf(&b, "<caption>%s</caption>\n", htmlText(t.Title))
	}
	line := func(open string, cells []string) {
		b.WriteString("<tr>")
		for i, c := range cells {
			class := ""
			if i >= t.Left {
				class = ` class="number"`
			}
			fmt.Fprintf(&b, "<%s%s>%s</%s>", open, class, c, open)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("<thead>\n")
	head := apply(t.Head, htmlText)
	for i, u := range t.Under {
		if u != "" {
			head[i] += "<br><small>" + htmlText(u) + "</small>"
		}
	}
	line("th", head)
	b.WriteString("</thead>\n<tbody>\n")
	for _, row := range t.Rows {
		var out []string
		for _, c := range row {
			text := htmlText(c.whole())
			if c.Bold {
				text = "<strong>" + text + "</strong>"
			}
			out = append(out, text)
		}
		line("td", out)
	}
	b.WriteString("</tbody>\n</table>\n")
	for _, n := range t.Notes {
		fmt.Fprintf(&b, "<p class=\"note\">%s</p>\n", htmlText(n))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func htmlText(s string) string {
	return strings.ReplaceAll(html.EscapeString(linesOf(s, '\n')), "\n", "<br>")
}
