package rings

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
)

func clockOf(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func moment(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func figures() *policy.Params {
	p := &policy.Params{}
	p.Clock.Margin.Value = 5 * time.Minute
	p.Frequency.Within.Value, p.Frequency.Talk.Value = 720*time.Hour, 20*time.Second
	return p
}

// TestWindows puts one ring at each side of each edge.
func TestWindows(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, zone, now, ring string
		unsynced              bool
		today, month, useful  int
	}{
		{"the same moment", "Europe/Rome", "2026-11-20T10:00:00+01:00", "2026-11-20T10:00:00+01:00", false, 1, 1, 1},
		{"later: the clock was put back", "Europe/Rome", "2026-11-20T10:00:00+01:00", "2026-11-21T10:00:00+01:00", false, 1, 1, 1},
		{"the first second of the day", "Europe/Rome", "2026-11-20T10:00:00+01:00", "2026-11-20T00:00:00+01:00", false, 1, 1, 1},
		{"the last of the day before", "Europe/Rome", "2026-11-20T10:00:00+01:00", "2026-11-19T23:59:59+01:00", false, 0, 1, 1},
		{"the last second of the day", "Europe/Rome", "2026-11-20T23:59:59+01:00", "2026-11-20T00:00:00+01:00", false, 1, 1, 1},
		{"midnight", "Europe/Rome", "2026-11-21T00:00:00+01:00", "2026-11-20T23:59:59+01:00", false, 0, 1, 1},
		{"midnight is the person's: 23:30 in Rome", "Europe/Rome", "2026-11-20T22:45:00Z", "2026-11-20T00:30:00+01:00", false, 1, 1, 1},
		{"and 0:30 in Athens", "Europe/Athens", "2026-11-20T22:45:00Z", "2026-11-20T00:30:00+01:00", false, 0, 1, 1},
		// The clock goes forward on 29 March 2026: the day has 23 hours.
		{"a short day", "Europe/Rome", "2026-03-29T23:59:59+02:00", "2026-03-29T00:00:00+01:00", false, 1, 1, 1},
		{"before a short day", "Europe/Rome", "2026-03-29T23:00:00+02:00", "2026-03-28T23:59:59+01:00", false, 0, 1, 1},
		{"after a short day", "Europe/Rome", "2026-03-30T00:00:00+02:00", "2026-03-29T23:59:59+02:00", false, 0, 1, 1},
		// It goes back on 25 October 2026: the day has 25, and 2:30 comes twice.
		{"a long day", "Europe/Rome", "2026-10-25T23:59:59+01:00", "2026-10-25T00:00:00+02:00", false, 1, 1, 1},
		{"the hour that comes twice", "Europe/Rome", "2026-10-25T02:30:00+01:00", "2026-10-25T02:30:00+02:00", false, 1, 1, 1},
		{"before a long day", "Europe/Rome", "2026-10-25T23:30:00+01:00", "2026-10-24T23:59:59+02:00", false, 0, 1, 1},
		// In Santiago the clock goes forward at midnight: the day begins at one.
		{"a day that begins at one", "America/Santiago", "2026-09-06T01:00:00-03:00", "2026-09-05T23:59:59-04:00", false, 0, 1, 1},
		{"its first second", "America/Santiago", "2026-09-06T12:00:00-03:00", "2026-09-06T01:00:00-03:00", false, 1, 1, 1},
		// 30 times 24 hours, whatever the clock does.
		{"30 days to the second", "Europe/Rome", "2026-11-20T10:00:00Z", "2026-10-21T10:00:00Z", false, 0, 1, 1},
		{"a second longer", "Europe/Rome", "2026-11-20T10:00:01Z", "2026-10-21T10:00:00Z", false, 0, 0, 0},
		{"half a second longer: that one is not known", "Europe/Rome", "2026-11-20T10:00:00.5Z", "2026-10-21T10:00:00Z", false, 0, 1, 1},
		// A clock that is not synchronised may be five minutes fast.
		{"midnight by a doubtful clock", "Europe/Rome", "2026-11-21T00:04:59+01:00", "2026-11-20T23:00:00+01:00", true, 1, 1, 1},
		{"no doubt any more", "Europe/Rome", "2026-11-21T00:05:00+01:00", "2026-11-20T23:00:00+01:00", true, 0, 1, 1},
		{"30 days by a doubtful clock", "Europe/Rome", "2026-11-20T10:05:00Z", "2026-10-21T10:00:00Z", true, 0, 1, 1},
		{"30 days without doubt", "Europe/Rome", "2026-11-20T10:05:01Z", "2026-10-21T10:00:00Z", true, 0, 0, 0},
	} {
		a := policy.Attempt{Dialled: policy.Dialled{At: moment(t, tt.now), Synced: !tt.unsynced}}
		w := NewWindows(&a, clockOf(t, tt.zone), figures())
		var got policy.RingsFact
		w.Add(&got, Of(policy.AttemptID{1}, moment(t, tt.ring), true))
		want := policy.RingsFact{Today: tt.today, Month: tt.month, Useful: tt.useful}
		if want != (policy.RingsFact{}) {
			want.Known = policy.Present
		}
		if want.Useful > 0 {
			want.UsefulAt = moment(t, tt.ring).UTC()
		}
		if got != want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, want)
		}
	}
}

