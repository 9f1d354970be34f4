package book_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/mapping"
)

// openMapped is a book of acme whose trunk m maps by the rules.
func openMapped(t testing.TB, trunk book.Trunk) *desk {
	t.Helper()
	d := open(t)
	trunk.Name, trunk.CallCentre, trunk.Country = "m", "ccx", "IT"
	d.config.Trunks = []book.Trunk{trunk}
	d.reopen()
	d.apply(acme)
	d.apply(acmeLists)
	d.apply(aliased)
	return d
}

func to(value string, campaigns ...string) mapping.Entry {
	for i := range campaigns {
		campaigns[i] = "acme/" + campaigns[i]
	}
	return mapping.Entry{Value: value, Campaigns: campaigns}
}

// mapped tells what becomes of a call.
func (d *desk) mapped(said policy.Dialled) string {
	said.Trunk = "m"
	if said.User == "" {
		said.User = "3331234567"
	}
	a := d.Current().Attempt(said)
	return fmt.Sprintf("%s %s by %q", a.Mapping, a.CampaignName, a.MappedBy)
}

// TestMapping holds each way, and that the first rule that says one decides.
func TestMapping(t *testing.T) {
	t.Parallel()
	caller := mapping.Rule{By: mapping.ByCallerID, Entries: []mapping.Entry{
		to("+390612345678", "energia"), to("+390612345*", "fibra"), to("201", "fibra"), to("+390712345678", "gas"), to("+390812345678", "gas", "fibra"),
		to("+390912345678", "fibra", "energia"),
	}}
	display := mapping.Rule{By: mapping.ByDisplay, Entries: []mapping.Entry{to("V??????????0001*", "energia"), to("V??????????0002*", "fibra")}}
	header := mapping.Rule{By: mapping.ByHeader, Header: "X-Campaign"}
	port := mapping.Rule{By: mapping.BySourcePort, Entries: []mapping.Entry{to("5062", "energia"), to("5070-5079", "fibra")}}
	for _, c := range []struct {
		rules []mapping.Rule
		said  policy.Dialled
		want  string
	}{
		{[]mapping.Rule{caller}, policy.Dialled{CallerID: "0612345678"}, `mapped acme/energia by "caller_id +390612345678"`},
		{[]mapping.Rule{caller}, policy.Dialled{CallerID: "+390612345678"}, `mapped acme/energia by "caller_id +390612345678"`},
		{[]mapping.Rule{caller}, policy.Dialled{CallerID: "+390612345679"}, `mapped acme/fibra by "caller_id +390612345*"`},
		{[]mapping.Rule{caller}, policy.Dialled{CallerID: "201"}, `mapped acme/fibra by "caller_id 201"`},
		{[]mapping.Rule{caller}, policy.Dialled{CallerID: "0212345678"}, `unmapped  by ""`},
		{[]mapping.Rule{caller}, policy.Dialled{}, `unmapped  by ""`},
		// A campaign of another call centre: the rule applies, and leads nowhere.
		{[]mapping.Rule{caller, port}, policy.Dialled{CallerID: "+390712345678", SourcePort: 5062}, `unmapped  by "caller_id +390712345678"`},
		{[]mapping.Rule{caller}, policy.Dialled{CallerID: "+390812345678"}, `mapped acme/fibra by "caller_id +390812345678"`},
		// Of several the next rules tell which it is; what contradicts says nothing.
		{[]mapping.Rule{caller}, policy.Dialled{CallerID: "+390912345678"}, `ambiguous  by "caller_id +390912345678"`},
		{[]mapping.Rule{caller, port}, policy.Dialled{CallerID: "+390912345678", SourcePort: 5070}, `mapped acme/fibra by "caller_id +390912345678, source_port 5070-5079"`},
		{[]mapping.Rule{port, caller}, policy.Dialled{CallerID: "+390612345678", SourcePort: 5070}, `mapped acme/fibra by "source_port 5070-5079"`},
		{[]mapping.Rule{display}, policy.Dialled{Display: "V1123045959000112345"}, `mapped acme/energia by "display V??????????0001*"`},
		{[]mapping.Rule{display}, policy.Dialled{Display: "V1123045959000212345"}, `mapped acme/fibra by "display V??????????0002*"`},
		{[]mapping.Rule{display}, policy.Dialled{Display: "V1123045959000312345"}, `unmapped  by ""`},
		{[]mapping.Rule{header}, policy.Dialled{Headers: "X-Campaign: SALES"}, `mapped acme/energia by "header X-Campaign SALES"`},
		{[]mapping.Rule{header}, policy.Dialled{Headers: "X-Campaign: acme/fibra"}, `mapped acme/fibra by "header X-Campaign acme/fibra"`},
		{[]mapping.Rule{header}, policy.Dialled{Headers: "X-Campaign: acme/gas"}, `unmapped  by ""`},
		{[]mapping.Rule{header}, policy.Dialled{Headers: "X-Other: SALES"}, `unmapped  by ""`},
		{[]mapping.Rule{header}, policy.Dialled{Headers: "X-Campaign: SALES\nX-Campaign: SALES"}, `mapped acme/energia by "header X-Campaign SALES"`},
		{[]mapping.Rule{header}, policy.Dialled{Headers: "X-Campaign: SALES\nX-Campaign: FIBRE"}, `ambiguous  by "header X-Campaign FIBRE"`},
		{[]mapping.Rule{{By: mapping.ByDisplay}}, policy.Dialled{Display: "Energia Q4"}, `mapped acme/energia by "display Energia Q4"`},
		{[]mapping.Rule{{By: mapping.ByPrefix}, port}, policy.Dialled{User: "773331234567", SourcePort: 5070}, `mapped acme/energia by "prefix 77"`},
		{[]mapping.Rule{port, {By: mapping.ByPrefix}}, policy.Dialled{User: "773331234567", SourcePort: 5070}, `mapped acme/fibra by "source_port 5070-5079"`},
		{[]mapping.Rule{port}, policy.Dialled{User: "783331234567", SourcePort: 5070}, `unmapped  by "prefix 78"`},
	} {
		d := openMapped(t, book.Trunk{Rules: c.rules, Prefixes: map[string]string{"77": "acme/energia", "78": "acme/gas"}})
		if got := d.mapped(c.said); got != c.want {
			t.Errorf("%+v of %+v\n got %s\nwant %s", c.rules, c.said, got, c.want)
		}
	}
}

