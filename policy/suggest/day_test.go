package suggest_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/seal"
	"tregua/policy/store/memory"
	"tregua/policy/suggest"
)

// mix is the traffic of a call centre: what its lists have in common, and what
// its dialer says.
type mix struct {
	name      string
	campaigns int     // of two principals
	list      int     // numbers of each
	overlap   float64 // share of the numbers that come from a pool of all campaigns
	nested    bool    // every second campaign calls a part of the list before
	callers   int     // caller ids of each campaign's own
	shared    float64 // share of the calls that show a caller id of all campaigns
	display   string  // "vicidial", "name" or "": none
	loads     int     // in how many parts each list is loaded, in turn with the others
	inOrder   bool    // lists are dialled from their beginning
	offList   float64 // share of the calls to numbers on no list
	calls     int     // a day
	unknown   float64 // the most that may be left without campaign
}

var mixes = []mix{
	{name: "own caller ids", campaigns: 6, list: 4000, overlap: 0.1, callers: 2, display: "vicidial", loads: 1, offList: 0.002, calls: 20000, unknown: 0.01},
	{name: "the day of the issue", campaigns: 8, list: 5000, overlap: 0.3, callers: 3, shared: 0.4, display: "vicidial", loads: 2, offList: 0.005, calls: 30000, unknown: 0.03},
	{name: "one caller id for all", campaigns: 8, list: 5000, overlap: 0.3, callers: 1, shared: 1, display: "vicidial", loads: 2, offList: 0.005, calls: 30000, unknown: 0.05},
	{name: "half of the lists in common", campaigns: 8, list: 5000, overlap: 0.5, callers: 3, shared: 0.4, display: "vicidial", loads: 3, offList: 0.005, calls: 30000, unknown: 0.05},
	// Whoever calls a part of another's list says it by nothing but its caller id.
	{name: "lists within lists", campaigns: 6, list: 5000, overlap: 0.1, nested: true, callers: 3, shared: 0.4, display: "vicidial", loads: 2, offList: 0.005, calls: 30000, unknown: 0.8},
	{name: "dialled in order", campaigns: 8, list: 5000, overlap: 0.3, callers: 3, shared: 0.4, display: "vicidial", loads: 2, inOrder: true, offList: 0.005, calls: 30000, unknown: 0.15},
	{name: "the display name is stripped", campaigns: 8, list: 5000, overlap: 0.3, callers: 3, shared: 0.4, loads: 2, offList: 0.005, calls: 30000, unknown: 0.2},
	{name: "a name for each campaign", campaigns: 8, list: 5000, overlap: 0.3, callers: 3, shared: 1, display: "name", loads: 2, offList: 0.005, calls: 30000, unknown: 0.01},
	{name: "nothing but the lists", campaigns: 8, list: 5000, overlap: 0.3, callers: 1, shared: 1, loads: 2, offList: 0.005, calls: 30000, unknown: 0.35},
	{name: "many caller ids", campaigns: 6, list: 5000, overlap: 0.2, callers: 60, shared: 0.1, loads: 1, offList: 0.005, calls: 30000, unknown: 0.2},
	{name: "forty campaigns", campaigns: 40, list: 2000, overlap: 0.3, callers: 2, shared: 0.3, display: "vicidial", loads: 2, offList: 0.005, calls: 60000, unknown: 0.1},
}

// dialer makes the calls of a mix.
type dialer struct {
	mix
	r     *rand.Rand
	names []string          // of the campaigns
	lists [][]policy.Number // by campaign
	leads [][]int           // lead ids, by campaign and place
	next  []int             // places, of those that dial in order
}