// TestWith: what is added stands there once, by time, and what is over goes.
func TestWith(t *testing.T) {
	t.Parallel()
	now := moment(t, "2026-11-20T10:00:00Z")
	first, second := Of(policy.AttemptID{15: 1}, now, false), Of(policy.AttemptID{15: 2}, now.Add(-time.Hour), false)
	r, changed := Rings(nil).With(first, now)
	r, again := r.With(second, now)
	if d := cmp.Diff(Rings{second, first}, r, cmp.AllowUnexported(Ring{})); d != "" || !changed || !again {
		t.Errorf("two rings: %t %t %s", changed, again, d)
	}
	if same, changed := r.With(first, now); changed || len(same) != 2 {
		t.Errorf("added twice: %v", same)
	}
	learned, changed := r.With(Of(policy.AttemptID{15: 1}, now, true), now)
	if !changed || len(learned) != 2 || !learned[1].Useful() || r[1].Useful() {
		t.Errorf("a contact that proved useful: %v, before %v", learned, r)
	}
	if same, changed := learned.With(first, now); changed || !same[1].Useful() {
		t.Errorf("a useful contact became useless: %v", same)
	}
	if left := learned.Without(first); len(left) != 1 || left[0] != second || len(learned) != 2 {
		t.Errorf("without the first: %v of %v", left, learned)
	}
	edge := now.Add(Keep)
	if got := r.Left(edge.Add(-time.Hour)); len(got) != 2 {
		t.Errorf("31 days later %v are left", got)
	}
	if got := r.Left(edge.Add(-time.Hour + time.Second)); len(got) != 1 {
		t.Errorf("a second later %v are left", got)
	}
	if got := r.Left(edge.Add(time.Second)); got != nil {
		t.Errorf("after all %v are left", got)
	}
	if got, _ := r.With(Of(policy.AttemptID{15: 3}, edge, false), edge); len(got) != 2 {
		t.Errorf("what is over is kept: %v", got)
	}
}

// TestMost: of one number no more is kept than any cap can ask for.
func TestMost(t *testing.T) {
	t.Parallel()
	now := moment(t, "2026-11-20T10:00:00Z")
	var r Rings
	for i := range 2 * most {
		r, _ = r.With(Of(policy.AttemptID{14: byte(i >> 8), 15: byte(i)}, now.Add(time.Duration(i)*time.Second), false), now)
	}
	if len(r) != most || !r[len(r)-1].At().Equal(now.Add((2*most-1)*time.Second)) {
		t.Errorf("%d are kept, the last of %v", len(r), r[len(r)-1].At())
	}
	if _, err := Decode(Encode(r)); err != nil {
		t.Error(err)
	}
}

func TestUseful(t *testing.T) {
	t.Parallel()
	at := moment(t, "2026-11-20T10:00:00Z")
	talked := func(d time.Duration) policy.Ending {
		return policy.Ending{
			Outcome: policy.OutcomeConnected, Line: policy.LineOperator, Ratio: policy.RatioB,
			AnsweredAt: at, OperatorAt: at.Add(time.Second), EndedAt: at.Add(time.Second + d),
		}
	}
	for name, c := range map[string]struct {
		harm func(*policy.Ending)
		want bool
	}{
		"20 seconds":               {func(*policy.Ending) {}, true},
		"a moment less":            {func(e *policy.Ending) { *e = talked(20*time.Second - 1) }, false},
		"an hour":                  {func(e *policy.Ending) { *e = talked(time.Hour) }, true},
		"nobody knows since when":  {func(e *policy.Ending) { e.OperatorAt = time.Time{} }, false},
		"a line on which none was": {func(e *policy.Ending) { e.Line = policy.LineQuiet }, false},
		"not answered":             {func(e *policy.Ending) { e.AnsweredAt = time.Time{} }, false},
		"cut off with an operator": {func(e *policy.Ending) { *e = policy.Ending{Outcome: policy.OutcomeInterrupted, Ratio: policy.RatioB} }, true},
		"cut off in the watch":     {func(e *policy.Ending) { *e = policy.Ending{Outcome: policy.OutcomeInterrupted, Ratio: policy.RatioA} }, false},
	} {
		e := talked(20 * time.Second)
		c.harm(&e)
		if got := Useful(&e, &figures().Frequency); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// FuzzDecode: what is read is written the same, and what is written is read.
func FuzzDecode(f *testing.F) {
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	f.Add(Encode(Rings{Of(policy.AttemptID{1}, at, false), Of(policy.AttemptID{15: 9}, at.Add(time.Hour), true)}))
	f.Add([]byte{version})
	f.Add([]byte{version + 1, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{version, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, value []byte) {
		r, err := Decode(value)
		if err != nil {
			return
		}
		if !slices.Equal(Encode(r), value) {
			t.Errorf("%x is read as %v and written as %x", value, r, Encode(r))
		}
	})
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"":                         "rings: no value",
		"\x02":                     "rings: version 2, this program reads 1",
		"\x01\x00":                 "rings: 2 bytes",
		"\x01\x00\x00\x00\x01\x00": "rings: 6 bytes",
		"\x01\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00": "rings: not by time",
	} {
		if r, err := Decode([]byte(value)); fmt.Sprint(err) != want {
			t.Errorf("%x: %v, %v; want %s", value, r, err, want)
		}
	}
	for _, key := range [][]byte{nil, {Space}, append([]byte{0x30}, make([]byte, 20)...)} {
		if _, _, err := ReadKey(key); err == nil {
			t.Errorf("%x is read as a key", key)
		}
	}
	index := [16]byte{1, 15: 2}
	if p, h, err := ReadKey(Key(7, index)); p != 7 || h != index || err != nil {
		t.Errorf("a key is read as %d %x, %v", p, h, err)
	}
}
