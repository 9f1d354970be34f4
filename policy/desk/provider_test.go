package desk

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/ledger"
	"tregua/policy/rules"
	"tregua/policy/store/memory"
)

// sold is a campaign that calls the numbers of one list, which a provider sold.
const sold = `
principals: [{name: acme}]
call_centres: [{name: ccx, country: IT, roc: 1}]
mandates: [{principal: acme, call_centre: ccx, from: 2020-01-01, purposes: energy}]
caller_ids: [{number: "0212345678", call_centre: ccx, roc: true}]
accounts: [{name: rpo, principal: acme}]
providers: [{name: dataco}]
lists: [{name: bought, principal: acme, origin: provider, provider: dataco}]
campaigns:
  - {name: energia, principal: acme, call_centre: ccx, account: rpo, purpose: energy, channel: operator, ground: directory, lists: [bought]}
`

// sellers is a book with that campaign and a list of count numbers in force.
func sellers(t *testing.T, count int) (*book.Book, policy.Attempt) {
	t.Helper()
	b, err := book.Open(book.Config{Store: memory.New(), Dir: t.TempDir(), Keys: keys, ValidFor: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Apply(t.Context(), "anna", []byte(sold), false); err != nil {
		t.Fatal(err)
	}
	list, answers := []string{"number"}, []string{"number,answer"}
	for i := range count {
		list = append(list, number(i).String())
		answers = append(answers, number(i).String()+",clear")
	}
	if _, err := b.Synced(t.Context(), "anna", "acme"); err != nil {
		t.Fatal(err)
	}
	for _, r := range []book.ImportRequest{
		{Kind: book.Lists, Scope: "acme/bought", Actor: "anna", Reader: strings.NewReader(strings.Join(list, "\n"))},
		{Kind: book.Registry, Scope: "rpo", Actor: "anna", Reader: strings.NewReader(strings.Join(answers, "\n")), AnsweredAt: time.Now().Add(-time.Minute)},
	} {
		if _, err := b.Import(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	waits := b.Current().Lists()[0].Pending
	if _, err := b.ApproveList(book.Approval{First: "bruno", Second: "carla"}, "acme/bought", waits.Part, waits.Digest); err != nil {
		t.Fatal(err)
	}
	c, _ := b.Current().Campaign("acme/energia")
	return b, b.Current().AttemptFor(c, policy.Dialled{Trunk: "d", Synced: true})
}

func number(i int) policy.Number { return policy.Number(393_331_000_000 + 7*i) }

// dialler dials the numbers of the list, one after the other, and waits for
// each answer.
type dialler struct {
	answer chan policy.Decision
	before int // allowed while the provider was not suspended
}

// TestSuspendUnderLoad: while calls go on, a provider is suspended. Whatever is
// asked after that has been answered is refused, re-dials too, and again
// allowed after the provider is resumed: no memory outlives the generation.
func TestSuspendUnderLoad(t *testing.T) {
	t.Parallel()
	const numbers, each = 40, 400
	b, plain := sellers(t, numbers)
	p, err := policy.New(rules.Table(), params(t))
	if err != nil {
		t.Fatal(err)
	}
	diallers := make([]dialler, 4)
	for i := range diallers {
		diallers[i].answer = make(chan policy.Decision, 1)
	}
	o := &office{Desks: NewDesks(Config{
		Count: 3, Queue: 64, Policy: p, Keys: keys, Now: time.Now, View: func() View { return b.Current() },
		Submit: func(e ledger.Entry) bool {
			if e.Kind == ledger.Open {
				diallers[e.Return.Shard].answer <- e.Record.Decision
			}
			return true
		},
		Answer: func(a Answer) { diallers[a.Return.Shard].answer <- a.Decision },
	}, nil)}
	defer o.work(t)()

	dial := func(who, n int) policy.Decision {
		a := plain
		a.At, a.ID = time.Now(), policy.AttemptID{byte(who), byte(n >> 8), byte(n)}
		a.Called, a.Reading = number(n%numbers), policy.Readable
		if answer, now := o.Desks.Ask(a, policy.Return{Shard: uint32(who)}); now {
			return answer.Decision
		}
		return <-diallers[who].answer
	}
	var suspended atomic.Bool
	ringing := make(chan struct{}, len(diallers))
	var wg sync.WaitGroup
	for who := range diallers {
		wg.Go(func() {
			for n, after := 0, 0; after < each; n++ {
				was := suspended.Load()
				d := dial(who, n)
				switch {
				case was && d.Reason != policy.ProviderSuspended:
					t.Errorf("asked after the suspension: %s %s", d.Verdict, d.Reason)
				case was:
					after++
				case d.Verdict == policy.Allow:
					diallers[who].before++
				case d.Reason != policy.ProviderSuspended: // it may just have come
					t.Errorf("asked before the suspension: %s %s", d.Verdict, d.Reason)
				}
				if n == each {
					ringing <- struct{}{}
				}
			}
		})
	}
	for range diallers {
		<-ringing
	}
	if _, err := b.SuspendProvider("bruno", "dataco", "numbers fished from web pages"); err != nil {
		t.Fatal(err)
	}
	suspended.Store(true)
	wg.Wait()
	for who := range diallers {
		if diallers[who].before < each {
			t.Errorf("dialler %d: %d calls before the suspension", who, diallers[who].before)
		}
	}
	if _, err := b.ResumeProvider("bruno", "dataco", "they showed their consents"); err != nil {
		t.Fatal(err)
	}
	for n := range numbers {
		if d := dial(0, n); d.Verdict != policy.Allow {
			t.Errorf("number %d after the provider was resumed: %s", n, d.Reason)
		}
	}
}