// TestMappingByList: the only campaign whose lists hold the number.
func TestMappingByList(t *testing.T) {
	t.Parallel()
	d := openMapped(t, book.Trunk{Rules: []mapping.Rule{
		{By: mapping.ByCallerID, Entries: []mapping.Entry{to("201", "fibra", "energia"), to("202", "fibra")}}, {By: mapping.ByList},
	}})
	// bought is energia's, spring is both campaigns'.
	d.load(book.Lists, "acme/bought", time.Time{}, "number", "+393331111111", "+393331111112")
	d.load(book.Lists, "acme/spring", time.Time{}, "number", "+393331111112", "+393331111113")
	for _, c := range []struct{ number, caller, want string }{
		{"3331111111", "", `mapped acme/energia by "list"`},
		{"3331111111", "201", `mapped acme/energia by "caller_id 201, list"`},
		{"3331111111", "202", `mapped acme/fibra by "caller_id 202"`},
		{"3331111112", "", `ambiguous  by "list"`},
		{"3331111113", "201", `ambiguous  by "caller_id 201, list"`},
		{"3331111114", "201", `ambiguous  by "caller_id 201"`},
		{"3331111114", "", `unmapped  by ""`},
		{"alice", "", `unmapped  by ""`},
	} {
		if got := d.mapped(policy.Dialled{User: c.number, CallerID: c.caller}); got != c.want {
			t.Errorf("%s from %q: %s, want %s", c.number, c.caller, got, c.want)
		}
	}
	// A list that waits for its approval takes no call from one that is approved.
	d.approve("acme/bought")
	if got, want := d.mapped(policy.Dialled{User: "3331111112"}), `mapped acme/energia by "list"`; got != want {
		t.Errorf("approved and waiting: %s, want %s", got, want)
	}
	c, _ := d.Current().Campaign("acme/energia")
	if got := d.Current().Holders("m", 393331111112); len(got) != 1 || got[0] != c.ID {
		t.Errorf("holders %v, want %d", got, c.ID)
	}
}

