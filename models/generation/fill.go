package generation

import (
	"reflect"
	"slices"
)

// Fields returns the names of all settings: those that are followed, that change
// nothing, and that are refused.
func Fields() []string {
	all := slices.Clone(idle)
	for name := range refused {
		all = append(all, name)
	}
	t := reflect.TypeFor[Settings]()
	for i := range t.NumField() {
		all = append(all, t.Field(i).Tag.Get("json"))
	}
	slices.Sort(all)
	return all
}

// Fill sets the options that the caller has not given to those of the settings,
// and returns the names of all that are given now. Drawing tokens by the
// settings means one beam only if the caller asks for it; else it is an error.
func (s *Settings) Fill(o *Options, given map[string]bool) (map[string]bool, error) {
	f := filler{given: given, known: map[string]bool{}}
	for name := range given {
		f.known[name] = given[name]
	}
	fill(f, "max_length", &o.MaxLength, s.MaxLength)
	fill(f, "min_length", &o.MinLength, s.MinLength)
	fill(f, "min_new_tokens", &o.MinNewTokens, s.MinNewTokens)
	fill(f, "num_beams", &o.Beams, s.NumBeams)
	fill(f, "length_penalty", &o.LengthPenalty, s.LengthPenalty)
	fill(f, "repetition_penalty", &o.RepetitionPenalty, s.RepetitionPenalty)
	fill(f, "no_repeat_ngram_size", &o.NoRepeatNgram, s.NoRepeatNgramSize)
	fill(f, "temperature", &o.Temperature, s.Temperature)
	fill(f, "top_p", &o.TopP, s.TopP)
	fill(f, "min_p", &o.MinP, s.MinP)
	fill(f, "typical_p", &o.Typical, s.TypicalP)
	fill(f, "epsilon_cutoff", &o.EpsilonCutoff, s.EpsilonCutoff)
	fill(f, "eta_cutoff", &o.EtaCutoff, s.EtaCutoff)
	asked := given["do_sample"] || given["temperature"] || given["top_k"] || given["top_p"]
	if fill(f, "do_sample", &o.Sample, s.DoSample); asked && !given["do_sample"] {
		o.Sample = true
	}
	if fill(f, "top_k", &o.TopK, s.TopK); o.Sample && !asked && s.TopK == nil {
		o.TopK = 50 // which transformers leaves out of the file
	}
	if !given["early_stopping"] && s.EarlyStopping != "" {
		o.EarlyStopping = StoppingOf(string(s.EarlyStopping))
	}
	if o.Sample && o.Beams > 1 && !given["num_beams"] {
		if !asked {
			return nil, &Error{"num_beams", "beams of a checkpoint that draws its tokens (do_sample): want num-beams 1, or sample=false"}
		}
		o.Beams = 1
	}
	s.fillRest(o)
	return f.known, nil
}

// fillRest sets what no caller gives.
func (s *Settings) fillRest(o *Options) {
	o.Renormalize, o.RemoveInvalid = s.RenormalizeLogits, s.RemoveInvalidValues
	o.SourceRepetitionPenalty, o.NoSourceNgram = s.EncoderRepetitionPenalty, s.EncoderNoRepeatNgramSize
	o.BadWords, o.Suppress, o.SuppressFirst = s.BadWordsIDs, s.SuppressTokens, s.BeginSuppressTokens
	o.ForcedStart, o.ForcedEnd = s.ForcedBOSTokenID, s.ForcedEOSTokenID
	for _, b := range s.SequenceBias {
		o.SequenceBias = append(o.SequenceBias, Bias(b))
	}
	if d := s.DecayLengthPenalty; len(d) == 2 {
		o.Decay = Decay{Start: int(*d[0]), Factor: *d[1]}
	}
}

// DefaultMaxLength is the max_length that transformers takes for a number of new
// tokens.
const DefaultMaxLength = 20

// StoppingOf is what early_stopping calls true, false or never.
func StoppingOf(name string) Stopping {
	switch name {
	case "true":
		return StopFull
	case "false":
		return StopHopeful
	}
	return Stopping(name)
}

// filler is what the caller gave and, with the settings', what is known.
type filler struct{ given, known map[string]bool }

// fill sets an option that the caller has not given to the checkpoint's.
func fill[T any](f filler, name string, to, from *T) {
	f.known[name] = f.given[name] || from != nil
	if !f.given[name] && from != nil {
		*to = *from
	}
}
