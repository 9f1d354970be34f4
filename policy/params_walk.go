package policy

import (
	"errors"
	"fmt"
	"iter"
	"reflect"
)

// section is one section of the figures: a field of [Params] by its name in a
// profile.
type section struct {
	name  string
	value reflect.Value // a struct that embeds a Basis; it can be set
}

// senses is a section, or a figure, that can tell what of it makes no sense. Each
// mistake begins with the name of the figure.
type senses interface{ senses() []error }

// idle is a section whose figures need no basis as long as it is not in use.
type idle interface{ idle() bool }

var basisType = reflect.TypeFor[Basis]()

// sections yields the sections of p in the order of the type.
func sections(p *Params) iter.Seq[section] {
	return func(yield func(section) bool) {
		v := reflect.ValueOf(p).Elem()
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.Type.Kind() == reflect.Struct && !yield(section{f.Tag.Get("yaml"), v.Field(i)}) {
				return
			}
		}
	}
}

// basisOf returns the basis that a section or figure embeds.
func basisOf(v reflect.Value) Basis {
	b, _ := reflect.TypeAssert[Basis](v.FieldByIndex(v.Type().Field(basisAt(v.Type())).Index))
	return b
}

// basisAt returns which field of a struct is its basis, -1: it has none.
func basisAt(t reflect.Type) int {
	for i := range t.NumField() {
		if f := t.Field(i); f.Anonymous && f.Type == basisType {
			return i
		}
	}
	return -1
}

// mistakes returns what is wrong with a section or figure and those in it.
func mistakes(name string, v reflect.Value) (errs []error) {
	if v.Kind() != reflect.Struct || basisAt(v.Type()) < 0 {
		return nil
	}
	if err := basisOf(v).validate(); err != nil {
		errs = append(errs, fmt.Errorf("%s: %w", name, err))
	}
	if s, ok := reflect.TypeAssert[idle](v); ok && s.idle() {
		return errs
	}
	for i := range v.NumField() {
		if tag := v.Type().Field(i).Tag.Get("yaml"); i != basisAt(v.Type()) {
			errs = append(errs, mistakes(name+"."+tag, v.Field(i))...)
		}
	}
	if s, ok := reflect.TypeAssert[senses](v); ok {
		for _, err := range s.senses() {
			errs = append(errs, fmt.Errorf("%s%w", name, err))
		}
	}
	return errs
}

// wrong says that a figure of a section makes no sense; "" is the section itself.
func wrong(figure, what string) error {
	if figure != "" {
		figure = "." + figure
	}
	return errors.New(figure + ": " + what)
}
