package handoff_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/handoff"
	"tregua/policy/ledger"
	"tregua/policy/store/memory"
)

// noon is the time of the first record: a synctest bubble begins before it.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// shelf is a ledger that the test writes.
type shelf struct {
	mu    sync.Mutex // protects the field below
	views []ledger.View
}

func (l *shelf) add(records ...policy.Record) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range records {
		seq := uint64(len(l.views))
		binary.BigEndian.PutUint64(r.Attempt.ID[8:], seq)
		l.views = append(l.views, ledger.View{Record: r, Personal: true, Seq: seq})
	}
	return uint64(len(l.views))
}

// Views yields from one on, in order.
func (l *shelf) Views(from uint64) iter.Seq2[ledger.View, error] {
	return func(yield func(ledger.View, error) bool) {
		l.mu.Lock()
		views := l.views[min(from, uint64(len(l.views))):]
		l.mu.Unlock()
		for _, v := range views {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// names calls principals 1 and 2 acme and beta, call centres 1 and 2 north and south.
type names struct{}

func (names) PrincipalName(id policy.PrincipalID) string {
	return []string{"", "acme", "beta"}[id]
}

func (names) CallCentreName(id policy.CallCentreID) string {
	return []string{"", "north", "south"}[id]
}

// refused is an attempt at a time, refused for a principal.
func refused(p policy.PrincipalID, at time.Time) policy.Record {
	campaign := names{}.PrincipalName(p)
	if p > 0 {
		campaign += "/energia"
	}
	return policy.Record{
		Attempt: policy.Attempt{
			Dialled: policy.Dialled{At: at, Trunk: "dialer-1", CallerID: "+390612345678", CallID: "call@pbx", User: "393331234567"},
			Called:  393331234567, Principal: p, CallCentre: 1, CampaignName: campaign, Mode: policy.Enforce,
		},
		Decision: policy.Decision{Rule: "registry", Reason: policy.RegistryOpposed},
		Ending:   policy.Ending{Outcome: policy.OutcomeRefused, Status: 603, EndedAt: at},
	}
}

// called is one that an operator spoke on, or that was silent.
func called(p policy.PrincipalID, at time.Time, class policy.Ratio) policy.Record {
	r := refused(p, at)
	r.Decision = policy.Decision{Verdict: policy.Allow}
	r.Ending = policy.Ending{
		Outcome: policy.OutcomeConnected, Ratio: class, Status: 200, Forwarded: true,
		ForwardedAt: at, AnsweredAt: at.Add(5 * time.Second), EndedAt: at.Add(65*time.Second + time.Millisecond),
	}
	if class == policy.RatioA {
		r.Ending.Outcome, r.Ending.Reason = policy.OutcomeSilent, policy.SilentCut
	}
	return r
}

var (
	whole = access.Scope{Role: access.Auditor}
	acme  = access.Scope{Role: access.Auditor, Principal: "acme"}
)

// config is that of a sink of records with a scope.
func (l *shelf) config(rows *memory.Store, scope access.Scope, target handoff.Target) handoff.Config {
	return handoff.Config{
		Name: "crm", Scope: scope, Batch: 100, Source: l, Rows: rows, Target: target,
		Names: func() handoff.Names { return names{} },
	}
}

// receiver is an HTTP server without a network.
type receiver func(w http.ResponseWriter, r *http.Request, body []byte)

// RoundTrip serves a request.
func (f receiver) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	rec := httptest.NewRecorder()
	f(rec, r, body)
	if err := r.Context().Err(); err != nil {
		return nil, err // the answer came too late
	}
	if rec.Code == lost {
		return nil, fmt.Errorf("connection reset")
	}
	return rec.Result(), nil
}

// lost is the code of an answer that does not arrive.
const lost = 999

var secret = []byte("0123456789abcdef0123456789abcdef")

func webhook(f receiver) *handoff.Webhook {
	return handoff.NewWebhook(handoff.WebhookConfig{Sink: "crm", Node: 7, URL: "https://crm.example/calls?key=hush", Secret: secret, Transport: f})
}

// body is what a webhook sends.
type body struct {
	Type string
	Data struct {
		Node     int
		Sink     string
		FirstSeq uint64 `json:"first_seq"`
		LastSeq  uint64 `json:"last_seq"`
		Records  []handoff.Record
		Hours    []handoff.Hour
	}
}

// must is for what fails only when the machine does.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
