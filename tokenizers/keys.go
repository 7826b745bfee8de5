package tokenizers

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// keyUse is what becomes of a key of a tokenizer's files.
type keyUse int

const (
	heeded  keyUse = iota // it is read, and counts
	idle                  // it changes no token, id or offset
	refused               // it would, and is not implemented: only an empty value is taken
)

// configKeys are the keys of tokenizer_config.json that transformers reads. Of
// others it takes no notice, nor is any taken here.
var configKeys = keysOf(map[keyUse]string{
	heeded: `tokenizer_class auto_map do_lower_case strip_accents tokenize_chinese_chars clean_up_tokenization_spaces
		add_prefix_space trim_offsets keep_accents remove_space truncation_side split_special_tokens add_bos_token split_by_punct
		bos_token eos_token unk_token sep_token pad_token cls_token mask_token additional_special_tokens added_tokens_decoder`,
	idle: `model_max_length max_len max_length stride truncation_strategy padding_side pad_to_multiple_of pad_token_type_id
		chat_template save_jinja_files processor_class name_or_path special_tokens_map_file model_input_names verbose errors
		clean_text do_basic_tokenize never_split wordpieces_prefix is_split_into_words src_lang tgt_lang
		continuing_subword_prefix end_of_word_suffix initial_alphabet
		_commit_hash _from_auto _from_pipeline code_revision commit_message config device_map fast_tokenizer_files
		ignore_metadata_errors organization proxies repo_id repo_path_or_name repo_url resume_download subfolder token
		tokenizer_type trust_remote_code use_auth_token use_fast use_source_tokenizer`,
	refused: `extra_special_tokens sp_model_kwargs from_slow init_inputs vocab_file merges_file tokenizer_file gguf_file
		tokenizer_object __slow_tokenizer`,
})

// formKeys are the keys of tokenizer.json: of the whole, and of each type of
// part, with those that older versions of the library wrote.
var formKeys = map[string]map[string]keyUse{
	"": keysOf(map[keyUse]string{
		heeded: "added_tokens normalizer pre_tokenizer post_processor decoder model truncation",
		idle:   "version padding",
	}),
	"truncation":   keysOf(map[keyUse]string{heeded: "direction", idle: "max_length strategy stride"}),
	"added_tokens": keysOf(map[keyUse]string{heeded: "id content single_word lstrip rstrip normalized special"}),

	"BPE": keysOf(map[keyUse]string{
		heeded:  "vocab merges unk_token continuing_subword_prefix end_of_word_suffix fuse_unk byte_fallback ignore_merges",
		refused: "dropout",
	}),
	"Unigram":   keysOf(map[keyUse]string{heeded: "vocab unk_id byte_fallback"}),
	"WordLevel": keysOf(map[keyUse]string{heeded: "vocab unk_token"}),
	"WordPiece": keysOf(map[keyUse]string{
		heeded: "vocab unk_token continuing_subword_prefix max_input_chars_per_word prefix cleanup",
	}),

	"Sequence":       keysOf(map[keyUse]string{heeded: "normalizers pretokenizers processors decoders"}),
	"BertNormalizer": keysOf(map[keyUse]string{heeded: "clean_text handle_chinese_chars strip_accents lowercase"}),
	"NFC":            nil, "NFD": nil, "NFKC": nil, "NFKD": nil, "Lowercase": nil, "StripAccents": nil, "Nmt": nil,
	"Strip":       keysOf(map[keyUse]string{heeded: "strip_left strip_right content start stop"}),
	"Precompiled": keysOf(map[keyUse]string{heeded: "precompiled_charsmap"}),
	"Replace":     keysOf(map[keyUse]string{heeded: "pattern content"}),
	"Prepend":     keysOf(map[keyUse]string{heeded: "prepend"}),

	"BertPreTokenizer": nil, "Whitespace": nil, "WhitespaceSplit": nil,
	"ByteLevel":          keysOf(map[keyUse]string{heeded: "add_prefix_space trim_offsets use_regex"}),
	"Metaspace":          keysOf(map[keyUse]string{heeded: "replacement prepend_scheme split add_prefix_space", idle: "str_rep"}),
	"CharDelimiterSplit": keysOf(map[keyUse]string{heeded: "delimiter"}),
	"Punctuation":        keysOf(map[keyUse]string{heeded: "behavior"}),
	"Digits":             keysOf(map[keyUse]string{heeded: "individual_digits"}),
	"Split":              keysOf(map[keyUse]string{heeded: "pattern behavior invert"}),

	"BertProcessing":     keysOf(map[keyUse]string{heeded: "cls sep"}),
	"RobertaProcessing":  keysOf(map[keyUse]string{heeded: "cls sep add_prefix_space trim_offsets"}),
	"TemplateProcessing": keysOf(map[keyUse]string{heeded: "single pair special_tokens"}),

	"BPEDecoder":   keysOf(map[keyUse]string{heeded: "suffix"}),
	"ByteFallback": nil, "Fuse": nil,
}

func keysOf(lists map[keyUse]string) map[string]keyUse {
	keys := make(map[string]keyUse)
	for use, list := range lists {
		for key := range strings.FieldsSeq(list) {
			keys[key] = use
		}
	}
	return keys
}

// checkConfigKeys refuses settings of tokenizer_config.json that are not implemented.
func checkConfigKeys(b []byte) error {
	var fields map[string]json.RawMessage
	if err := unmarshal(configFile, b, &fields); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if configKeys[key] == refused && !isEmptyJSON(fields[key]) {
			return &Error{File: configFile, Msg: fmt.Sprintf("%s: %.60s: not implemented", key, fields[key])}
		}
	}
	return nil
}

// checkFormKeys refuses keys of one object of tokenizer.json, of the type of part
// or place given, that are not known, or not implemented.
func checkFormKeys(of string, b json.RawMessage) error {
	keys, ok := formKeys[of]
	if !ok {
		return nil // an unknown type, which is refused as such
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		use, known := keys[key]
		switch {
		case !known && key != "type":
			return fmt.Errorf("%s: unknown key %q", of, key)
		case use == refused && !isEmptyJSON(fields[key]):
			return fmt.Errorf("%s: %s: %.60s: not implemented", of, key, fields[key])
		}
	}
	return nil
}

// isEmptyJSON reports values that say nothing.
func isEmptyJSON(b json.RawMessage) bool {
	switch strings.TrimSpace(string(b)) {
	case "null", "false", `""`, "[]", "{}", "0", "0.0":
		return true
	}
	return false
}