// TestMappingBroken: a list that cannot be read may hold the number too.
func TestMappingBroken(t *testing.T) {
	t.Parallel()
	d := openMapped(t, book.Trunk{Rules: []mapping.Rule{{By: mapping.ByList}}, Default: "acme/fibra"})
	d.load(book.Lists, "acme/bought", time.Time{}, "number", "+393331111111")
	d.load(book.Lists, "acme/spring", time.Time{}, "number", "+393331111112")
	for _, file := range files(t, filepath.Join(d.config.Dir, "sets", "*", "*", "*", "numbers.u64"))[:1] {
		if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.reopen()
	if got, want := d.mapped(policy.Dialled{User: "3331111111"}), `unmapped  by "list"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestFallbacks: unknown and ambiguous calls go where the trunk says.
func TestFallbacks(t *testing.T) {
	t.Parallel()
	rules := []mapping.Rule{{By: mapping.ByCallerID, Entries: []mapping.Entry{to("201", "fibra", "energia")}}}
	for _, c := range []struct {
		trunk              book.Trunk
		unknown, ambiguous string
	}{
		{book.Trunk{Rules: rules}, `unmapped  by ""`, `ambiguous  by "caller_id 201"`},
		{book.Trunk{Rules: rules, Default: "acme/fibra"}, `mapped acme/fibra by "otherwise"`, `ambiguous  by "caller_id 201"`},
		{book.Trunk{Rules: rules, Default: "acme/gas"}, `unmapped  by ""`, `ambiguous  by "caller_id 201"`},
		{book.Trunk{Rules: rules, Ambiguous: "acme/energia"}, `unmapped  by ""`, `mapped acme/energia by "caller_id 201, ambiguous"`},
		{book.Trunk{Rules: rules, Otherwise: book.OtherwiseOnly}, `ambiguous  by ""`, `ambiguous  by "caller_id 201"`},
		{book.Trunk{Rules: rules, Otherwise: book.OtherwiseOnly, Ambiguous: "acme/energia"}, `mapped acme/energia by "ambiguous"`, `mapped acme/energia by "caller_id 201, ambiguous"`},
	} {
		d := openMapped(t, c.trunk)
		if got := d.mapped(policy.Dialled{}); got != c.unknown {
			t.Errorf("%+v, unknown: %s, want %s", c.trunk, got, c.unknown)
		}
		if got := d.mapped(policy.Dialled{CallerID: "201"}); got != c.ambiguous {
			t.Errorf("%+v, ambiguous: %s, want %s", c.trunk, got, c.ambiguous)
		}
	}
}

// TestOneDial: another display name of the same campaign is the same dial, and
// one of another campaign is another.
func TestOneDial(t *testing.T) {
	t.Parallel()
	d := openMapped(t, book.Trunk{Rules: []mapping.Rule{
		{By: mapping.ByDisplay, Entries: []mapping.Entry{to("V??1*", "energia"), to("V??2*", "fibra")}},
	}})
	judged := func(display string) policy.Judged {
		a := d.Current().Attempt(policy.Dialled{Trunk: "m", User: "3331234567", Display: display})
		return a.Judged()
	}
	if judged("V0010") != judged("V0111") {
		t.Error("each call of a campaign is another dial")
	}
	if judged("V0010") == judged("V0020") {
		t.Error("calls of two campaigns are one dial")
	}
}
