package policy

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// more returns a mistake when a figure must be longer than nothing and is not.
func (s Span) more(figure string) (errs []error) {
	if s.Value <= 0 {
		errs = append(errs, wrong(figure, "must be longer than nothing"))
	}
	return errs
}

func (p ClockParams) senses() []error { return p.Margin.more("margin") }

func (p RegistryParams) senses() []error {
	errs := p.ValidFor.more("valid_for")
	if v := p.ConsentOverOpposition.Value; v < OverFirst || v > OverNever {
		errs = append(errs, wrong("consent_over_opposition", "missing"))
	}
	return errs
}

func (h HoursParams) idle() bool { return !h.Enforce }

func (h HoursParams) senses() (errs []error) {
	if h.Zone == "" {
		errs = append(errs, wrong("zone", "missing"))
	}
	open := 0
	for _, w := range []Windows{h.Weekday, h.Saturday, h.Sunday, h.Eve, h.Holiday} {
		open += len(w.Value)
	}
	if open == 0 {
		errs = append(errs, wrong("", "no window on any day; nothing could ever be called"))
	}
	return errs
}

func (p BarParams) senses() (errs []error) {
	if p.Zone == (Zone{}) {
		errs = append(errs, wrong("zone", "missing; use a zone like Europe/Rome"))
	}
	if p.Days.Value < 0 || p.AtLeast.Value < 0 {
		errs = append(errs, wrong("", "days and at_least must not be negative"))
	}
	if v := p.Scope.Value; v < ScopeParties || v > ScopePlatform {
		errs = append(errs, wrong("scope", "missing"))
	}
	return errs
}

func (p OperatorParams) senses() (errs []error) {
	if p.Months.Value < 0 {
		errs = append(errs, wrong("months", "must not be negative"))
	}
	return errs
}

func (p SilentParams) senses() []error {
	errs := p.Limit.more("limit")
	if v := p.HungUp.Value; v < HungUpApart || v > HungUpSilent {
		errs = append(errs, wrong("hung_up", "missing"))
	}
	return errs
}

func (p CallerIDParams) senses() (errs []error) {
	for _, figure := range []struct {
		name   string
		ranges []string
	}{{"only", p.Only.Value}, {"never", p.Never.Value}} {
		for _, first := range figure.ranges {
			if first == "" || strings.Trim(first, "0123456789") != "" || first[0] == '0' {
				errs = append(errs, wrong(figure.name, "write the first digits of E.164 without the plus, as 336; not "+strconv.Quote(first)))
			}
		}
	}
	return errs
}

func (p CallCentreParams) senses() (errs []error) {
	if p.Grace.Value < 0 {
		errs = append(errs, wrong("grace", "must not be negative"))
	}
	return errs
}

func (p OriginParams) senses() (errs []error) {
	for _, c := range p.Countries.Value {
		errs = append(errs, aCountry(".countries", c)...)
	}
	return errs
}

// aCountry returns a mistake when c is no code of ISO 3166.
func aCountry(figure, c string) (errs []error) {
	if len(c) != 2 || c != strings.ToUpper(c) {
		errs = append(errs, errors.New(figure+": write two capital letters of ISO 3166, as IT; not "+strconv.Quote(c)))
	}
	return errs
}

func (p SectorParams) senses() (errs []error) {
	for _, s := range p.Asked.Value {
		if slices.Contains(p.Banned.Value, s) {
			errs = append(errs, wrong("asked", strconv.Quote(s)+" is banned too"))
		}
	}
	return errs
}
