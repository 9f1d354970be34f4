package book_test

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
)

// TestApplyGolden applies each file to the book of acme.
func TestApplyGolden(t *testing.T) {
	t.Parallel()
	for _, path := range files(t, "testdata/apply/*.txt") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			golden(t, path, func(input string) string {
				d := openAcme(t)
				before := rows(t, d.config.Store)
				dry, dryErr := d.Apply(t.Context(), "bruno", []byte(input), true)
				if !maps.Equal(before, rows(t, d.config.Store)) {
					t.Error("a dry run changed rows")
				}
				changes, err := d.Apply(t.Context(), "bruno", []byte(input), false)
				if fmt.Sprint(dry.Edits, dryErr) != fmt.Sprint(changes.Edits, err) {
					t.Errorf("the dry run says %v %v", dry, dryErr)
				}
				if err != nil {
					if !errors.Is(err, book.ErrInput) {
						t.Errorf("%v is not ErrInput", err)
					}
					if !maps.Equal(before, rows(t, d.config.Store)) || d.Current().Generation() != 1 {
						t.Error("a refused apply changed something")
					}
					return err.Error()
				}
				var out strings.Builder
				fmt.Fprintf(&out, "generation %d\n", changes.Generation)
				for _, e := range changes.Edits {
					fmt.Fprintf(&out, "%s %s: %s\n", e.What, e.Name, e.Change)
				}
				return out.String()
			})
		})
	}
}

func TestApplyTwice(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	before := rows(t, d.config.Store)
	changes, err := d.Apply(t.Context(), "bruno", []byte(acme), false)
	if err != nil || len(changes.Edits) != 0 || changes.Generation != 1 {
		t.Errorf("the second apply: %+v, %v", changes, err)
	}
	if !maps.Equal(before, rows(t, d.config.Store)) {
		t.Error("the second apply changed rows")
	}
}

