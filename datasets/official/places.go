// Package official knows where the official data files are to be had and under
// which licence, and fetches them: resumed where they were interrupted, and read
// as their task reads them before they get their name.
package official

// Place is where a task's data come from.
type Place struct {
	Task    string
	Home    string // page that describes the data
	Licence string // as the page states it
	Ask     string // why the data can't be fetched, and where to ask; none: ""
	Archive string // URL of a .tar.gz that holds the files; none: each has its own URL
	Files   []File
}

// File is one official file.
type File struct {
	Split string
	Name  string // below the task's folder
	From  string // URL, or name within the archive
	Rows  int    // as the data's authors count them; 0: not known
	Sum   string // SHA-256 of the file as it was published; not known, or may be published anew: ""
	Extra bool   // of the release, and not used by the recipe
}

const (
	raw     = "https://raw.githubusercontent.com/"
	nsmc    = raw + "e9t/nsmc/master/"
	korNLU  = raw + "kakaobrain/kor-nlu-datasets/master/"
	hate    = raw + "kocohub/korean-hate-speech/master/labeled/"
	pairs   = raw + "monologg/KoELECTRA/master/finetune/data/question-pair/"
	paws    = "https://storage.googleapis.com/paws/pawsx/x-final.tar.gz"
	inPaws  = "x-final/ko/"
	ccBySa4 = "CC BY-SA 4.0, https://creativecommons.org/licenses/by-sa/4.0/"
)

// Places are those of the seven tasks, in the report's order.
var Places = []Place{
	{
		Task: "nsmc", Home: "https://github.com/e9t/nsmc", Licence: "CC0 1.0, https://creativecommons.org/publicdomain/zero/1.0/",
		Files: []File{
			{Split: "train", Name: "ratings_train.txt", From: nsmc + "ratings_train.txt", Rows: 150000},
			{Split: "test", Name: "ratings_test.txt", From: nsmc + "ratings_test.txt", Rows: 50000},
		},
	},
	{
		Task: "naver-ner", Home: "https://github.com/naver/nlp-challenge",
		Licence: "for the NAVER NLP Challenge 2018, not to be passed on",
		Ask: "the data of the NAVER NLP Challenge 2018 may not be passed on: ask for them at " +
			"https://github.com/naver/nlp-challenge",
		Files: []File{
			{Split: "train", Name: "train.tsv"},
			{Split: "test", Name: "test.tsv"},
		},
	},
	{
		Task: "paws", Home: "https://github.com/google-research-datasets/paws/tree/master/pawsx",
		Licence: "may be freely used for any purpose, as is; Google LLC asks to be named as the source",
		Archive: paws,
		Files: []File{
			{Split: "train", Name: "translated_train.tsv", From: inPaws + "translated_train.tsv", Rows: 49401},
			{Split: "dev", Name: "dev_2k.tsv", From: inPaws + "dev_2k.tsv", Rows: 2000,
				Sum: "ec6f963972f61f50b164bcf62c8ee06e6565c365d871d14d85e08f398d402b99"},
			{Split: "test", Name: "test_2k.tsv", From: inPaws + "test_2k.tsv", Rows: 2000,
				Sum: "45bb61a9cda953047f4d0628f02555fef2d0c0b5dc05787be3e2c16965a2eef8"},
		},
	},
	{
		Task: "kornli", Home: "https://github.com/kakaobrain/kor-nlu-datasets", Licence: ccBySa4,
		Files: []File{
			{Split: "train", Name: "multinli.train.ko.tsv", From: korNLU + "KorNLI/multinli.train.ko.tsv", Rows: 392702},
			{Split: "dev", Name: "xnli.dev.ko.tsv", From: korNLU + "KorNLI/xnli.dev.ko.tsv", Rows: 2490},
			{Split: "test", Name: "xnli.test.ko.tsv", From: korNLU + "KorNLI/xnli.test.ko.tsv", Rows: 5010},
			{Split: "train", Name: "snli_1.0_train.ko.tsv", From: korNLU + "KorNLI/snli_1.0_train.ko.tsv", Rows: 550152, Extra: true},
		},
	},
	{
		Task: "korsts", Home: "https://github.com/kakaobrain/kor-nlu-datasets", Licence: ccBySa4,
		Files: []File{
			{Split: "train", Name: "sts-train.tsv", From: korNLU + "KorSTS/sts-train.tsv", Rows: 5749},
			{Split: "dev", Name: "sts-dev.tsv", From: korNLU + "KorSTS/sts-dev.tsv", Rows: 1500},
			{Split: "test", Name: "sts-test.tsv", From: korNLU + "KorSTS/sts-test.tsv", Rows: 1379},
		},
	},
	{
		Task: "question-pair", Home: "https://github.com/songys/Question_pair",
		Licence: "none is stated: ask the authors before you pass it on",
		Files: []File{ // in the split that the published tables used, of KoELECTRA
			{Split: "train", Name: "train.tsv", From: pairs + "train.tsv", Rows: 6136,
				Sum: "addf4c88b19066ad55a09f466c5c3f6428b3f2bd5d55100d3ca5b93d9d8daff9"},
			{Split: "dev", Name: "dev.tsv", From: pairs + "dev.tsv", Rows: 682,
				Sum: "3928c783f561f36547fd8e0c9d78a6e1d6013db3debcf559c4135aa5536badea"},
			{Split: "test", Name: "test.tsv", From: pairs + "test.tsv", Rows: 758,
				Sum: "0d5738107ea3742de4dcaf3a358b6bfa4818781bc6aec11a9956a3fbe35f8b61"},
		},
	},
	{
		Task: "hate-speech", Home: "https://github.com/kocohub/korean-hate-speech", Licence: ccBySa4,
		Files: []File{
			{Split: "train", Name: "train.tsv", From: hate + "train.tsv", Rows: 7896},
			{Split: "dev", Name: "dev.tsv", From: hate + "dev.tsv", Rows: 471},
		},
	},
}

// Find returns the place of a task's data, nil if it has none.
func Find(task string) *Place {
	for i := range Places {
		if Places[i].Task == task {
			return &Places[i]
		}
	}
	return nil
}
