package handoff_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
	"tregua/policy/handoff"
	"tregua/policy/store"
	"tregua/policy/store/memory"
)

func folder(dir string, f handoff.Format, most int64) *handoff.Folder {
	return handoff.NewFolder(handoff.FolderConfig{
		Sink: "crm", Dir: dir, Format: f, Max: most, Keep: 100 * 365 * 24 * time.Hour, Log: slog.New(slog.DiscardHandler),
	})
}

// lines reads every file of a folder, in order.
func lines(t *testing.T, dir string) (list []string, files []string) {
	t.Helper()
	for _, e := range must(os.ReadDir(dir)) {
		f := must(os.Open(filepath.Join(dir, e.Name())))
		var r io.Reader = f
		if strings.HasSuffix(e.Name(), ".gz") {
			r = must(gzip.NewReader(f))
		}
		text := must(io.ReadAll(r))
		_ = f.Close()
		list, files = append(list, strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")...), append(files, e.Name())
	}
	return list, files
}

// flaky fails commits, of which some were applied all the same.
type flaky struct {
	*memory.Store
	dice *rand.Rand
}

func (f flaky) Commit(b store.Batch) error {
	switch f.dice.IntN(6) {
	case 0:
		return errors.New("refused")
	case 1:
		return errors.Join(f.Store.Commit(b), errors.New("obscure"))
	}
	return f.Store.Commit(b)
}

// TestFolderNeitherLosesNorDoubles kills a sink at random, also between the files
// and the cursor, with what it wrote half there.
func TestFolderNeitherLosesNorDoubles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dice, dir, l := rand.New(rand.NewPCG(1, 2)), t.TempDir(), &shelf{}
		const all = 3000
		for i := range all {
			l.add(refused(1, noon.Add(time.Duration(i)*time.Minute))) // somewhat more than two days
		}
		rows := memory.New()
		for range 200 {
			config := l.config(rows, whole, folder(dir, handoff.Records, 60_000))
			config.Rows, config.Batch = flaky{rows, dice}, 1+dice.IntN(40)
			s := handoff.New(config)
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(dice.IntN(3000))*time.Millisecond)
			if err := s.Run(ctx); err != nil {
				t.Fatal(err)
			}
			cancel()
			rows = rows.Crash()
			// What a power loss may leave after the cursor, in the newest file.
			files := must(os.ReadDir(dir))
			if n := len(files); n > 0 && !strings.HasSuffix(files[n-1].Name(), ".gz") {
				f := must(os.OpenFile(filepath.Join(dir, files[n-1].Name()), os.O_WRONLY|os.O_APPEND, 0))
				_ = must(f.WriteString(`{"seq":12`))
				_ = f.Close()
			}
		}
		s := handoff.New(l.config(rows, whole, folder(dir, handoff.Records, 60_000)))
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		l.add(refused(1, noon.Add(all*time.Minute))) // so that what was left half is mended
		_ = s.Run(ctx)
		list, files := lines(t, dir)
		for i, line := range list {
			var r handoff.Record
			if err := json.Unmarshal([]byte(line), &r); err != nil || r.Seq != uint64(i) {
				t.Fatalf("line %d is %.60s (%v)", i, line, err)
			}
		}
		if len(list) != all+1 || len(files) < 10 {
			t.Errorf("%d lines in %d files", len(list), len(files))
		}
		packed := slices.DeleteFunc(files, func(name string) bool { return strings.HasSuffix(name, ".gz") })
		if len(packed) != 1 {
			t.Errorf("files that are not packed: %q", packed)
		}
	})
}

// TestFolderTakenAway: a file that somebody moves is no reason to stop.
func TestFolderTakenAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := folder(dir, handoff.Records, 1000)
	at := func(no uint64) *handoff.Batch {
		return &handoff.Batch{From: no, Items: []handoff.Item{{No: no, At: noon, Text: []byte("{}")}}}
	}
	place := must(f.Take(t.Context(), at(0), handoff.Place{}))
	if err := os.Remove(filepath.Join(dir, place.File)); err != nil {
		t.Fatal(err)
	}
	place = must(f.Take(t.Context(), at(1), place))
	if list, files := lines(t, dir); len(list) != 1 || files[0] != "crm.2026-11-22.000000000001.jsonl" || place.File != files[0] {
		t.Errorf("%q in %q", list, files)
	}
}