func newDialer(m mix, seed uint64) *dialer {
	d := &dialer{mix: m, r: rand.New(rand.NewPCG(seed, 6)), next: make([]int, m.campaigns)}
	used := map[policy.Number]bool{}
	fresh := func() policy.Number {
		for {
			if n := policy.Number(393200000000 + d.r.Uint64N(190000000)); !used[n] {
				used[n] = true
				return n
			}
		}
	}
	pool := make([]policy.Number, m.list)
	for i := range pool {
		pool[i] = fresh()
	}
	for c := range m.campaigns {
		d.names = append(d.names, fmt.Sprintf("%s/c%d", []string{"acme", "beta"}[c%2], c))
		mine := map[policy.Number]bool{}
		var list []policy.Number
		size, within := m.list, m.nested && c%2 == 1
		if within {
			size = m.list / 2
		}
		for len(list) < size {
			var n policy.Number
			switch {
			case within:
				n = d.lists[c-1][d.r.IntN(m.list)]
			case d.r.Float64() < m.overlap:
				n = pool[d.r.IntN(len(pool))]
			default:
				n = fresh()
			}
			if !mine[n] {
				mine[n] = true
				list = append(list, n)
			}
		}
		d.lists = append(d.lists, list)
		d.leads = append(d.leads, make([]int, len(list)))
	}
	id := 100
	for part := range m.loads {
		for c, list := range d.lists {
			for i := part * len(list) / m.loads; i < (part+1)*len(list)/m.loads; i++ {
				d.leads[c][i] = id
				id++
			}
		}
	}
	return d
}

// data is the data.yaml of the call centre, with a list for each campaign.
func (d *dialer) data() string {
	var lists, campaigns strings.Builder
	for c, name := range d.names {
		principal, slug, _ := strings.Cut(name, "/")
		fmt.Fprintf(&lists, "  - {name: %s, principal: %s, origin: own_form}\n", slug, principal)
		fmt.Fprintf(&campaigns, "  - {name: %s, principal: %s, call_centre: ccx, account: %s-rpo, purpose: p%d, channel: operator, ground: directory, lists: [%s]}\n",
			slug, principal, principal, c, slug)
	}
	return "principals: [{name: acme}, {name: beta}]\ncall_centres: [{name: ccx}]\n" +
		"accounts: [{name: acme-rpo, principal: acme}, {name: beta-rpo, principal: beta}]\n" +
		"lists:\n" + lists.String() + "campaigns:\n" + campaigns.String()
}

// call makes the next call and tells its campaign, which nobody else learns.
func (d *dialer) call(at time.Time) (said policy.Dialled, campaign string) {
	c := d.r.IntN(d.campaigns)
	place := d.r.IntN(len(d.lists[c]))
	if d.inOrder {
		place = d.next[c] % len(d.lists[c])
		d.next[c]++
	}
	number, lead := d.lists[c][place], d.leads[c][place]
	if d.r.Float64() < d.offList {
		number = policy.Number(393400000000 + d.r.Uint64N(90000000))
	}
	said = policy.Dialled{Trunk: "dialer-1", At: at, User: strings.TrimPrefix(number.String(), "+39"), SourcePort: 5060}
	said.CallerID = fmt.Sprintf("0612%02d%04d", c, d.r.IntN(d.callers))
	if d.r.Float64() < d.shared {
		said.CallerID = "0699990000"
	}
	switch d.display {
	case "vicidial":
		said.Display = fmt.Sprintf("V%s%09d", at.Format("0102150405"), lead)
	case "name":
		said.Display = fmt.Sprintf("Centro %c", 'A'+c)
	}
	return said, d.names[c]
}

// day calls take with each call of a day, of which there are seconds enough.
func (d *dialer) day(begin time.Time, take func(said policy.Dialled, campaign string)) {
	for i := range d.calls {
		take(d.call(begin.Add(time.Duration(i) * 10 * time.Hour / time.Duration(d.calls))))
	}
}

var morning = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// site is the book of a call centre.
type site struct {
	*book.Book
	config book.Config
}

