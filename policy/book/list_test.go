package book_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
)

const acmeLists = `
providers: [{name: dataco}, {name: leads}]
lists:
  - {name: spring, principal: acme, origin: own_form}
  - {name: bought, principal: acme, origin: provider, provider: dataco}
  - {name: web, principal: acme, origin: web}
campaigns:
  - {name: energia, principal: acme, call_centre: ccx, account: acme-rpo, purpose: energy, channel: operator, ground: directory, lists: [spring, bought]}
  - {name: fibra, principal: acme, call_centre: ccx, account: acme-rpo, purpose: fibre, channel: operator, ground: consent, lists: [spring], off_list: allow}
`

// openLists is a book of acme with two lists and two providers.
func openLists(t testing.TB) *desk {
	t.Helper()
	d := openAcme(t)
	d.apply(acmeLists)
	return d
}

// approve puts the version of a list that waits in force.
func (d *desk) approve(name string) {
	d.t.Helper()
	waits := d.list(name).Pending
	if _, err := d.ApproveList(book.Approval{First: "bruno", Second: "carla"}, name, waits.Part, waits.Digest); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) list(name string) book.List {
	d.t.Helper()
	for _, l := range d.Current().Lists() {
		if l.Name == name {
			return l
		}
	}
	d.t.Fatalf("no list %q", name)
	return book.List{}
}

// row tells what a campaign knows of a number, in words.
func (d *desk) row(campaign string, n policy.Number) string {
	d.t.Helper()
	c, ok := d.Current().Campaign(campaign)
	if !ok {
		d.t.Fatalf("no campaign %q", campaign)
	}
	f := d.Current().List(c.ID, n)
	words := []string{f.Known.String()}
	say := func(is bool, format string, args ...any) {
		if is {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	say(f.Open, "open")
	say(f.Part != 0, "list %d import %d line %d of %s", f.List, f.Part, f.Row, f.Origin)
	say(f.Part != 0 && !f.Approved, "unapproved")
	say(f.Ground != 0, "ground %s", f.Ground)
	say(f.Provider != 0, "provider %d", f.Provider)
	say(!f.SuspendedSince.IsZero(), "suspended")
	say(!f.RetainUntil.IsZero(), "until %s", f.RetainUntil.Format(time.RFC3339))
	say(f.Scanned, "scanned")
	say(f.OtherOperator, "other operator")
	return strings.Join(words, " ")
}

func (d *desk) wantRow(campaign string, n policy.Number, want string) {
	d.t.Helper()
	if got := d.row(campaign, n); got != want {
		d.t.Errorf("%s, %s: %s\n\twant %s", campaign, n, got, want)
	}
}

// TestListGolden imports the CSV of each file as the list that the first word
// of its name says, and tells what is then known of some numbers.
func TestListGolden(t *testing.T) {
	t.Parallel()
	for _, path := range files(t, "testdata/lists/*.txt") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			golden(t, path, func(input string) string {
				d := openLists(t)
				name, _, _ := strings.Cut(filepath.Base(path), "_")
				r := request(book.Lists, "acme/"+name, time.Time{}, strings.TrimSuffix(input, "\n"))
				var rejects bytes.Buffer
				r.Rejects, r.MaxRejects = &rejects, book.Limit{Percent: 90}
				result, err := d.Import(t.Context(), r)
				if err != nil && !errors.Is(err, book.ErrInput) {
					t.Errorf("%v is not ErrInput", err)
				}
				var told strings.Builder
				fmt.Fprintf(&told, "%v\n%+v\n%s", err, result, rejects.String())
				for n := callee; n < callee+4; n++ {
					fmt.Fprintf(&told, "%s %s\n", n, d.row("acme/energia", n))
				}
				return told.String()
			})
		})
	}
}