// TestFolderKeeps deletes what is old, and touches nothing of others.
func TestFolderKeeps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir() // the bubble begins on 2000-01-01
		for _, name := range []string{
			"crm.1999-12-01.000000000001.jsonl.gz", "crm.1999-12-31.000000000002.jsonl.gz", "crm.1999-12-31.000000000003.jsonl.gz.part",
			"crm2.1999-12-01.000000000001.jsonl.gz", "crm.txt",
		} {
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		f := handoff.NewFolder(handoff.FolderConfig{Sink: "crm", Dir: dir, Keep: 7 * 24 * time.Hour})
		if err := f.Tidy(handoff.Place{}); err != nil {
			t.Fatal(err)
		}
		var left []string
		for _, e := range must(os.ReadDir(dir)) {
			left = append(left, e.Name())
		}
		if want := []string{"crm.1999-12-31.000000000002.jsonl.gz", "crm.txt", "crm2.1999-12-01.000000000001.jsonl.gz"}; !slices.Equal(left, want) {
			t.Errorf("left are %q", left)
		}
	})
}

// TestCDR: the rows of calls, as a billing program reads them.
func TestCDR(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir, l := t.TempDir(), &shelf{}
		busy := called(1, noon, policy.RatioNone)
		busy.Ending = policy.Ending{Outcome: policy.OutcomeFailed, Status: 486, Forwarded: true, EndedAt: noon.Add(2 * time.Second)}
		formula := refused(1, noon)
		formula.Attempt.CallID = "=1+1"
		again := refused(1, noon)
		again.Repeat = policy.Repeat{Count: 4}
		l.add(formula, called(1, noon, policy.RatioB), busy, again, called(1, noon, policy.RatioA))
		config := handoff.FolderConfig{Sink: "crm", Dir: dir, Format: handoff.CDR, CallID: true, Max: 1000, Keep: time.Hour}
		c := l.config(memory.New(), whole, handoff.NewFolder(config))
		c.Format, c.CallID = handoff.CDR, true
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_ = handoff.New(c).Run(ctx)
		list, _ := lines(t, dir)
		rows := must(csv.NewReader(strings.NewReader(strings.Join(list, "\n"))).ReadAll())
		want := [][]string{
			{"seq", "called", "start", "answer", "end", "duration", "billsec", "disposition", "ratio_class", "reason", "call_id"},
			{"0", "+39333123····", "2026-11-22T12:00:00.000Z", "", "2026-11-22T12:00:00.000Z", "0", "0", "REFUSED", "", "registry.opposed", "'=1+1"},
			{"1", "+39333123····", "2026-11-22T12:00:00.000Z", "2026-11-22T12:00:05.000Z", "2026-11-22T12:01:05.001Z", "66", "61", "ANSWERED", "B", "", "call@pbx"},
			{"2", "+39333123····", "2026-11-22T12:00:00.000Z", "", "2026-11-22T12:00:02.000Z", "2", "0", "BUSY", "", "", "call@pbx"},
			{"4", "+39333123····", "2026-11-22T12:00:00.000Z", "2026-11-22T12:00:05.000Z", "2026-11-22T12:01:05.001Z", "66", "61", "ANSWERED", "A", "silent.cut", "call@pbx"},
		}
		if len(rows) != len(want) {
			t.Fatalf("rows %q", rows)
		}
		for i, row := range rows {
			for j, name := range want[0] {
				if got := row[slices.Index(rows[0], name)]; got != want[i][j] {
					t.Errorf("row %d: %s is %q, want %q", i, name, got, want[i][j])
				}
			}
		}
	})
}

// TestFolderBounds: a day begins a file, one that is full begins one, and a file has
// one header. What a try left behind that is done again with other bounds is taken
// away.
func TestFolderBounds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	item := func(no uint64, at time.Time) handoff.Item {
		return handoff.Item{No: no, At: at, Text: []byte("0,1,2")}
	}
	f := folder(dir, handoff.CDR, 1<<20)
	place := must(f.Take(t.Context(), &handoff.Batch{From: 0, Items: []handoff.Item{item(0, noon), item(1, noon)}}, handoff.Place{}))
	place = must(f.Take(t.Context(), &handoff.Batch{From: 2, Items: []handoff.Item{item(2, noon), item(3, noon.AddDate(0, 0, 1))}}, place))
	list, files := lines(t, dir)
	header := list[0]
	if want := []string{header, "0,1,2", "0,1,2", "0,1,2", header, "0,1,2"}; !slices.Equal(list, want) {
		t.Errorf("lines %q", list)
	}
	if want := []string{"crm.2026-11-22.000000000000.csv", "crm.2026-11-23.000000000003.csv"}; !slices.Equal(files, want) {
		t.Errorf("files %q", files)
	}
	batch := &handoff.Batch{From: 4, Items: []handoff.Item{item(4, noon.AddDate(0, 0, 1)), item(5, noon.AddDate(0, 0, 1))}}
	must(folder(dir, handoff.CDR, 1).Take(t.Context(), batch, place)) // its cursor was not written
	if list, _ := lines(t, dir); len(list) != 10 {
		t.Fatalf("lines %q", list) // 4 and 5 have files of their own
	}
	must(f.Take(t.Context(), batch, place))
	if list, files := lines(t, dir); len(list) != 8 || len(files) != 2 {
		t.Errorf("lines %q in %q", list, files)
	}
}
