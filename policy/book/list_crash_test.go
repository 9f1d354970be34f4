package book_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
)

// TestListCrash ends the process at every commit of an import, an approval and
// a suspension in turn: the version that was in force stays, before a restart
// and after it, and each can be made again.
func TestListCrash(t *testing.T) {
	t.Parallel()
	const old = "present list 1 import 1 line 2 of own_form"
	for name, change := range map[string]func(d *desk) error{
		"import": func(d *desk) error {
			_, err := d.Import(t.Context(), request(book.Lists, "acme/spring", time.Time{}, "number", (callee+1).String()))
			return err
		},
		"approve": func(d *desk) error {
			waits := d.list("acme/spring").Pending
			_, err := d.ApproveList("carla", "acme/spring", waits.Part, waits.Digest)
			return err
		},
		"suspend": func(d *desk) error {
			_, err := d.SuspendProvider("bruno", "dataco", "x")
			return err
		},
		"attach": func(d *desk) error {
			_, err := d.AttachList("bruno", "acme/spring", "acme/gas")
			return err
		},
	} {
		for commits := 0; ; commits++ {
			d := openLists(t)
			d.load(book.Lists, "acme/spring", time.Time{}, "number", callee.String())
			d.approve("acme/spring")
			if name == "approve" {
				d.load(book.Lists, "acme/spring", time.Time{}, "number", (callee + 1).String())
			}
			whole, left := d.config.Store, sets(t, d)
			d.config.Store = &failing{Store: whole, commits: commits}
			d.reopen()
			before := d.Current().Generation()
			err := change(d)
			if err == nil {
				if commits == 0 {
					t.Errorf("%s commits nothing", name)
				}
				break
			}
			if !errors.Is(err, errGone) {
				t.Fatal(name, err)
			}
			d.config.Store = whole
			for range 2 {
				d.wantRow("acme/energia", callee, old)
				if got := d.Current().SuspendedSince(1); !got.IsZero() || d.Current().Generation() != before {
					t.Errorf("%s: generation %d, suspended %v", name, d.Current().Generation(), got)
				}
				d.wantRow("acme/gas", callee, "absent")
				d.reopen()
			}
			if got := sets(t, d); got != left {
				t.Errorf("%s, %d commits: %d sets, there were %d", name, commits, got, left)
			}
			if err := change(d); err != nil {
				t.Errorf("%s again: %v", name, err)
			}
		}
	}
}

func sets(t *testing.T, d *desk) int {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(d.config.Dir, "sets", "*", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// TestListBroken bends each file of a version: what rests on it is unknown, and
// never absent. A good row of another list still counts.
func TestListBroken(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"manifest.json", "numbers.u64", "rows.u32", "tags.u8", "batches.u16", "batch_rows.u32"} {
		for name, bend := range map[string]func(path string, data []byte) error{
			"removed": func(path string, _ []byte) error { return os.Remove(path) },
			"cut":     func(path string, data []byte) error { return os.WriteFile(path, data[:len(data)-1], 0o600) },
			"bent": func(path string, data []byte) error {
				data[len(data)-1] ^= 1
				return os.WriteFile(path, data, 0o600)
			},
		} {
			t.Run(name+" "+file, func(t *testing.T) {
				t.Parallel()
				d := openLists(t)
				d.load(book.Lists, "acme/spring", time.Time{}, "number", (callee + 1).String())
				d.approve("acme/spring")
				d.load(book.Lists, "acme/bought", time.Time{}, "number,provider,batch,batch_row", callee.String()+",,b1,1", (callee+2).String()+",leads,b1,2")
				d.approve("acme/bought")
				found, err := filepath.Glob(filepath.Join(d.config.Dir, "sets", "list", "00000002", "*", file))
				if err != nil || len(found) != 1 {
					t.Fatal(found, err)
				}
				data, err := os.ReadFile(found[0])
				if err != nil {
					t.Fatal(err)
				}
				if err := bend(found[0], data); err != nil {
					t.Fatal(err)
				}
				d.reopen()
				d.wantRow("acme/energia", callee, "unknown")
				d.wantRow("acme/energia", callee+3, "unknown")
				d.wantRow("acme/energia", callee+1, "present list 1 import 1 line 2 of own_form")
				d.wantRow("acme/fibra", callee, "absent open")
				if !errors.Is(d.Current().Broken(), book.ErrBroken) || !d.list("acme/bought").Approved.Broken {
					t.Error("nobody is told")
				}
				if p := d.suspend("leads"); p.Rows != 0 {
					t.Errorf("%d rows of a version that cannot be read", p.Rows)
				}
			})
		}
	}
}

// TestListNoNumberInRows: what is kept of lists, providers and samples in the
// store gives no number away.
func TestListNoNumberInRows(t *testing.T) {
	t.Parallel()
	d := openLists(t)
	d.load(book.Lists, "acme/bought", time.Time{}, "number,batch,batch_row", callee.String()+",b1,7")
	d.approve("acme/bought")
	if _, err := d.SampleProvider("bruno", "dataco", 5, 1); err != nil {
		t.Fatal(err)
	}
	forms := []string{
		"3331234567", "1234567",
		string(binary.BigEndian.AppendUint64(nil, uint64(callee))[3:]), string(binary.LittleEndian.AppendUint64(nil, uint64(callee))[:5]),
	}
	for key, value := range rows(t, d.config.Store) {
		for _, form := range forms {
			if strings.Contains(key, form) || strings.Contains(value, form) {
				t.Errorf("row %x holds %q", key, form)
			}
		}
	}
}

// BenchmarkList looks numbers up in the lists of one campaign among many.
func BenchmarkList(b *testing.B) {
	d := openLists(b)
	var text strings.Builder
	text.WriteString("lists:\n")
	for i := range 100 {
		fmt.Fprintf(&text, "  - {name: l%d, principal: acme, origin: own_form}\n", i)
	}
	d.apply(text.String())
	for i := range 100 {
		name := fmt.Sprintf("acme/l%d", i)
		lines := []string{"number"}
		for j := range 10_000 {
			lines = append(lines, (policy.Number(393_300_000_000) + policy.Number(i)*1_000_003 + policy.Number(j)*7).String())
		}
		d.load(book.Lists, name, time.Time{}, lines...)
		d.approve(name)
		if i < 2 {
			if _, err := d.AttachList("bruno", name, "acme/energia"); err != nil {
				b.Fatal(err)
			}
		}
	}
	s := d.Current()
	c, _ := s.Campaign("acme/energia")
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		s.List(c.ID, policy.Number(393_300_000_000+i%70_000))
		i += 7919
	}
}
