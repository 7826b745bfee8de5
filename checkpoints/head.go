package checkpoints

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/tasks"
)

// HeadFor is the head that a task needs.
func HeadFor(t *tasks.Task) models.Head {
	switch t.Kind {
	case tasks.Regress:
		return models.Head{Kind: models.SequenceHead, Labels: 1}
	case tasks.Tag:
		return models.Head{Kind: models.TokenHead, Labels: len(t.Labels)}
	}
	return models.Head{Kind: models.SequenceHead, Labels: len(t.Labels)}
}

// labelNames are the labels as config.json names them; a regression has one.
func labelNames(t *tasks.Task) []string {
	if t.Kind == tasks.Regress {
		return []string{"LABEL_0"}
	}
	return t.Labels
}

// keepsHead reports whether a checkpoint has the task's own head: its class is
// the head's, and its labels are the task's, or only numbered and as many.
func keepsHead(c *hf.Config, t *tasks.Task) bool {
	class := "ForSequenceClassification"
	if t.Kind == tasks.Tag {
		class = "ForTokenClassification"
	}
	if len(c.Architectures) == 0 || !strings.HasSuffix(c.Architectures[0], class) {
		return false
	}
	want := labelNames(t)
	return slices.Equal(c.Labels, want) || len(c.Labels) == len(want) && Numbered(c.Labels)
}

// Numbered reports whether labels have no names but LABEL_0, LABEL_1 and so on.
func Numbered(labels []string) bool {
	for i, l := range labels {
		if l != fmt.Sprintf("LABEL_%d", i) {
			return false
		}
	}
	return true
}