// TestListApproval: a version is in force from its approval on, which names the
// digest and comes from another person; until then the old one is.
func TestListApproval(t *testing.T) {
	t.Parallel()
	d := openLists(t)
	d.wantRow("acme/energia", callee, "absent")
	d.load(book.Lists, "acme/spring", time.Time{}, "number", callee.String())
	d.wantRow("acme/energia", callee, "present list 1 import 1 line 2 of own_form unapproved")
	d.wantRow("acme/fibra", callee, "absent open") // what is not in force stops nobody
	first := d.list("acme/spring")
	if first.Approved != nil || first.Pending == nil || len(first.Campaigns) != 2 {
		t.Fatalf("%+v", first)
	}
	for _, tt := range []struct {
		actor, name string
		part        uint32
		digest      string
		want        string
	}{
		{"anna", "acme/spring", 1, first.Pending.Digest, "anna imported it: it needs another person"},
		{"bruno", "acme/spring", 1, first.Pending.Digest, "bruno proposed it: it needs another person"},
		{"carla", "acme/spring", 1, first.Pending.Digest[1:], "has another digest"},
		{"carla", "acme/spring", 2, first.Pending.Digest, "has no version 2"},
		{"carla", "acme/bought", 1, first.Pending.Digest, "has no version 1"},
		{"carla", "acme/none", 1, first.Pending.Digest, `there is no list "acme/none"`},
	} {
		_, err := d.ApproveList(book.Approval{First: "bruno", Second: tt.actor}, tt.name, tt.part, tt.digest)
		if !errors.Is(err, book.ErrInput) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
	d.wantRow("acme/energia", callee, "present list 1 import 1 line 2 of own_form unapproved")
	d.approve("acme/spring")
	d.wantRow("acme/energia", callee, "present list 1 import 1 line 2 of own_form")
	d.wantRow("acme/fibra", callee, "present open list 1 import 1 line 2 of own_form")
	if _, err := d.ApproveList(book.Approval{First: "bruno", Second: "carla"}, "acme/spring", 1, first.Pending.Digest); err == nil || !strings.Contains(err.Error(), "approved already, by bruno, confirmed by carla") {
		t.Error(err)
	}

	// The next version waits, and one that waits is replaced by the one after it.
	d.load(book.Lists, "acme/spring", time.Time{}, "number", (callee + 1).String())
	replaced := d.list("acme/spring").Pending
	d.load(book.Lists, "acme/spring", time.Time{}, "number", (callee + 2).String())
	if _, err := d.ApproveList(book.Approval{First: "bruno", Second: "carla"}, "acme/spring", replaced.Part, replaced.Digest); err == nil {
		t.Error("a version that was replaced is approved")
	}
	for range 2 {
		d.wantRow("acme/energia", callee, "present list 1 import 1 line 2 of own_form")
		d.wantRow("acme/energia", callee+1, "absent")
		d.wantRow("acme/energia", callee+2, "present list 1 import 3 line 2 of own_form unapproved")
		d.reopen()
	}
	d.approve("acme/spring")
	for range 2 {
		d.wantRow("acme/energia", callee, "absent")
		d.wantRow("acme/energia", callee+2, "present list 1 import 3 line 2 of own_form")
		d.reopen()
	}
	history, err := d.History("list", "acme/spring")
	if err != nil || len(history) != 3 || history[0].Actor != "bruno, confirmed by carla" ||
		history[0].Change != "approved: import 1 by bruno, confirmed by carla -> import 3 by bruno, confirmed by carla" {
		t.Errorf("%+v, %v", history, err)
	}
}

// TestListFormat: the numbers of a list are read as its format says.
func TestListFormat(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		numbers, text string
		want          policy.Number
	}{
		{"", "030 1234567", 390301234567},
		{"national:DE", "030 1234567", 49301234567},
		{"e164", "49301234567", 49301234567},
	} {
		d := openLists(t)
		r := request(book.Lists, "acme/spring", time.Time{}, "number", tt.text)
		r.Format.Numbers = tt.numbers
		if _, err := d.Import(t.Context(), r); err != nil {
			t.Error(err)
			continue
		}
		d.wantRow("acme/energia", tt.want, "present list 1 import 1 line 2 of own_form unapproved")
	}
}

