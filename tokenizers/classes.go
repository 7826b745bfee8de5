package tokenizers

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// class is a tokenizer class of transformers that is implemented here. It
// decides which of a directory's files are read, and how.
type class struct {
	name  string   // as tokenizer_class has it, without the Fast at its end
	types []string // model types of config.json that mean this class where no file names one
	json  bool     // tokenizer.json is read where it is there
	files []string // what is read otherwise, all of it; of a|b the first that is there
	load  func(s *source, conf *config) (*Tokenizer, error)
}

// classes are all that are implemented, by the rules of transformers 4.57.1.
var classes = []class{
	{"BertTokenizer", []string{"bert", "ernie", "megatron-bert", "nezha", "qdqbert"}, true, []string{vocabFile}, loadBert},
	{"ElectraTokenizer", []string{"electra"}, true, []string{vocabFile}, loadBert},
	{"DistilBertTokenizer", []string{"distilbert"}, true, []string{vocabFile}, loadBert},
	{"ConvBertTokenizer", []string{"convbert"}, true, []string{vocabFile}, loadBert},
	{"MobileBertTokenizer", []string{"mobilebert"}, true, []string{vocabFile}, loadBert},
	{"FunnelTokenizer", []string{"funnel"}, true, []string{vocabFile}, loadBert},
	{"GPT2Tokenizer", []string{"gpt2", "gpt_bigcode", "gpt_neo", "gptj"}, true, []string{bpeVocabFile, mergesFile}, loadBPE},
	{"RobertaTokenizer", []string{"roberta", "roberta-prelayernorm", "data2vec-text", "ibert"}, true,
		[]string{bpeVocabFile, mergesFile}, loadBPE},
	{"AlbertTokenizer", []string{"albert"}, true, []string{albertFile}, loadAlbert},
	{"XLMRobertaTokenizer", []string{"xlm-roberta", "xlm-roberta-xl", "xmod"}, true, []string{xlmrFile}, loadXLMR},
	{"DebertaV2Tokenizer", []string{"deberta-v2"}, true, []string{debertaFile}, loadDeberta},
	{"PreTrainedTokenizer", []string{"modernbert"}, true, nil, nil},
	{"KoBertTokenizer", nil, false, []string{kobertFile + "|" + albertFile}, loadKoBERT},
	{"HanBertTokenizer", nil, false, []string{hanbertFile}, loadHanBERT},
}

// classNames are the names that tokenizer_class and LoadOptions.Class may have.
func classNames() []string {
	var names []string
	for _, c := range classes {
		names = append(names, c.name)
	}
	slices.Sort(names)
	return names
}

// classNamed returns the class of a name, with or without Fast at its end; nil
// if there is none. KoBERT's has been spelt in several ways.
func classNamed(name string) *class {
	name = strings.TrimSuffix(name, "Fast")
	for i, c := range classes {
		if c.name == name || strings.EqualFold(name, "KoBertTokenizer") && c.name == "KoBertTokenizer" {
			return &classes[i]
		}
	}
	return nil
}

// classOfType returns the class that a model type has in transformers, nil if
// it is none of those implemented.
func classOfType(modelType string) *class {
	for i, c := range classes {
		if slices.Contains(c.types, modelType) {
			return &classes[i]
		}
	}
	return nil
}

// ClassError is a tokenizer class that is not implemented.
type ClassError struct {
	File  string // that names it, "" if LoadOptions do
	Field string // tokenizer_class, auto_map or model_type
	Name  string
}

func (e *ClassError) Error() string {
	s := fmt.Sprintf("%s %q: a tokenizer that is not implemented", e.Field, e.Name)
	switch {
	case e.Field == "auto_map":
		s = fmt.Sprintf("%s %q: the directory's own code is not run", e.Field, e.Name)
	case e.File == "":
		return fmt.Sprintf("%s: want one of %s", s, strings.Join(classNames(), ", "))
	}
	if e.File != "" {
		s = e.File + ": " + s
	}
	return fmt.Sprintf("%s; to have the files read as another class's, give --tokenizer-class one of %s",
		s, strings.Join(classNames(), ", "))
}

