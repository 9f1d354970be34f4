package policy

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
)

// Params returns the figures of a profile, those of the first one for no name
// or one that is not there, as [Policy.Judge] uses them. They must not be
// changed.
func (p *Policy) Params(profile string) *Params {
	params, _ := p.profile(profile)
	return params
}

// Law says what a rule rests on in a profile: the source of its section. It is ""
// for a profile that is not there, and for a rule without a section.
func (p *Policy) Law(profile, rule string) string {
	params, known := p.profile(profile)
	if !known {
		return ""
	}
	for s := range sections(params) {
		if s.name == rule {
			return basisOf(s.value).Source
		}
	}
	return ""
}

// Figure is one figure of a rule: its name in a profile, its value as it is written
// there, and where it comes from.
type Figure struct {
	Name  string
	Value string
	Basis
}

// Figures returns the figures of a rule in a profile, in the order of its section;
// nothing for a profile or a rule that is not there.
func (p *Policy) Figures(profile, rule string) (figures []Figure) {
	params, known := p.profile(profile)
	if !known {
		return nil
	}
	for s := range sections(params) {
		if s.name != rule {
			continue
		}
		for i := range s.value.NumField() {
			f := s.value.Type().Field(i)
			if value := s.value.Field(i); f.Type.Kind() == reflect.Struct && i != basisAt(s.value.Type()) && basisAt(f.Type) >= 0 {
				figures = append(figures, Figure{f.Tag.Get("yaml"), written(value.FieldByName("Value")), basisOf(value)})
			}
		}
	}
	return figures
}

// written writes a value as a profile has it.
func written(v reflect.Value) string {
	if v.Kind() == reflect.Slice {
		words := make([]string, v.Len())
		for i := range words {
			words[i] = written(v.Index(i))
		}
		return strings.Join(words, ", ")
	}
	if m, ok := reflect.TypeAssert[encoding.TextMarshaler](v); ok {
		if text, err := m.MarshalText(); err == nil {
			return string(text)
		}
	}
	return fmt.Sprint(v.Interface())
}
