package numbers_test

import (
	"strings"
	"testing"

	"tregua/policy"
	"tregua/policy/numbers"
)

func TestReadAs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country string
		form    numbers.Form
		text    string
		want    policy.Number // 0: unreadable
	}{
		{"IT", numbers.AnyForm, "3331234567", 393331234567},
		{"IT", numbers.AnyForm, "393331234567", 393331234567},
		{"IT", numbers.AnyForm, "3901234567", 393901234567}, // a mobile number as well as +39 01234567
		{"IT", numbers.E164, "3901234567", 3901234567},
		{"IT", numbers.National, "3901234567", 393901234567},
		{"IT", numbers.E164, "+393331234567", 393331234567},
		{"IT", numbers.E164, "393331234567", 393331234567},
		{"IT", numbers.E164, "49301234567", 49301234567},
		{"IT", numbers.E164, "3331234567", 0},
		{"IT", numbers.E164, "00393331234567", 393331234567},
		{"IT", numbers.National, "333-1234567", 393331234567},
		{"IT", numbers.National, "0612345678", 390612345678},
		{"IT", numbers.National, "+393331234567", 0},
		{"IT", numbers.National, "3331234567;phone-context=+49", 0},
		{"DE", numbers.National, "030 1234567", 0}, // blanks are for who calls
		{"DE", numbers.National, "0301234567", 49301234567},
		{"DE", numbers.E164, "49301234567", 49301234567},
		{"IT", numbers.E164, "", 0},
		{"IT", numbers.National, "nobody", 0},
	} {
		got := numbers.Plan{Country: c.country}.ReadAs(c.form, c.text)
		if got.Number != c.want || (got.Reading == policy.Readable) != (c.want != 0) {
			t.Errorf("%s %d %q: %+v, want %d", c.country, c.form, c.text, got, c.want)
		}
	}
	for _, f := range []numbers.Form{numbers.AnyForm, numbers.E164, numbers.National} {
		if got := (numbers.Plan{Country: "IT"}).ReadAs(f, "112"); got.Reading != policy.Emergency {
			t.Errorf("form %d: 112 is %+v", f, got)
		}
	}
}

// FuzzDigits holds the law that the digit path says what ReadAs says, or
// nothing.
func FuzzDigits(f *testing.F) {
	for _, s := range []string{"+393331234567", "3331234567", "393331234567", "00390612345678", "0612345678", "3901234567", "112", "116117", "+44", "800123456", "+++"} {
		f.Add(uint8(0), "IT", s)
		f.Add(uint8(1), "IT", s)
		f.Add(uint8(2), "FR", s)
	}
	f.Fuzz(func(t *testing.T, form uint8, country, s string) {
		plan, as := numbers.Plan{Country: country}, numbers.Form(form%3)
		if plan.Validate() != nil || strings.ToUpper(country) != country {
			return
		}
		fast, ok := plan.Digits(as, s)
		if ok != (fast.Reading == policy.Readable) {
			t.Fatalf("ok %v of %+v", ok, fast)
		}
		if want := plan.ReadAs(as, s); ok && fast != want {
			t.Fatalf("%s %d %q: the digit path reads %+v, the plan %+v", country, as, s, fast, want)
		}
	})
}

func TestDigitsAllocateNothing(t *testing.T) {
	plan := numbers.Plan{Country: "IT"}
	for _, s := range []string{"+393331234567", "3331234567", "390612345678"} {
		if n := testing.AllocsPerRun(100, func() {
			if _, ok := plan.Digits(numbers.AnyForm, s); !ok {
				t.Fatalf("%s is not read by the digit path", s)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", s, n)
		}
	}
}

func BenchmarkDigits(b *testing.B) {
	plan := numbers.Plan{Country: "IT"}
	b.ReportAllocs()
	for b.Loop() {
		plan.Digits(numbers.AnyForm, "+393331234567")
	}
}
