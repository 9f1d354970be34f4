package rules

import (
	"strings"
	"testing"

	"tregua/policy"
)

// TestJudgeAllocates: judging costs one allocation, the trail, and one more for
// a note that names a time.
func TestJudgeAllocates(t *testing.T) {
	p, err := policy.New(Table(), profile(t, "it-code"))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{
		"ground=directory", "ground=consent", "registry=opposed", "blacklist=unknown", "reading=emergency",
		"bar=2026-11-10T10:00", "bar=2026-11-18T10:00", "ground=none", "service=yes ground=none registry=opposed",
		"registry=opposed contract=2025-01-01T00:00", "listed=2026-11-01T10:00 request=2026-11-19T10:00 hold=2026-11-10T10:00",
		"ground=consent consent=2024-01-01T10:00 end_months=24 refusal=2023-01-01T10:00", "contract=unknown registry=absent",
		"zone=Atlantic/Canary+Europe/Madrid", "zone=Europe/Rome+Pacific/Honolulu",
	} {
		s := plain(t)
		for w := range strings.FieldsSeq(word) {
			if err := s.set(w); err != nil {
				t.Fatal(err)
			}
		}
		want := 1.0
		if s.facts.Bar.Until.After(s.attempt.At) {
			want = 2
		}
		if n := testing.AllocsPerRun(100, func() { p.Judge(&s.attempt, &s.facts) }); n != want {
			t.Errorf("%s: %v allocations", word, n)
		}
	}
}

func BenchmarkTable(b *testing.B) {
	for b.Loop() {
		Table()
	}
}

func BenchmarkJudge(b *testing.B) {
	code, err := readProfile("it-code")
	if err != nil {
		b.Fatal(err)
	}
	p, err := policy.New(Table(), code)
	if err != nil {
		b.Fatal(err)
	}
	s, err := plainOnce()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		p.Judge(&s.attempt, &s.facts)
	}
}