// classOf decides the class of a directory: what the caller asks for, or what
// the files name, or what the model type means, or, where nothing is said, what
// the files are. It is nil for a lone tokenizer.json or SentencePiece model,
// which is then the whole tokenizer.
func (s *source) classOf(conf *config, opt LoadOptions) (*class, error) {
	if opt.Class != "" {
		if c := classNamed(opt.Class); c != nil {
			return c, nil
		}
		return nil, &ClassError{Field: "tokenizer class", Name: opt.Class}
	}
	if own := conf.ownCode(); own != "" {
		_, name, _ := strings.Cut(own[strings.LastIndex(own, "--")+1:], ".")
		if c := classNamed(name); c != nil {
			return c, nil
		}
		return nil, &ClassError{conf.autoMapFile, "auto_map", own}
	}
	if conf.Class != "" {
		if c := classNamed(conf.Class); c != nil {
			return c, nil
		}
		return nil, &ClassError{conf.classFile, "tokenizer_class", conf.Class}
	}
	switch { // files that no other class has
	case s.contains(hanbertFile):
		return classNamed("HanBertTokenizer"), nil
	case s.contains(kobertFile):
		return classNamed("KoBertTokenizer"), nil
	}
	if conf.modelType != "" {
		c := classOfType(conf.modelType)
		switch {
		case c != nil && (s.missing(c) == "" || !s.contains(vocabFile)):
			return c, nil
		case c == nil && !s.onlyVocab():
			return nil, &ClassError{modelConfig, "model_type", conf.modelType}
		}
		return classNamed("BertTokenizer"), nil // as the ALBERT and the GPT of the LMkor project are to be read
	}
	return s.classOfFiles(conf)
}

// classOfFiles decides by the files alone, where none says what they are.
func (s *source) classOfFiles(conf *config) (*class, error) {
	sp := s.spModels()
	switch {
	case s.contains(jsonFile) && conf.read:
		return classNamed("PreTrainedTokenizer"), nil
	case s.contains(jsonFile):
		return nil, nil
	case s.contains(vocabFile) && len(sp) > 0:
		return nil, s.undecided(vocabFile + " and " + sp[0] + ": no file tells which is the tokenizer's")
	case s.contains(vocabFile):
		return classNamed("BertTokenizer"), nil
	case len(sp) > 0 && conf.read:
		return nil, s.undecided(sp[0] + ": neither tokenizer_class nor model_type tells what is to be made of it")
	case len(sp) > 0:
		return nil, nil
	case s.contains(bpeVocabFile) && s.contains(mergesFile):
		return classNamed("GPT2Tokenizer"), nil
	}
	return nil, &Error{File: s.dir, Err: errNoFiles}
}

// undecided is the error for files that could be of several classes.
func (s *source) undecided(why string) error {
	return &Error{File: s.dir, Msg: fmt.Sprintf("%s; name its class with --tokenizer-class, one of %s",
		why, strings.Join(classNames(), ", "))}
}

// missing returns the first file that c needs and s lacks, "" if there is none.
func (s *source) missing(c *class) string {
	if c.json && s.contains(jsonFile) {
		return ""
	}
	for _, names := range c.files {
		if s.first(names) == "" {
			return strings.Split(names, "|")[0]
		}
	}
	if len(c.files) == 0 {
		return jsonFile
	}
	return ""
}

// first returns the first of the names, which | parts, that is there.
func (s *source) first(names string) string {
	for name := range strings.SplitSeq(names, "|") {
		if s.contains(name) {
			return name
		}
	}
	return ""
}

// onlyVocab reports whether vocab.txt is all there is of a tokenizer.
func (s *source) onlyVocab() bool {
	return s.contains(vocabFile) && !s.contains(jsonFile) && !s.contains(bpeVocabFile) && len(s.spModels()) == 0
}

// overrule writes the class that the caller asked for into the files to be
// saved, so that what is saved is read in the same way.
func (s *source) overrule(c *class) error {
	fields := make(map[string]any)
	if b := s.files[configFile]; b != nil {
		if err := unmarshal(configFile, b, &fields); err != nil {
			return err
		}
	}
	delete(fields, "auto_map")
	fields["tokenizer_class"] = c.name
	if c.name == "PreTrainedTokenizer" {
		fields["tokenizer_class"] = "PreTrainedTokenizerFast"
	}
	s.files[configFile] = indented(maps.Clone(fields))
	return nil
}
