package ledger_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/store"
)

// noteID is never an attempt's.
func noteID(n int) policy.AttemptID {
	id := attemptID(n)
	id[15] = 0x99
	return id
}

func noting(n int, kind string, at time.Time) ledger.Entry {
	note := ledger.Note{
		ID: noteID(n), At: at, Kind: kind, Principal: 12, CallCentre: 13, Campaign: 11, Actor: "anna", Body: []byte(`{"n":1}`),
	}
	if kind == ledger.NoteAmendment {
		note.Of = attemptID(n)
	}
	return ledger.Entry{Kind: ledger.Noted, Note: note}
}

func summing(n int, at time.Time) ledger.Entry {
	to := at.Truncate(time.Hour)
	return ledger.Entry{
		Kind: ledger.Noted, Note: ledger.Note{ID: noteID(n), At: at, Kind: ledger.NoteSummary}, Hour: &ledger.Hour{To: to},
	}
}

// notes returns what Notes yields.
func (h *house) notes(kind string, from, to time.Time) (all []ledger.NoteView) {
	h.t.Helper()
	for n, err := range h.reader.Notes(kind, from, to) {
		if err != nil {
			h.t.Fatal(err)
		}
		all = append(all, n)
	}
	return all
}

// TestNotes: a note comes back as it was, from the outbox and from its month, and
// no reader of attempts takes it for one.
func TestNotes(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	december := noon.AddDate(0, 0, 20)
	amendment, hold := noting(0, ledger.NoteAmendment, december), noting(1, ledger.NoteHold, noon)
	got := h.turn(noon,
		refusal(0, 393331234567, noon, policy.BlacklistListed), amendment, hold, refusal(2, 393331234567, noon, policy.BlacklistListed),
	)
	for i, r := range got {
		if r.Seq != uint64(i) {
			t.Errorf("receipt %d says record %d", i, r.Seq)
		}
	}
	for _, where := range []string{"outbox", "months"} {
		all := h.notes("", time.Time{}, time.Time{})
		slices.SortFunc(all, func(x, y ledger.NoteView) int { return int(x.Seq) - int(y.Seq) })
		if len(all) != 2 {
			t.Fatalf("%s: %d notes", where, len(all))
		}
		if d := cmp.Diff([]ledger.Note{amendment.Note, hold.Note}, []ledger.Note{all[0].Note, all[1].Note}); d != "" {
			t.Errorf("%s: %s", where, d)
		}
		if all[0].Seq != 1 || all[1].Seq != 2 || all[0].Node != 7 || all[0].Boot != 1 {
			t.Errorf("%s: %+v", where, all)
		}
		if some := h.notes(ledger.NoteHold, noon, noon.Add(1)); len(some) != 1 || some[0].Seq != 2 {
			t.Errorf("%s: holds %+v", where, some)
		}
		if some := h.notes("", noon.Add(1), december); len(some) != 0 {
			t.Errorf("%s: between both %+v", where, some)
		}
		h.wantNoAttempts(where, amendment.Note.ID)
		if of, err := h.reader.Amendments(attemptID(0)); err != nil || len(of) != 1 || of[0].Seq != 1 {
			t.Errorf("%s: amendments %+v, %v", where, of, err)
		}
		if rep := h.verify(); rep.Records != 2 || rep.Notes != 2 || rep.Erased != 0 {
			t.Errorf("%s: %+v", where, rep)
		}
		h.move()
	}
}

// wantNoAttempts wants two records of attempts from every reader of them.
func (h *house) wantNoAttempts(where string, note policy.AttemptID) {
	h.t.Helper()
	each, swept := 0, 0
	for _, err := range h.reader.Each() {
		if err != nil {
			h.t.Fatal(err)
		}
		each++
	}
	err := h.reader.Sweep(h.t.Context(), ledger.Span{}, 1, func(int, *ledger.View) error { swept++; return nil })
	about, err2 := h.reader.ByNumber(393331234567, 10)
	_, err3 := h.reader.Attempt(note)
	if each != 2 || swept != 2 || len(about) != 2 || errors.Join(err, err2) != nil || !errors.Is(err3, ledger.ErrNotFound) {
		h.t.Errorf("%s: Each %d, Sweep %d, ByNumber %d, %v, %v, Attempt %v", where, each, swept, len(about), err, err2, err3)
	}
}