// TestListBest: of several rows the best one counts, whatever the order, and
// else the nearest miss.
func TestListBest(t *testing.T) {
	t.Parallel()
	d := openLists(t)
	n := callee.String()
	d.load(book.Lists, "acme/bought", time.Time{}, "number", n)
	d.approve("acme/bought")
	d.wantRow("acme/energia", callee, "present list 2 import 1 line 2 of provider provider 1")
	d.load(book.Lists, "acme/spring", time.Time{}, "number", n)
	d.wantRow("acme/energia", callee, "present list 2 import 1 line 2 of provider provider 1")
	d.suspend("dataco")
	d.wantRow("acme/energia", callee, "present list 1 import 2 line 2 of own_form unapproved")
	d.approve("acme/spring")
	d.wantRow("acme/energia", callee, "present list 1 import 2 line 2 of own_form")
	// One that ends is no better than one that does not, and the later end counts.
	lists := strings.Replace(acmeLists, "origin: own_form", "origin: own_form, retain_until: 2027-01-01", 1)
	d.apply(lists)
	d.wantRow("acme/energia", callee, "present list 1 import 2 line 2 of own_form until 2027-01-02T00:00:00Z")
	if _, err := d.ResumeProvider("bruno", "dataco", "they showed their consents"); err != nil {
		t.Fatal(err)
	}
	d.wantRow("acme/energia", callee, "present list 2 import 1 line 2 of provider provider 1")
	d.apply(strings.Replace(lists, "provider: dataco", "provider: dataco, retain_until: 2026-12-01", 1))
	d.wantRow("acme/energia", callee, "present list 1 import 2 line 2 of own_form until 2027-01-02T00:00:00Z")
	// A version keeps the origin and the end that were approved, and may end sooner.
	d.apply(strings.Replace(acmeLists, "origin: own_form", "origin: web", 1))
	d.wantRow("acme/fibra", callee, "present open list 1 import 2 line 2 of own_form")
}

// TestListEnds: a version ends as it was approved, or as data.yaml says now if
// that is sooner: nobody lengthens its life without the principal.
func TestListEnds(t *testing.T) {
	t.Parallel()
	const row = "present list 1 import 1 line 2 of own_form"
	for _, tt := range []struct{ imported, now, want string }{
		{"", "", row},
		{"", ", retain_until: 2026-12-31", row + " until 2027-01-01T00:00:00Z"},
		{", retain_until: 2026-12-31", "", row + " until 2027-01-01T00:00:00Z"},
		{", retain_until: 2026-12-31", ", retain_until: 2027-12-31", row + " until 2027-01-01T00:00:00Z"},
		{", retain_until: 2026-12-31", ", retain_until: 2026-03-01T10:00:00+01:00", row + " until 2026-03-01T09:00:00Z"},
	} {
		d := openLists(t)
		ends := func(when string) { d.apply(strings.Replace(acmeLists, "origin: own_form", "origin: own_form"+when, 1)) }
		ends(tt.imported)
		d.load(book.Lists, "acme/spring", time.Time{}, "number", callee.String())
		d.approve("acme/spring")
		ends(tt.now)
		d.reopen()
		d.wantRow("acme/energia", callee, tt.want)
	}
}

// TestListAttach: a list may be called by the campaigns it is attached to, and
// a file that does not speak of lists leaves them.
func TestListAttach(t *testing.T) {
	t.Parallel()
	d := openLists(t)
	d.load(book.Lists, "acme/spring", time.Time{}, "number", callee.String())
	d.approve("acme/spring")
	d.wantRow("acme/gas", callee, "absent")
	before := d.Current().Generation()
	for range 2 { // the second time nothing changes
		if g, err := d.AttachList("bruno", "acme/spring", "acme/gas"); err != nil || g != before+1 {
			t.Fatal(g, err)
		}
	}
	d.apply(acme)
	d.reopen()
	d.wantRow("acme/gas", callee, "present list 1 import 1 line 2 of own_form")
	d.wantRow("acme/energia", callee, "present list 1 import 1 line 2 of own_form")
	d.wantRow("acme/fibra", callee, "present list 1 import 1 line 2 of own_form") // off_list is what the file says
	for _, tt := range [][3]string{
		{"acme/none", "acme/gas", "there is no list"},
		{"acme/spring", "acme/none", "there is no campaign"},
		{"acme/spring", "beta/old", "belongs to another principal"},
	} {
		if _, err := d.AttachList("bruno", tt[0], tt[1]); !errors.Is(err, book.ErrInput) || !strings.Contains(err.Error(), tt[2]) {
			t.Errorf("%v: %v", tt, err)
		}
	}
	if f := d.Current().List(77, callee); f != (policy.ListFact{}) {
		t.Errorf("a campaign that nobody knows: %+v", f)
	}
}
