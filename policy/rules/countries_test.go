package rules

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"tregua/policy"
)

// countries are the profiles besides the one of the plain call.
var countries = [...]string{"fr", "gb", "us", "es", "de"}

// TestCountries: what the whole table says of a call by each profile, with the
// rules that it leaves out and those it has in shadow. A call centre of the country
// has the number that it shows.
func TestCountries(t *testing.T) {
	t.Parallel()
	var more []policy.Params
	for _, name := range countries {
		more = append(more, profile(t, name))
	}
	p, err := policy.New(Table(), profile(t, "it"), more...)
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]string{
		"fr": "zone=Europe/Paris number=33162123456 notified=no roc=", "gb": "zone=Europe/London notified=no roc=",
		"us": "zone=America/New_York at=2026-11-20T15:00 notified=no roc=", "es": "zone=Europe/Madrid number=34911234567 notified=no roc=",
		"de": "zone=Europe/Berlin notified=no roc=",
	}
	const consented = " ground=consent consent=2026-11-01T10:00"
	for _, tt := range []struct{ country, words, want string }{
		{"fr", "", "refuse ground.none: ground.none"},
		{"fr", consented, "allow ok"},
		{"fr", consented + " registry=unknown bar=2026-11-18T10:00", "allow ok"},
		{"fr", consented + " at=2026-11-21T11:00 refusal=2026-10-01T10:00", "refuse refusal.cooling: refusal.cooling hours.closed"},
		{"fr", consented + " number=33612345678 whose=1", "refuse callerid.range: callerid.range"},
		{"fr", consented + " sector=renovation", "refuse sector.banned: sector.banned"},
		{"fr", consented + " rings=1 before=3", "refuse frequency.attempts: frequency.attempts"},
		{"fr", consented + " list=scanned", "allow ok number.scanned"},
		{"gb", "", "allow ok"},
		{"gb", "registry=opposed", "refuse registry.opposed: registry.opposed"},
		{"gb", "registry=absent", "refuse registry.unchecked: registry.unchecked"},
		{"gb", "bar=2026-11-18T10:00 at=2026-11-20T03:00", "allow ok bar.silent operator.unpledged"},
		{"gb", "list=scanned", "refuse number.scanned: number.scanned"},
		{"us", "", "allow ok"},
		{"us", "registry=opposed", "refuse registry.opposed: registry.opposed"},
		{"us", "registry=opposed contract=2025-01-01T00:00", "refuse registry.opposed: registry.opposed"},
		{"us", "at=2026-11-20T13:59:59", "refuse hours.closed: hours.closed"},
		{"us", "mandate=absent bar=2026-11-18T10:00", "allow ok mandate.none"},
		{"es", "", "refuse ground.none: ground.none"},
		{"es", consented, "allow ok"},
		{"es", consented + " registry=opposed since=2026-11-02T10:00", "allow ok registry.opposed"},
		{"es", "contract=2020-01-01T00:00 ended=2026-01-01T00:00", "allow ok"},
		{"es", consented + " number=34612345678", "refuse callerid.range: callerid.range"},
		{"es", consented + " at=2026-11-21T12:00", "refuse hours.closed: hours.closed"},
		{"de", "", "refuse ground.none: ground.none"},
		{"de", consented + " registry=opposed", "allow ok"},
		{"de", "contract=2025-01-01T00:00", "refuse ground.none: ground.none"},
		{"de", consented + " withheld=yes", "refuse callerid.withheld: callerid.withheld"},
		{"de", consented + " at=2026-11-22T12:00 rings=3", "allow ok hours.closed frequency.attempts"},
	} {
		s := plain(t)
		for w := range strings.FieldsSeq("profile=" + tt.country + " " + at[tt.country] + " " + tt.words) {
			if err := s.set(w); err != nil {
				t.Fatal(err)
			}
		}
		s.attempt.Profile = tt.country
		if got := said(p.Judge(&s.attempt, &s.facts)); got != tt.want {
			t.Errorf("%s %s:\n\tgot  %s\n\twant %s", tt.country, tt.words, got, tt.want)
		}
	}
}

// TestEveryLawCounts moves each figure that the law of a country sets by one unit,
// and wants another answer of at least one case that names the country.
func TestEveryLawCounts(t *testing.T) {
	t.Parallel()
	table := Table().Rules()
	for _, country := range countries {
		law := profile(t, country)
		for name, move := range movesOf(reflect.TypeFor[policy.Params]()) {
			figure, way, _ := strings.Cut(name, " ")
			section, _, _ := strings.Cut(figure, ".")
			if !bindsByLaw(&law, figure) || notJudged[section] != "" || notJudged[figure] != "" || way == "none" {
				continue
			}
			before := profile(t, country)
			move(&before)
			if reflect.DeepEqual(before, law) || slices.Equal(before.CallerID.Never.Value, []string{"energy"}) {
				continue // nothing to move, or no number begins so
			}
			if !slices.ContainsFunc(table, func(r policy.Rule) bool { return changesOf(t, country, r, move) }) {
				t.Errorf("%s: %s: no case of any file has another answer", country, name)
			}
		}
	}
}

// bindsByLaw reports whether a figure of a rule that the profile asks is law.
func bindsByLaw(p *policy.Params, figure string) bool {
	section, name, _ := strings.Cut(figure, ".")
	v := fieldOf(reflect.ValueOf(p).Elem(), section)
	if slices.Contains(p.Without, section) || slices.Contains(p.Shadow, section) {
		return false
	}
	b := fieldOf(v, name)
	if b.Kind() != reflect.Struct {
		return false
	}
	basis := b.FieldByName("Binding")
	return basis.IsValid() && basis.Interface() == policy.BindingLaw
}

func fieldOf(v reflect.Value, tag string) reflect.Value {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("yaml") == tag {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

// changesOf is changes for one profile.
func changesOf(t *testing.T, country string, r policy.Rule, move func(*policy.Params)) bool {
	t.Helper()
	return slices.ContainsFunc(casesOf(t, r.Name), func(c aCase) bool {
		s := c.setting(t, nil)
		if s.params.Name != country {
			return false
		}
		move(&s.params)
		found := r.Judge(&s.params, &s.attempt, &s.facts)
		got, want := verdict(found), c.want
		if strings.Contains(want, "(") {
			got += " (" + found.Note + ")"
		}
		return got != want
	})
}