func openSite(t testing.TB, d *dialer) *site {
	t.Helper()
	keys, err := seal.NewKeys(rand.NewChaCha8([32]byte{6}))
	if err != nil {
		t.Fatal(err)
	}
	s := &site{config: book.Config{
		Store: memory.New(), Dir: t.TempDir(), Keys: keys, ValidFor: 15 * 24 * time.Hour,
		Profiles: []book.Profile{{Name: "it", Country: "IT"}}, Now: func() time.Time { return morning },
		Trunks: []book.Trunk{{Name: "dialer-1", CallCentre: "ccx", Country: "IT", Mode: policy.Shadow}},
	}}
	s.open(t)
	if _, err := s.Apply(t.Context(), "anna", []byte(d.data()), false); err != nil {
		t.Fatal(err)
	}
	for c, name := range d.names {
		text := strings.Builder{}
		text.WriteString("number\n")
		for _, n := range d.lists[c] {
			text.WriteString(n.String() + "\n")
		}
		if _, err := s.Import(t.Context(), book.ImportRequest{
			Kind: book.Lists, Scope: name, Actor: "anna", FileName: "list.csv", Reader: strings.NewReader(text.String()),
		}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s *site) open(t testing.TB) {
	t.Helper()
	var err error
	if s.Book, err = book.Open(s.config); err != nil {
		t.Fatal(err)
	}
}

// learn proposes rules from a day in shadow.
func (s *site) learn(d *dialer) suggest.Proposal {
	l, snapshot := suggest.New(1<<20), s.Current()
	l.Lists(snapshot, "dialer-1")
	d.day(morning, func(said policy.Dialled, _ string) {
		l.Attempt(snapshot, &policy.Record{Attempt: snapshot.Attempt(said)})
	})
	names := map[policy.CampaignID]string{}
	for _, c := range snapshot.Campaigns() {
		names[c.ID] = c.Name
	}
	return l.Propose(names)
}

// TestDay: what is learnt from a day in shadow maps that day, and the next, with
// at most one call in a hundred in another campaign than its own.
func TestDay(t *testing.T) {
	t.Parallel()
	for _, m := range mixes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			d := newDialer(m, 1)
			s := openSite(t, d)
			p := s.learn(d)
			s.config.Trunks[0].Rules = nil
			for _, r := range p.Rules {
				s.config.Trunks[0].Rules = append(s.config.Trunks[0].Rules, r.Rule)
			}
			s.open(t)
			for day, begin := range []time.Time{morning, morning.AddDate(0, 0, 1)} {
				again := newDialer(m, 1)
				for range day {
					again.day(morning, func(policy.Dialled, string) {})
				}
				s.score(t, again, begin, p)
			}
		})
	}
}

// score maps a day and counts.
func (s *site) score(t *testing.T, d *dialer, begin time.Time, p suggest.Proposal) {
	t.Helper()
	wrong, none := 0, 0
	snapshot := s.Current()
	ways := map[string]int{}
	d.day(begin, func(said policy.Dialled, campaign string) {
		switch a := snapshot.Attempt(said); {
		case a.Mapping != policy.Mapped:
			none++
		case a.CampaignName != campaign:
			wrong++
			way, _, _ := strings.Cut(a.MappedBy, " ")
			ways[way]++
		}
	})
	share := func(n int) float64 { return float64(n) / float64(d.calls) }
	var rules []string
	for _, r := range p.Rules {
		rules = append(rules, fmt.Sprintf("%s %d", r.By, len(r.Entries)))
	}
	t.Logf("%s: %d calls, wrong %.2f %% %v, no campaign %.2f %%; rules: %s",
		begin.Format(time.DateOnly), d.calls, 100*share(wrong), ways, 100*share(none), strings.Join(rules, ", "))
	if share(wrong) > 0.01 {
		t.Errorf("%.2f %% of the calls are another campaign's", 100*share(wrong))
	}
	if share(none) > d.unknown {
		t.Errorf("%.2f %% of the calls have no campaign, want %.2f %% at most", 100*share(none), 100*d.unknown)
	}
}

var _ suggest.Lists = (*book.Snapshot)(nil)
