package policy

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fake is a rule that always finds the same.
func fake(name string, r Reason) Rule {
	return Rule{Name: name, Needs: NeedsBlacklist, Judge: func(*Params, *Attempt, *Facts) Finding {
		return Finding{Rule: "not for the rule to say", Reason: r}
	}}
}

// never is a rule that must not be asked.
func never(t *testing.T, name string) Rule {
	return Rule{Name: name, Judge: func(*Params, *Attempt, *Facts) Finding {
		t.Errorf("rule %s was asked", name)
		return Finding{}
	}}
}

// complete is a profile without a mistake.
func complete(name string) Params {
	rome, err := ParseZone("Europe/Rome")
	if err != nil {
		panic(err)
	}
	b := Basis{Binding: BindingLaw, Source: "a law", AsOf: "2026-11-22"}
	plain := PlainParams{b}
	return Params{
		Name: name, Emergency: plain, Number: plain, Campaign: plain, Blacklist: plain,
		Ground:   GroundParams{b, SwitchParam{true, b}},
		Provider: plain, List: plain,
		Scanning: ScanningParams{
			Basis: plain.Basis, Run: CountParam{20, plain.Basis}, InRuns: CountParam{25, plain.Basis}, Unassignable: CountParam{10, plain.Basis},
		},
		Freshness: FreshnessParams{b, Span{1, b}}, Hold: plain,
		Contract: ContractParams{b, SwitchParam{true, b}, Span{1, b}}, Request: RequestParams{b, Span{1, b}},
		Consent: ConsentParams{b, CountParam{2, b}, CountParam{24, b}, CountParam{0, b}, SwitchParam{true, b}},
		Clock:   ClockParams{b, Span{1, b}}, Hours: HoursParams{Basis: b},
		Registry: RegistryParams{b, Span{1, b}, PrecedenceParam{OverFirst, b}},
		Bar:      BarParams{b, rome, CountParam{5, b}, Span{120 * time.Hour, b}, ScopeParam{ScopeParties, b}},
		Operator: OperatorParams{b, CountParam{24, b}, SwitchParam{false, b}},
		Silent:   SilentParams{b, Span{3 * time.Second, b}, HungUpParam{HungUpApart, b}},
		Mandate:  plain, CallerID: CallerIDParams{b, SwitchParam{true, b}, Words{Basis: b}, Words{Basis: b}},
		CallCentre: CallCentreParams{b, Span{30 * 24 * time.Hour, b}},
		Origin:     OriginParams{b, Words{[]string{"IT"}, b}},
		Sector:     SectorParams{b, Words{[]string{"energy"}, b}, Words{Basis: b}},
		Refusal:    RefusalParams{Basis: b}, Frequency: FrequencyParams{Basis: b}, Gate: GateParams{Basis: b},
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	pass, abstains := fake("pass", Passes), fake("abstains", OK)
	refuses, later := fake("refuses", BlacklistListed), fake("later", HoursClosed)
	blind := fake("blind", NotRead)
	shadow := fake("shadow", HoursClosed)
	shadow.Judge = func(*Params, *Attempt, *Facts) Finding { return Finding{Reason: HoursClosed, Shadow: true} }
	for _, tt := range []struct {
		name  string
		table Table
		fault Fault
		want  string // verdict, rule, reason | trail
	}{
		{"no rule", Table{}, NoFault, "allow  ok |"},
		{
			"all abstain",
			Table{Pass: []Rule{abstains}, Veto: []Rule{fake("v", OK)}, Pace: []Rule{fake("p", OK)}},
			NoFault,
			"allow  ok | abstains:ok v:ok p:ok",
		},
		{"a pass ends judging", Table{
			Pass: []Rule{abstains, pass, never(t, "next")}, Veto: []Rule{never(t, "veto")},
			Pace: []Rule{never(t, "pace")},
		}, StoreFailed, "allow pass ok | abstains:ok pass:ok"},
		{
			"only a pass rule lifts",
			Table{Veto: []Rule{pass, refuses}},
			NoFault,
			"refuse refuses blacklist.principal | pass:ok refuses:blacklist.principal",
		},
		{"a pass rule cannot refuse", Table{Pass: []Rule{refuses}}, NoFault, "allow  ok | refuses:ok"},
		{
			"the first refusal is the reason",
			Table{Veto: []Rule{abstains, refuses}, NotNow: []Rule{later}},
			NoFault,
			"refuse refuses blacklist.principal | abstains:ok refuses:blacklist.principal later:hours.closed",
		},
		{
			"steps in order",
			Table{NotNow: []Rule{later}, Ground: []Rule{fake("g", GroundNone)}, Veto: []Rule{refuses}},
			NoFault,
			"refuse refuses blacklist.principal | refuses:blacklist.principal g:ground.none later:hours.closed",
		},
		{
			"pace only for a call that would go",
			Table{NotNow: []Rule{later}, Pace: []Rule{never(t, "pace")}},
			NoFault,
			"refuse later hours.closed | later:hours.closed",
		},
		{
			"in shadow it refuses nobody",
			Table{Veto: []Rule{shadow}, Ground: []Rule{abstains}, Pace: []Rule{fake("p", OK)}},
			NoFault,
			"allow  ok | shadow:hours.closed abstains:ok p:ok",
		},
		{"in shadow it is not the reason", Table{Veto: []Rule{shadow, refuses}}, NoFault, "refuse refuses blacklist.principal | shadow:hours.closed refuses:blacklist.principal"},
		{"pace refuses", Table{Pace: []Rule{later, never(t, "next")}}, NoFault, "refuse later hours.closed | later:hours.closed"},
		{"unknown, store", Table{Veto: []Rule{blind}}, StoreFailed, "refuse blind store.failed | blind:store.failed"},
		{"unknown, desk", Table{Veto: []Rule{blind}}, DeskBusy, "refuse blind desk.busy | blind:desk.busy"},
		{"unknown, data", Table{Veto: []Rule{blind}}, DataBroken, "refuse blind data.broken | blind:data.broken"},
		{"unknown without a fault", Table{Veto: []Rule{blind}}, NoFault, "refuse blind data.broken | blind:data.broken"},
		{
			"not looked for after a refusal",
			Table{Veto: []Rule{refuses, blind}},
			NoFault,
			"refuse refuses blacklist.principal | refuses:blacklist.principal blind:ok(not read)",
		},
		{
			"a fault after a refusal",
			Table{Veto: []Rule{refuses, blind}},
			StoreFailed,
			"refuse refuses blacklist.principal | refuses:blacklist.principal blind:store.failed",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := New(tt.table, complete("it"))
			if err != nil {
				t.Fatal(err)
			}
			d := p.Judge(&Attempt{}, &Facts{Fault: tt.fault})
			if diff := cmp.Diff(tt.want, describe(d)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func describe(d Decision) string {
	var trail []string
	for _, f := range d.Trail {
		s := f.Rule + ":" + f.Reason.String()
		if f.Reason == OK && f.Note != "" {
			s += "(" + f.Note + ")"
		}
		trail = append(trail, s)
	}
	return strings.TrimSpace(d.Verdict.String() + " " + d.Rule + " " + d.Reason.String() + " | " + strings.Join(trail, " "))
}

// TestJudgeClaim: an allowed attempt takes the greatest claim of its rules, a
// refused one none, whichever rule refuses; the trail says who claimed.
func TestJudgeClaim(t *testing.T) {
	t.Parallel()
	claims := func(name string, c Claim) Rule {
		return Rule{Name: name, Judge: func(*Params, *Attempt, *Facts) Finding { return Finding{Claim: c} }}
	}
	contact, greater, refuses := claims("contact", ClaimContact), claims("greater", ClaimContact+1), fake("refuses", HoursClosed)
	for _, tt := range []struct {
		name  string
		table Table
		want  Claim
	}{
		{"nobody", Table{NotNow: []Rule{fake("abstains", OK)}}, NoClaim},
		{"one", Table{NotNow: []Rule{fake("abstains", OK), contact, fake("too", OK)}}, ClaimContact},
		{"two", Table{NotNow: []Rule{contact, greater}}, ClaimContact + 1},
		{"two, the other way", Table{NotNow: []Rule{greater, contact}}, ClaimContact + 1},
		{"in the last step", Table{Pace: []Rule{contact}}, ClaimContact},
		{"refused before", Table{Veto: []Rule{refuses}, NotNow: []Rule{contact}}, NoClaim},
		{"refused after", Table{NotNow: []Rule{contact, refuses}}, NoClaim},
		{"refused in the last step", Table{NotNow: []Rule{contact}, Pace: []Rule{refuses}}, NoClaim},
		{"a pass takes none", Table{Pass: []Rule{fake("pass", Passes)}, NotNow: []Rule{contact}}, NoClaim},
	} {
		p, err := New(tt.table, complete("it"))
		if err != nil {
			t.Fatal(err)
		}
		d := p.Judge(&Attempt{}, &Facts{})
		if d.Claim != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, d.Claim, tt.want)
		}
		for _, f := range d.Trail {
			if f.Rule == "contact" && f.Claim != ClaimContact {
				t.Errorf("%s: the trail says %+v", tt.name, f)
			}
		}
	}
	p, err := New(Table{NotNow: []Rule{contact}}, complete("it"))
	if err != nil {
		t.Fatal(err)
	}
	if d := p.Judge(&Attempt{Profile: "fr"}, &Facts{}); d.Claim != NoClaim {
		t.Errorf("refused for want of a profile: got %s", d.Claim)
	}
}

// TestJudgeShadow: what a rule in shadow finds stands in the trail and decides
// nothing, nor does it claim: the decision is that of the table without it.
func TestJudgeShadow(t *testing.T) {
	t.Parallel()
	shadowed := func(name string, r Reason, c Claim) Rule {
		return Rule{Name: name, Judge: func(*Params, *Attempt, *Facts) Finding { return Finding{Reason: r, Claim: c, Shadow: true} }}
	}
	refuses := fake("refuses", HoursClosed)
	for _, tt := range []struct {
		name  string
		table Table
		want  string
		claim Claim
	}{
		{"refuses", Table{Veto: []Rule{shadowed("s", BlacklistListed, NoClaim)}}, "allow  ok | s:blacklist.principal", NoClaim},
		{"not read", Table{Veto: []Rule{shadowed("s", NotRead, NoClaim)}}, "allow  ok | s:store.failed", NoClaim},
		{"claims", Table{NotNow: []Rule{shadowed("s", OK, ClaimContact)}}, "allow  ok | s:ok", NoClaim},
		{"before one that refuses", Table{Veto: []Rule{shadowed("s", BlacklistListed, NoClaim), refuses}}, "refuse refuses hours.closed | s:blacklist.principal refuses:hours.closed", NoClaim},
		{"the last step is asked", Table{Veto: []Rule{shadowed("s", BlacklistListed, NoClaim)}, Pace: []Rule{refuses}}, "refuse refuses hours.closed | s:blacklist.principal refuses:hours.closed", NoClaim},
		{"beside one that claims", Table{NotNow: []Rule{
			shadowed("s", BlacklistListed, NoClaim),
			{Name: "c", Judge: func(*Params, *Attempt, *Facts) Finding { return Finding{Claim: ClaimContact} }},
		}}, "allow  ok | s:blacklist.principal c:ok", ClaimContact},
	} {
		p, err := New(tt.table, complete("it"))
		if err != nil {
			t.Fatal(err)
		}
		d := p.Judge(&Attempt{}, &Facts{Fault: StoreFailed})
		if got := describe(d); got != tt.want || d.Claim != tt.claim {
			t.Errorf("%s: got %s, claims %s; want %s, %s", tt.name, got, d.Claim, tt.want, tt.claim)
		}
	}
}

// TestJudgeProfile: an attempt is judged by the profile it names.
func TestJudgeProfile(t *testing.T) {
	t.Parallel()
	names := Rule{Name: "names", Judge: func(p *Params, _ *Attempt, _ *Facts) Finding { return Finding{Note: p.Name} }}
	p, err := New(Table{Pass: []Rule{fake("urgent", OK)}, Veto: []Rule{names}}, complete("it"), complete("it+code"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ profile, want string }{
		{"", "allow  ok | urgent:ok names:ok(it)"},
		{"it", "allow  ok | urgent:ok names:ok(it)"},
		{"it+code", "allow  ok | urgent:ok names:ok(it+code)"},
		{"fr", "refuse profile data.broken | urgent:ok profile:data.broken names:ok(it)"},
	} {
		if got := describe(p.Judge(&Attempt{Profile: tt.profile}, &Facts{})); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.profile, got, tt.want)
		}
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	bad := complete("bad")
	bad.Registry.ValidFor.Value = 0
	for _, tt := range []struct {
		name   string
		table  Table
		params []Params
		want   []string
	}{
		{"good", Table{Veto: []Rule{fake("a", OK)}}, []Params{complete("it")}, nil},
		{
			"twice",
			Table{Veto: []Rule{fake("a", OK)}, Pace: []Rule{fake("a", OK)}},
			[]Params{complete("it")},
			[]string{`rule "a" stands twice in the table`},
		},
		{
			"all mistakes at once",
			Table{Veto: []Rule{{Name: "a"}, fake("", OK)}},
			[]Params{complete("it"), bad},
			[]string{`rule "a" has no judge`, "rule 1 has no name", `profile "bad": registry.valid_for: must be longer than nothing`},
		},
		{"profile twice", Table{}, []Params{complete("it"), complete("it")}, []string{`profile "it" is given twice`}},
	} {
		_, err := New(tt.table, tt.params[0], tt.params[1:]...)
		var got []string
		if err != nil {
			got = strings.Split(err.Error(), "\n")
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestJudgeAllocates: one allocation, the trail.
func TestJudgeAllocates(t *testing.T) {
	p, err := New(Table{Pass: []Rule{fake("a", OK)}, Veto: []Rule{fake("b", NotRead)}, Pace: []Rule{fake("c", OK)}}, complete("it"))
	if err != nil {
		t.Fatal(err)
	}
	a, f := &Attempt{}, &Facts{}
	if n := testing.AllocsPerRun(100, func() { p.Judge(a, f) }); n != 1 {
		t.Errorf("%v allocations", n)
	}
}