// TestNotesThatCannotBeWritten: nothing of them is written, and nobody tries again.
func TestNotesThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	h.turn(noon, noting(0, ledger.NoteReport, noon), opening(record(9, 393331234567, noon)), summing(8, noon))
	with := func(change func(*ledger.Note)) ledger.Entry {
		e := noting(1, ledger.NoteReport, noon)
		change(&e.Note)
		return e
	}
	for _, c := range []struct {
		name string
		in   ledger.Entry
		want error
		says string
	}{
		{"twice", noting(0, ledger.NoteReport, noon), ledger.ErrTwice, ""},
		{"an attempt's id", with(func(n *ledger.Note) { n.ID = attemptID(9) }), ledger.ErrTwice, ""},
		{"no id", with(func(n *ledger.Note) { n.ID = policy.AttemptID{} }), ledger.ErrNoID, ""},
		{"kind", with(func(n *ledger.Note) { n.Kind = "remark" }), ledger.ErrNote, `no kind "remark"`},
		{"time", with(func(n *ledger.Note) { n.At = time.Time{} }), ledger.ErrNote, "needs its time"},
		{"amends nothing", with(func(n *ledger.Note) { n.Kind = ledger.NoteAmendment }), ledger.ErrNote, "of an attempt"},
		{"amends", with(func(n *ledger.Note) { n.Of = attemptID(9) }), ledger.ErrNote, "of an attempt"},
		{"no JSON", with(func(n *ledger.Note) { n.Body = []byte("{") }), ledger.ErrNote, "not JSON"},
		{"long", with(func(n *ledger.Note) { n.Body = []byte(`"` + strings.Repeat("x", ledger.MaxNote) + `"`) }), ledger.ErrNote, "at most"},
		{"an hour that was summed up", summing(7, noon), ledger.ErrNote, "2026-11-22T12:00:00Z"},
	} {
		rows, receipts := h.committer.Turn(noon, []ledger.Entry{c.in})
		if err := receipts[0].Err; !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
		if len(rows.Put)+len(rows.Delete) != 0 {
			t.Errorf("%s: writes %v", c.name, rows)
		}
		h.committer.Committed()
	}
	h.verify()
}

// TestNoteAltered: Verify names the note of which a month has other bytes.
func TestNoteAltered(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	h.turn(noon, noting(0, ledger.NotePurge, noon))
	h.move()
	st := h.months["2026-11"]
	for row, err := range st.Scan([]byte{0xA6}, nil) {
		if err != nil {
			t.Fatal(err)
		}
		value := []byte(strings.Replace(string(row.Value), "anna", "otto", 1))
		if err := st.Commit(store.Batch{Put: []store.Row{{Key: row.Key, Value: value}}}); err != nil {
			t.Fatal(err)
		}
	}
	rep, err := h.reader.Verify()
	if err != nil || len(rep.Faults) != 1 || !errors.Is(rep.Faults[0], ledger.ErrAltered) || !strings.Contains(rep.Faults[0].Error(), "record 0") {
		t.Errorf("%+v, %v", rep, err)
	}
}

// TestSummary sums up two hours, the second over a crash, and a failed commit.
func TestSummary(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	h.turn(noon, opening(record(0, 393331234567, noon)), refusal(1, 393331234567, noon, policy.BlacklistListed))
	h.turn(noon, closing(0, connected(noon)), redials(2, 1, 393331234567, noon, 3), noting(3, ledger.NoteReport, noon))
	h.committer.Turn(noon, []ledger.Entry{summing(4, noon.Add(time.Hour))})
	h.committer.Failed()
	h.turn(noon, summing(4, noon.Add(time.Hour)))
	h.turn(noon, refusal(5, 393331234567, noon, policy.BlacklistListed))
	h.kill()
	h.start(noon)
	h.turn(noon, summing(6, noon.Add(2*time.Hour)))
	h.move()
	h.turn(noon, summing(7, noon.Add(3*time.Hour)))
	var got []ledger.Summary
	for _, n := range h.notes(ledger.NoteSummary, time.Time{}, time.Time{}) {
		s, err := ledger.ReadSummary(&n.Note)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, s)
	}
	bypass := func(o map[string]uint64) []ledger.TrunkSummary {
		return []ledger.TrunkSummary{{Trunk: "dialer-1", Mode: "bypass", Outcomes: o}}
	}
	hours := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }
	want := []ledger.Summary{
		{
			Hour: ledger.Hour{To: hours(1)}, Records: 4, Last: 3,
			Trunks: bypass(map[string]uint64{"connected": 1, "refused": 1, "repeated": 1}), Notes: map[string]uint64{"report": 1},
		},
		{Hour: ledger.Hour{From: hours(1), To: hours(2)}, Records: 1, First: 5, Last: 5, Trunks: bypass(map[string]uint64{"refused": 1})},
		{Hour: ledger.Hour{From: hours(2), To: hours(3)}, First: 7},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	h.verify()
}

// TestSummaryOfOthers: Verify names a summary that says other than its records.
func TestSummaryOfOthers(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*ledger.Summary){
		"a count":   func(s *ledger.Summary) { s.Trunks[0].Outcomes["refused"]++ },
		"a note":    func(s *ledger.Summary) { s.Notes = map[string]uint64{"report": 1} },
		"a record":  func(s *ledger.Summary) { s.Records-- },
		"the start": func(s *ledger.Summary) { s.First++; s.Records-- },
		"the hour":  func(s *ledger.Summary) { s.From = s.From.Add(time.Hour) },
	} {
		h := newHouse(t, 1)
		h.start(noon)
		h.turn(noon, summing(0, noon), refusal(1, 393331234567, noon, policy.BlacklistListed), summing(2, noon.Add(time.Hour)))
		s, err := ledger.ReadSummary(&h.notes(ledger.NoteSummary, noon.Add(1), time.Time{})[0].Note)
		if err != nil {
			t.Fatal(err)
		}
		change(&s)
		body, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		ledger.Forge(t, h.state, 2, body)
		if rep, err := h.reader.Verify(); err != nil || len(rep.Faults) == 0 || !strings.Contains(rep.Faults[0].Error(), "summary") {
			t.Errorf("%s: %+v, %v", name, rep, err)
		}
	}
}

