package policy

import (
	"slices"
	"strconv"
	"strings"
)

// CallerIDParams are the figures of rule callerid.
type CallerIDParams struct {
	Basis `yaml:",inline"`
	// Notified says that a number must have been notified to the register of
	// operators.
	Notified SwitchParam `yaml:"notified"`
	// Only are the ranges that may be shown, none: any; Never are those that may
	// not. A range is the first digits of E.164, without the plus.
	Only  Words `yaml:"only"`
	Never Words `yaml:"never"`
}

// Stands reports whether a caller id was registered for the parties of a: the
// call centre has it, no other principal does, and the register knows it where
// that is asked for.
func (p *CallerIDParams) Stands(c *CallerFact, a *Attempt) bool {
	return c.Known == Present && (c.ROC || !p.Notified.Value) && c.CallCentre == a.CallCentre &&
		(c.Principal == 0 || c.Principal == a.Principal)
}

// Lawful reports whether n lies in a range that may be shown.
func (p *CallerIDParams) Lawful(n Number) bool {
	var room [20]byte
	digits := string(strconv.AppendUint(room[:0], uint64(n), 10))
	begins := func(first string) bool { return strings.HasPrefix(digits, first) }
	return (len(p.Only.Value) == 0 || slices.ContainsFunc(p.Only.Value, begins)) && !slices.ContainsFunc(p.Never.Value, begins)
}

// CallCentreParams are the figures of rule callcentre: for how long after it was
// entered a call centre that is not registered is only counted.
type CallCentreParams struct {
	Basis `yaml:",inline"`
	Grace Span `yaml:"grace"`
}

// OriginParams are the figures of rule origin: the countries whose numbers a call
// centre abroad may show only by a carrier of that country.
type OriginParams struct {
	Basis     `yaml:",inline"`
	Countries Words `yaml:"countries"` // ISO 3166
}

// SectorParams are the figures of rule sector. A sector is a slug of data.yaml.
type SectorParams struct {
	Basis  `yaml:",inline"`
	Asked  Words `yaml:"asked"`  // need a request, or a consent whose purpose is the sector
	Banned Words `yaml:"banned"` // may not call at all
}

// Words is a list of words, which may be empty.
type Words struct {
	Value []string `yaml:"value"`
	Basis `yaml:",inline"`
}
