package tregua_test

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/ledger"
)

// cause brings a trouble about in a house before it is opened or, with after,
// behind that.
type cause struct {
	trouble       string
	how           string // where there is more than one way
	before, after func(h *house)
	user          string         // what is dialled; "": forAcme
	spares        string         // what is dialled and goes all the same
	calm          func(h *house) // after before: lets a call go on which the trouble does not touch
}

var causes = []cause{
	{trouble: "data.broken", spares: forBeta, before: func(h *house) {
		h.load(book.Blacklist, "acme", time.Time{}, "number\n+393339999999\n")
		h.must(os.RemoveAll(filepath.Join(h.config.Dir, "sets", "blacklist")))
		h.reopen()
		if h.Current().Broken() == nil {
			h.t.Fatal("nothing is broken")
		}
	}},
	{trouble: "store.failed", how: "it does not read", before: func(h *house) {
		h.load(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at\n+393331234567,goods,operator,2026-01-02\n")
	}, after: func(h *house) { h.faulty.reads.Store(true) }},
	{trouble: "store.failed", how: "it does not write", after: func(h *house) { h.faulty.writes.Store(true) }},
	{trouble: "ledger.full", before: func(h *house) { h.queue = 1 }, after: func(h *house) {
		if !h.writer.Submit(ledger.Entry{Kind: ledger.Forget}) {
			h.t.Fatal("it is full before")
		}
	}},
	{trouble: "disk.low", after: func(h *house) { h.writer.Shut(true) }},
	{
		trouble: "desk.busy", before: func(h *house) { h.idle, h.queue = true, 1 },
		after: func(h *house) {
			if !h.idle {
				return
			}
			if _, now := h.desks.Ask(policy.Attempt{Reading: policy.Readable, Called: 393331234567}, policy.Return{}); now {
				h.t.Fatal("it is busy before")
			}
		},
		spares: forAcme, calm: func(h *house) { h.idle, h.queue = false, 0 },
	},
	{
		trouble: "overload", before: func(h *house) { h.others = 1 },
		spares: forAcme, calm: func(h *house) { h.others = 0 },
	},
	{
		trouble: "media.exhausted", before: func(h *house) { h.ports = false },
		spares: forAcme, calm: func(h *house) { h.ports = true },
	},
	{trouble: "blacklist.stale", spares: forBeta, before: func(h *house) {
		h.now = h.now.Add(24*time.Hour + time.Second)
		h.sync("beta")
	}},
	{trouble: "registry.stale", spares: forBeta, before: func(h *house) {
		h.now = h.now.AddDate(0, 0, 16) // a Wednesday
		h.sync("acme")
		h.sync("beta")
		h.load(book.Registry, "beta-rpo", h.now, "number,answer\n+393331234567,clear\n")
	}},
	{
		trouble: "clock.unsynced", before: func(h *house) { h.synced, h.now = false, h.now.Add(21*time.Hour+4*time.Minute) }, // 9:04
		spares: forAcme, calm: func(h *house) { h.now = h.now.Add(2 * time.Minute) },
	},
	{trouble: "campaign.unknown", user: forNobody, spares: forAcme},
	{trouble: "campaign.ambiguous", user: "00393331234567", spares: forAcme},
	{trouble: "number.unreadable", user: "71sales", spares: forAcme},
	{
		trouble: "media.deaf", before: func(h *house) { h.heard = media.Heard{Deaf: true} },
		spares: forAcme, calm: func(h *house) { h.heard = media.Heard{State: media.Operator} },
	},
}

// meets is what becomes of a call in a house of its own in which the cause is.
func (c *cause) meets(t *testing.T, trunk int, user string, calm func(h *house)) fate {
	t.Helper()
	h := newHouse(t)
	for _, step := range []func(*house){c.before, calm, (*house).open, c.after} {
		if step != nil {
			step(h)
		}
	}
	return h.place(trunk, user)
}

// TestTroubles brings every trouble of policy.Troubles about and holds what becomes
// of a commercial call, of one in shadow or in a bypass, of one that it does not
// touch and of an emergency call to the table. An emergency call passes in every
// row.
func TestTroubles(t *testing.T) {
	t.Parallel()
	rows := make([]string, len(causes))
	t.Run("rows", func(t *testing.T) {
		for i := range causes {
			t.Run(causes[i].trouble, func(t *testing.T) {
				t.Parallel()
				rows[i] = "| " + strings.Join(causes[i].row(t), " | ") + " |\n"
			})
		}
	})
	t.Log("\n" + troublesHead + strings.Join(rows, ""))
	for _, tr := range policy.Troubles() {
		if !slices.ContainsFunc(causes, func(c cause) bool { return c.trouble == tr.Name }) {
			t.Errorf("%s: no case brings it about", tr.Name)
		}
	}
}

// row tries the calls and returns what became of them.
func (c *cause) row(t *testing.T) []string {
	t.Helper()
	all := policy.Troubles()
	tr := &all[slices.IndexFunc(all, func(tr policy.Trouble) bool { return tr.Name == c.trouble })]
	user := cmp.Or(c.user, forAcme)
	cells := troubleCells(tr)
	row := []string{"`" + tr.Name + "`", strings.Trim(tr.What+", "+c.how, ", ")}
	for i, calls := range [][]fate{
		{c.meets(t, enforcing, user, nil)},
		{c.meets(t, shadowing, user, nil), c.meets(t, bypassing, user, nil)},
		{c.meets(t, enforcing, "112", nil), c.meets(t, bypassing, "112", nil)},
	} {
		for _, f := range calls {
			if got := f.words(tr.Reason); got != cells[i] && (i < 2 || !f.goes) {
				t.Errorf("%s %s, cell %d: %s (%+v), want %s", tr.Name, c.how, i, got, f, cells[i])
			}
		}
		row = append(row, calls[0].words(tr.Reason))
	}
	switch {
	case c.spares != "":
		if f := c.meets(t, enforcing, c.spares, c.calm); !f.goes {
			t.Errorf("%s touches a call that is not one %s: %+v", tr.Name, tr.Only, f)
		}
	case tr.Only != "":
		t.Errorf("%s touches only a call %s, and no case shows another", tr.Name, tr.Only)
	}
	return row
}

const (
	troublesBegin = "<!-- troubles: written by go test . -update -->\n"
	troublesEnd   = "<!-- end of troubles -->\n"
	troublesHead  = "| trouble | what is amiss | a commercial call | in shadow, in a bypass | an emergency call |\n|---|---|---|---|---|\n"
)

// TestReadmeTroubles: the matrix in README.md is that of the program.
func TestReadmeTroubles(t *testing.T) {
	var want strings.Builder
	want.WriteString(troublesHead)
	for _, tr := range policy.Troubles() {
		cells := troubleCells(&tr)
		if tr.Only != "" {
			cells[0] = "one " + tr.Only + ": " + cells[0]
		}
		want.WriteString("| `" + tr.Name + "` | " + tr.What + " | " + strings.Join(cells[:], " | ") + " |\n")
	}
	generated(t, troublesBegin, troublesEnd, want.String())
}

// troubleCells says what the table makes of a commercial call, of one in shadow or
// in a bypass, and of an emergency call.
func troubleCells(tr *policy.Trouble) [3]string {
	const marked = "goes, marked"
	refused := "refused, " + tr.Reason.String()
	cells := [3]string{refused, marked, "goes"}
	if tr.Goes {
		cells[0] = marked
	}
	if tr.Always {
		cells[1] = refused
	}
	return cells
}
