package desk

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store/memory"
)

// asked is the change of a person who asked to be called: see view.Person.
func asked(n policy.Number) Change {
	return Change{Principal: 1, Number: n, At: start.Add(-time.Hour), Row: true}
}

// requested reports whether a request is on file for the number of an attempt.
func (l *life) requested(q Ask) policy.Known {
	look := &Look{Attempt: q.Attempt, Index: q.Index}
	l.put(q.Attempt.At, look)
	return look.Facts.Request.Known
}

// TestARequestIsServedOnce ends calls to a person who asked for one, and kills
// the node at each moment.
func TestARequestIsServedOnce(t *testing.T) {
	t.Parallel()
	const person = 393330000009
	q := dial(1, person, start, policy.Preview)
	early := spoken(q)
	early.Ending.AnsweredAt = start.Add(-2 * time.Hour)
	up := func(watching bool) ledger.Entry {
		u := policy.Up{AnsweredAt: start.Add(2 * time.Second), Watch: policy.WatchEnforce, Watching: watching}
		return ledger.Entry{Kind: ledger.Up, ID: q.Attempt.ID, Up: u}
	}
	for name, c := range map[string]struct {
		end  func(l *life)
		want policy.Known // after a crash
	}{
		"before the answer":         {func(*life) {}, policy.Present},
		"nobody answered":           {func(l *life) { l.write(start, l.put(start, unanswered(q))...) }, policy.Present},
		"a silent call":             {func(l *life) { l.write(start, l.put(start, silent(q, policy.WatchEnforce))...) }, policy.Present},
		"an operator spoke":         {func(l *life) { l.write(start, l.put(start, spoken(q))...) }, policy.Absent},
		"before the person asked":   {func(l *life) { l.write(start, l.put(start, early)...) }, policy.Present},
		"killed in the watch":       {func(l *life) { l.write(start, up(true)) }, policy.Present},
		"killed after it":           {func(l *life) { l.write(start, up(true)); l.write(start, up(false)) }, policy.Absent},
		"killed before it is known": {func(l *life) { l.write(start, up(false)); l.put(start, spoken(q)) }, policy.Absent},
	} {
		st, slots := memory.New(), &seal.MemoryFile{}
		l := begin(t, st, slots, start)
		l.put(start, asked(person))
		if got := l.requested(q); got != policy.Present {
			t.Fatalf("%s: the request is %v before the call", name, got)
		}
		l.write(start, l.put(start, q)...)
		c.end(l)
		for range 2 {
			st = st.Crash()
			l = begin(t, st, slots, start.Add(time.Minute))
			l.put(start, asked(person))
			if got := l.requested(dial(2, person, start.Add(time.Minute), policy.Preview)); got != c.want {
				t.Errorf("%s: the request is %v, want %v", name, got, c.want)
			}
			if got := l.requested(of(dial(3, person, start.Add(time.Minute), policy.Preview), 1, 2)); got != policy.Absent {
				t.Errorf("%s: another principal has a request: %v", name, got)
			}
		}
	}
}

// TestServedInForce: the end of the call that served a request is in force at
// once, and drops what was remembered; a row that cannot be read may hold one.
func TestServedInForce(t *testing.T) {
	t.Parallel()
	const person, other = 393330000009, 393330000010
	d := New(judge(t))
	var out Outputs
	q := dial(1, person, start, policy.Preview)
	look := &Look{Attempt: q.Attempt, Index: q.Index}
	d.Turn(start, view{generation: 1}, nil, []Input{asked(person), q, spoken(q), look, spoken(q)}, &out)
	if look.Facts.Request.Known != policy.Absent {
		t.Errorf("after the call the request is %v", look.Facts.Request.Known)
	}
	if len(out.Entries) != 3 || out.Entries[1].Served.Key == nil || out.Entries[2].Served.Key != nil {
		t.Errorf("%d entries; the first end serves the request, the second has none: %+v", len(out.Entries), out.Entries)
	}
	q = dial(2, other, start, policy.Preview)
	d.Turn(start, view{generation: 1, err: errors.New("disk")}, nil, []Input{spoken(q)}, &out)
	if out.Entries[0].Served.Key == nil {
		t.Error("a request that could not be read is not served")
	}
	d.Turn(start, view{generation: 1}, nil, []Input{spoken(dial(3, other+1, start, policy.Preview))}, &out)
	if out.Entries[0].Served.Key != nil {
		t.Error("a call to somebody who had asked for none serves a request")
	}
}

