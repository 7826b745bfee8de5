package tasks

import "github.com/lmkor/bench/metrics"

// All are the seven tasks, in the report's order.
var All = []Task{
	{
		Name: "nsmc", Title: "NSMC", Kind: Classify, Labels: binary, Metric: metrics.Accuracy,
		Text: col("document"), Label: col("label"),
		Spellings: []Spelling{{"0", []string{"negative", "neg", "부정"}}, {"1", []string{"positive", "pos", "긍정"}}},
		Files:     files("ratings_train.txt", "", "ratings_test.txt"), Scored: Test,
	},
	{
		Name: "naver-ner", Title: "Naver NER", Kind: Tag, Labels: nerTags, Metric: metrics.EntityF1,
		Files: files("train.tsv", "", "test.tsv"), Scored: Test,
	},
	{
		Name: "paws", Title: "PAWS", Kind: Classify, Labels: binary, Metric: metrics.Accuracy,
		Text: col("sentence1"), Pair: col("sentence2"), Label: col("label"),
		Spellings: []Spelling{{"0", []string{"not paraphrase", "non paraphrase", "different"}}, {"1", []string{"paraphrase", "same"}}},
		Files:     files("translated_train.tsv", "dev_2k.tsv", "test_2k.tsv"), Scored: Test,
		SkipEmpty: true, Placeholder: "NS",
	},
	{
		// The reference trains on the MNLI part alone. --train takes the other one,
		// or both in one file.
		Name: "kornli", Title: "KorNLI", Kind: Classify, Metric: metrics.Accuracy,
		Labels: []string{"contradiction", "entailment", "neutral"},
		Spellings: []Spelling{{"contradiction", []string{"모순"}}, {"entailment", []string{"함의"}},
			{"neutral", []string{"중립"}}},
		Text: col("sentence1"), Pair: col("sentence2"), Label: col("gold_label"),
		Files: files("multinli.train.ko.tsv", "xnli.dev.ko.tsv", "xnli.test.ko.tsv"), Scored: Test,
		Extra: files("snli_1.0_train.ko.tsv", "", ""),
	},
	{
		Name: "korsts", Title: "KorSTS", Kind: Regress, Metric: metrics.Spearman,
		Text: col("sentence1"), Pair: col("sentence2"), Label: col("score"),
		Files: files("sts-train.tsv", "sts-dev.tsv", "sts-test.tsv"), Scored: Test,
		Range: &Range{0, 5},
	},
	{
		Name: "question-pair", Title: "Question Pair", Kind: Classify, Labels: binary, Metric: metrics.Accuracy,
		Text: col("question1"), Pair: col("question2"), Label: col("is_duplicate"), // 0: the same, 1: different
		Spellings: []Spelling{{"0", []string{"duplicate", "similar", "same"}}, {"1", []string{"not duplicate", "different"}}},
		Files:     files("train.tsv", "dev.tsv", "test.tsv"), Scored: Test,
		SkipEmpty: true,
	},
	{
		// The test file has no labels. KoELECTRA's copy of the files calls the
		// same column by another name.
		Name: "hate-speech", Title: "Hate Speech", Kind: Classify, Metric: metrics.MacroF1,
		Labels: []string{"none", "offensive", "hate"},
		Spellings: []Spelling{{"none", []string{"neither", "혐오 없음"}}, {"offensive", []string{"공격적"}},
			{"hate", []string{"혐오"}}},
		Text: col("comments", "comment"), Label: col("hate"),
		Files: files("train.tsv", "dev.tsv", ""), Scored: Dev,
	},
}

var binary = []string{"0", "1"}

// nerTags are O and the begin and inside tags of the 14 types, in the order of
// the reference's model outputs.
var nerTags = suffixTags("PER", "FLD", "AFW", "ORG", "LOC", "CVL", "DAT", "TIM", "NUM", "EVT", "ANM", "PLT", "MAT", "TRM")

func suffixTags(types ...string) []string {
	tags := []string{"O"}
	for _, t := range types {
		tags = append(tags, t+"-B", t+"-I")
	}
	return tags
}

func col(names ...string) []string { return names }

func files(train, dev, test string) (all []File) {
	for _, f := range []File{{Train, train}, {Dev, dev}, {Test, test}} {
		if f.Name != "" {
			all = append(all, f)
		}
	}
	return all
}
