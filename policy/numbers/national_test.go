package numbers

import (
	"testing"

	"tregua/policy"
)

func TestNational(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country string
		number  policy.Number
		want    string
	}{
		{"IT", 393331234567, "3331234567"},
		{"IT", 390612345678, "0612345678"},
		{"IT", 39800123456, "800123456"},
		{"IT", 33142685300, "+33142685300"},
		{"IT", 390669812345, "0669812345"}, // the Vatican's, in the plan of Rome
		{"FR", 33142685300, "0142685300"},
		{"FR", 393331234567, "+393331234567"},
		{"US", 12125550123, "2125550123"},
		{"GB", 442079460018, "02079460018"},
	} {
		if got := (Plan{Country: c.country, Strip: "9", Prefixes: []string{"0"}}).National(c.number); got != c.want {
			t.Errorf("%s in %s is %s, want %s", c.number, c.country, got, c.want)
		}
	}
}

// FuzzNational holds the law that what is written is read again.
func FuzzNational(f *testing.F) {
	for _, s := range []string{"3331234567", "+390612345678", "0142685300", "+442079460018", "2125550123", "800123456", "+39112345678"} {
		for c := range uint8(5) {
			f.Add(s, c)
		}
	}
	countries := []string{"IT", "FR", "US", "VA", "GB"}
	f.Fuzz(func(t *testing.T, s string, c uint8) {
		p := Plan{Country: countries[int(c)%len(countries)]}
		r := p.Read(digits(s))
		if r.Reading != policy.Readable {
			return
		}
		written := p.National(r.Number)
		if again := p.Read(written); again.Number != r.Number {
			t.Errorf("%s in %s: %s is written %s and read as %s", s, p.Country, r.Number, written, again.Number)
		}
	})
}