func TestApplyKeepsIDs(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	first, _ := d.Current().Campaign("acme/energia")
	gas, _ := d.Current().Campaign("acme/gas")
	if first.Group == 0 || first.Group == gas.Group {
		t.Errorf("groups %d and %d: one for each principal, purpose and call centre", first.Group, gas.Group)
	}
	d.reopen()
	change := strings.Replace(acme, "name: energia, principal: acme, call_centre: ccx", "name: energia, principal: acme, call_centre: ccy", 1)
	if _, err := d.Apply(t.Context(), "bruno", []byte(change), false); err != nil {
		t.Fatal(err)
	}
	moved, _ := d.Current().Campaign("acme/energia")
	if moved.ID != first.ID || moved.Group != gas.Group {
		t.Errorf("campaign %d group %d became %d group %d", first.ID, first.Group, moved.ID, moved.Group)
	}
	if _, err := d.Apply(t.Context(), "bruno", []byte("principals: [{name: gamma}]"), false); err != nil {
		t.Fatal(err)
	}
	if id := d.principal("gamma"); id != 3 {
		t.Errorf("gamma has id %d, want the next one after beta", id)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	closed := strings.Replace(acme, "ground: consent}", "ground: directory, closed: true}", 1)
	if _, err := d.Apply(t.Context(), "bruno", []byte(closed), false); err != nil {
		t.Fatal(err)
	}
	d.reopen()
	if _, err := d.Apply(t.Context(), "carla", []byte(acme), false); err != nil {
		t.Fatal(err)
	}
	versions, err := d.History("campaign", "acme/fibra")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range versions {
		got = append(got, fmt.Sprint(v.At.Format(time.TimeOnly), ".", v.At.Nanosecond(), " ", v.Actor, " ", v.Change))
	}
	want := []string{
		"09:00:00.2 carla ground: directory -> consent, closed: true -> false",
		"09:00:00.1 bruno ground: consent -> directory, closed: false -> true",
		"09:00:00.0 anna new",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if _, err := d.History("campaign", "acme/none"); !errors.Is(err, book.ErrUnknown) {
		t.Errorf("no such campaign: %v", err)
	}
	if _, err := d.History("part", "1"); !errors.Is(err, book.ErrUnknown) {
		t.Errorf("no such kind: %v", err)
	}
}

func TestApplyFails(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.config.Store = &failing{Store: d.config.Store}
	d.reopen()
	if _, err := d.Apply(t.Context(), "anna", []byte(acme), false); !errors.Is(err, errGone) || errors.Is(err, book.ErrInput) {
		t.Errorf("got %v", err)
	}
	if s := d.Current(); s.Generation() != 0 || len(s.Campaigns()) != 0 {
		t.Error("what was not committed is in force")
	}
	d.config.Store.(*failing).commits = 1
	if _, err := d.Apply(t.Context(), "anna", []byte(acme), false); err != nil {
		t.Fatal(err)
	}
	if c, _ := d.Current().Campaign("acme/energia"); c.ID != 1 || d.Current().Generation() != 1 {
		t.Errorf("campaign %d in generation %d", c.ID, d.Current().Generation())
	}
}

func TestApplyTooMuch(t *testing.T) {
	t.Parallel()
	d := open(t)
	text := func(from, to int) []byte {
		b := []byte("principals:\n")
		for i := from; i < to; i++ {
			b = fmt.Appendf(b, "  - name: p%d\n", i)
		}
		return b
	}
	if _, err := d.Apply(t.Context(), "anna", text(0, 6000), false); !errors.Is(err, book.ErrInput) {
		t.Errorf("6000 at once: %v", err)
	}
	for from := 0; from < 8000; from += 4000 {
		if _, err := d.Apply(t.Context(), "anna", text(from, from+4000), false); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(d.Current().PrincipalIDs()); n != 8000 {
		t.Errorf("%d principals", n)
	}
}

func TestAttempt(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	for _, c := range []struct {
		name, trunk, user string
		mapping           policy.Mapping
		campaign          string
		called            policy.Number
		reading           policy.Reading
	}{
		{"prefix", "dialer-1", "9773331234567", policy.Mapped, "acme/energia", 393331234567, policy.Readable},
		{"other prefix", "dialer-1", "978+393331234567", policy.Mapped, "acme/fibra", 393331234567, policy.Readable},
		{"prefix of another call centre's campaign", "dialer-1", "979+393331234567", policy.Unmapped, "", 393331234567, policy.Readable},
		{"prefix of a campaign that is not there", "dialer-1", "976+393331234567", policy.Unmapped, "", 393331234567, policy.Readable},
		{"no prefix, refuse", "dialer-1", "+393331234567", policy.Unmapped, "", 393331234567, policy.Readable},
		{"prefix of a closed campaign", "dialer-2", "70+393331234567", policy.Unmapped, "", 393331234567, policy.Readable},
		{"the only active one", "dialer-2", "3331234567", policy.Mapped, "acme/gas", 393331234567, policy.Readable},
		{"more than one", "dialer-3", "3331234567", policy.Ambiguous, "", 393331234567, policy.Readable},
		{"no call centre", "dialer-4", "3331234567", policy.Unmapped, "", 393331234567, policy.Readable},
		{"unknown trunk", "dialer-9", "3331234567", policy.Unmapped, "", 393331234567, policy.Readable},
		{"unknown trunk, emergency", "dialer-9", "112", policy.Unmapped, "", 0, policy.Emergency},
		{"unreadable", "dialer-2", "alice", policy.Mapped, "acme/gas", 0, policy.Unreadable},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := d.Current().Attempt(policy.Dialled{Trunk: c.trunk, User: c.user, At: monday})
			if a.Mapping != c.mapping || a.CampaignName != c.campaign || a.Called != c.called || a.Reading != c.reading {
				t.Errorf("mapping %v campaign %q called %s reading %v", a.Mapping, a.CampaignName, a.Called, a.Reading)
			}
			if a.Profile != "it" || a.User != c.user || !a.At.Equal(monday) {
				t.Errorf("profile %q, user %q, at %v", a.Profile, a.User, a.At)
			}
		})
	}
}

// TestAttemptEmergency: a short code passes unjudged, unless a gateway could dial
// something else instead.
func TestAttemptEmergency(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	for _, c := range []struct {
		isup policy.ISUP
		want policy.Reading
	}{
		{policy.ISUP{}, policy.Emergency},
		{policy.ISUP{Form: policy.ISUPDialled, Digits: "112"}, policy.Emergency},
		{policy.ISUP{Form: policy.ISUPNational, Digits: "112"}, policy.Emergency},
		{policy.ISUP{Form: policy.ISUPUnreadable}, policy.Emergency},
		{policy.ISUP{Form: policy.ISUPNational, Digits: "3331234567"}, policy.Unreadable},
	} {
		a := d.Current().Attempt(policy.Dialled{Trunk: "dialer-1", User: "112", ISUP: c.isup})
		if a.Reading != c.want || (a.Emergency != "") != (c.want == policy.Emergency) {
			t.Errorf("112 with ISUP %+v is read as %s, %q", c.isup, a.Reading, a.Emergency)
		}
	}
}

func TestAttemptFields(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	c, _ := d.Current().Campaign("acme/fibra")
	want := policy.Attempt{
		Dialled: policy.Dialled{
			Trunk: "dialer-1", User: "978+393331234567", ISUP: policy.ISUP{Form: policy.ISUPNational, Digits: "3331234568"},
		},
		Reading: policy.Readable, Called: 393331234567, ISUPCalled: 393331234568, Country: "IT", Zone: "Europe/Rome", Mapping: policy.Mapped, MappedBy: "prefix 78", Campaign: c.ID, Principal: c.Principal,
		CallCentre: c.CallCentre, Account: c.Account, Group: c.Group, Purpose: "fibre", Channel: policy.ChannelOperator,
		Ground: policy.GroundConsent, DialMode: policy.Progressive, CampaignName: "acme/fibra", Profile: "it",
	}
	if got := d.Current().Attempt(want.Dialled); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	want.Dialled, want.DialMode, want.ISUPCalled, want.Carrier = policy.Dialled{User: "+393331234567"}, policy.Predictive, 0, "IT"
	want.MappedBy = ""
	if got := d.Current().AttemptFor(c, want.Dialled); got != want {
		t.Errorf("as if dialled: got  %+v\nwant %+v", got, want)
	}
	var open []string
	for _, c := range d.Current().Campaigns() {
		if !c.Closed {
			open = append(open, c.Name)
		}
	}
	if fmt.Sprint(open) != "[acme/energia acme/fibra acme/gas]" {
		t.Errorf("open campaigns %v", open)
	}
}