// TestServedDropsRedials: what was remembered of a number is judged anew when a
// request of its holder was served.
func TestServedDropsRedials(t *testing.T) {
	t.Parallel()
	const person = 393330000009
	v := view{generation: 1, listed: person}
	var out Outputs
	q, again := dial(1, person, start, policy.Preview), dial(2, person, start, policy.Preview)
	for name, c := range map[string]struct {
		change Change
		want   string
	}{
		"no request": {Change{Principal: 1, Number: person}, "closed 1 blacklist.principal; answer 1 blacklist.principal of 0; answer 2 blacklist.principal of 1"},
		"a request":  {asked(person), "closed 1 blacklist.principal; answer 1 blacklist.principal of 0; closed 2 blacklist.principal; answer 2 blacklist.principal of 0"},
	} {
		d := New(judge(t))
		d.Turn(start, v, nil, []Input{c.change, q, spoken(q), again}, &out)
		out.Entries = slices.DeleteFunc(out.Entries, func(e ledger.Entry) bool { return e.Kind == ledger.Close })
		if got := told(&out); !sameWords(got, c.want) {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

// sameWords compares what was told whatever its order.
func sameWords(a, b string) bool {
	x, y := strings.Split(a, "; "), strings.Split(b, "; ")
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// TestBlacklistOverlay: the single entry and the removal of a number over what
// was imported; when the list was synchronised is known all the same.
func TestBlacklistOverlay(t *testing.T) {
	t.Parallel()
	const listed, free = 393330000009, 393330000010
	at := func(n policy.Number, c Change) policy.BlacklistFact {
		q, shared := ask(1, n, ""), NewShared(1)
		c.Principal, c.Number = 1, n
		shared.change(c)
		f := gathered(&q, view{generation: 1, listed: listed}, nil, shared)
		return f.Blacklist
	}
	for name, c := range map[string]struct{ got, want policy.BlacklistFact }{
		"imported":        {at(listed, Change{}), policy.BlacklistFact{Known: policy.Present, Source: "import", Synced: start}},
		"taken off":       {at(listed, Change{Removed: start}), policy.BlacklistFact{Known: policy.Absent, Synced: start}},
		"imported since":  {at(listed, Change{Removed: start.Add(-1)}), policy.BlacklistFact{Known: policy.Present, Source: "import", Synced: start}},
		"entered":         {at(free, objection(free)), policy.BlacklistFact{Known: policy.Present, Since: start, Source: "phone", Synced: start}},
		"not on any list": {at(free, Change{}), policy.BlacklistFact{Known: policy.Absent, Synced: start}},
	} {
		if c.got != c.want {
			t.Errorf("%s: %+v, want %+v", name, c.got, c.want)
		}
	}
}

// TestChanges: the newest change of a number counts, whichever comes last.
func TestChanges(t *testing.T) {
	t.Parallel()
	const number = 393330000009
	on, off := objection(number), Change{Principal: 1, Number: number, At: start.Add(time.Second), Removed: start.Add(time.Second)}
	for name, in := range map[string][]Input{"in order": {on, off}, "crossed": {off, on}} {
		d := New(judge(t))
		var out Outputs
		look := &Look{Attempt: ask(1, number, "").Attempt}
		d.Turn(start, view{generation: 1}, nil, append(in, look), &out)
		if look.Facts.Blacklist.Known != policy.Absent {
			t.Errorf("%s: %+v", name, look.Facts.Blacklist)
		}
	}
}