// TestNotesThatMove: what the month writer moves while notes are read is given once.
func TestNotesThatMove(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	h.turn(noon, noting(0, ledger.NoteReport, noon))
	shelf := ledger.NewShelf(h.open, func() ([]string, error) { h.move(); return slices.Collect(maps.Keys(h.months)), nil })
	h.reader = ledger.NewReader(h.state, shelf, h.keys, h.subjects)
	if all := h.notes("", time.Time{}, time.Time{}); len(all) != 1 {
		t.Errorf("%d notes, want 1", len(all))
	}
}

// TestFirstHour: a store that an older program wrote is summed up from its next
// record on, also when the next start comes before the first summary.
func TestFirstHour(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	h.turn(noon, refusal(0, 393331234567, noon, policy.BlacklistListed))
	var old store.Batch
	for row, err := range h.state.Scan([]byte{0x42}, nil) {
		if err != nil {
			t.Fatal(err)
		}
		old.Delete = append(old.Delete, row.Key)
	}
	if err := h.state.Commit(old); err != nil {
		t.Fatal(err)
	}
	h.kill()
	h.start(noon)
	h.turn(noon, refusal(1, 393331234567, noon, policy.BlacklistListed))
	h.kill()
	h.start(noon)
	h.turn(noon, summing(2, noon))
	s, err := ledger.ReadSummary(&h.notes(ledger.NoteSummary, time.Time{}, time.Time{})[0].Note)
	if err != nil || s.First != 1 || s.Records != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	h.verify()
}

// TestBeatInDoubt: of a sign of life whose commit failed and was applied the one
// before it is written again.
func TestBeatInDoubt(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	h.turn(noon, beating(noon))
	rows, _ := h.committer.Turn(noon, []ledger.Entry{beating(noon.Add(time.Hour))})
	if err := h.state.Commit(rows); err != nil {
		t.Fatal(err)
	}
	h.committer.Failed()
	h.turn(noon)
	h.kill()
	h.start(noon)
	if told, err := h.committer.Told(); err != nil || !told.Alive.Equal(noon) {
		t.Errorf("%+v, %v", told, err)
	}
}

// TestWriterDropsWhatIsNoNote: nobody tries it again.
func TestWriterDropsWhatIsNoNote(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 1)
		h.start(noon)
		w, _, stop := writing(t, h, flaky{h.state, h}, 0)
		w.Submit(noting(0, "remark", noon))
		time.Sleep(time.Second)
		if w.Rejected.Load() != 1 || w.Waiting() != 0 {
			t.Errorf("%d rejected, %d wait", w.Rejected.Load(), w.Waiting())
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// TestWriterNote: who waits for a note has its number, or its error at once.
func TestWriterNote(t *testing.T) {
	t.Parallel()
	for _, how := range []fate{refused, obscure} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, 1)
			h.start(noon)
			w, _, stop := writing(t, h, flaky{h.state, h}, 0)
			note := func(n int) (uint64, error) { return w.Note(t.Context(), noting(n, ledger.NoteHold, noon).Note) }
			if seq, err := note(0); seq != 0 || err != nil {
				t.Errorf("%d, %v", seq, err)
			}
			h.meet(func() fate { return how })
			began := time.Now()
			if _, err := note(1); !errors.Is(err, errStore) || time.Since(began) > 100*time.Millisecond {
				t.Errorf("a failing store: %v after %v", err, time.Since(began))
			}
			if !w.Submit(noting(2, ledger.NoteProcess, noon)) {
				t.Error("not taken")
			}
			time.Sleep(10 * time.Second)
			h.meet(nil)
			time.Sleep(2 * time.Second)
			if seq, err := note(1); seq != 2 || err != nil {
				t.Errorf("tried again: %d, %v", seq, err)
			}
			if _, err := note(1); !errors.Is(err, ledger.ErrTwice) {
				t.Errorf("twice: %v", err)
			}
			ended, end := context.WithCancel(t.Context())
			end()
			if _, err := w.Note(ended, noting(3, ledger.NoteHold, noon).Note); !errors.Is(err, context.Canceled) {
				t.Errorf("nobody waits: %v", err)
			}
			synctest.Wait()
			if err := stop(); err != nil {
				t.Error(err)
			}
			if _, err := note(4); !errors.Is(err, ledger.ErrFull) {
				t.Errorf("the writer has ended: %v", err)
			}
			h.verify()
		})
	}
}
