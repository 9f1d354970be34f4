package console

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/reconcile"
)

// Reconciler holds a carrier's call records against the ledger.
type Reconciler interface {
	// Reconcile reads a file of a carrier.
	Reconcile(ctx context.Context, scope access.Scope, f CarrierFile) (*reconcile.Report, []BadRow, error)
}

// CarrierFile is a file of a carrier's call records.
type CarrierFile struct {
	Carrier string // a trunk of side carrier
	Part    bool   // other carriers have calls of the time too
	Format  Format
	Reader  io.Reader
}

// Reconciled says where a carrier's call records and the ledger differ.
type Reconciled struct {
	Carrier     string           `json:"carrier"`
	Rows        int              `json:"rows" doc:"that could be read"`
	Calls       int              `json:"calls" doc:"of the ledger, in the time of the file"`
	Pairs       int              `json:"pairs" doc:"rows and calls that are one"`
	OffsetMS    int64            `json:"offset_ms" doc:"the carrier's clock less ours"`
	OffsetKnown bool             `json:"offset_known" doc:"false: too few calls agree; the clocks are taken for the same"`
	ByCaller    bool             `json:"by_caller" doc:"caller ids were compared; false: the carrier shows others"`
	Erased      int              `json:"erased" doc:"calls of persons who were erased: their rows look like leaks"`
	Leaks       []CarrierRow     `json:"leaks" doc:"went round tregua"`
	Callers     []LeakingCaller  `json:"callers" doc:"of the leaks, the most first"`
	Missing     []UnbilledCall   `json:"missing" doc:"the carrier has no row of them"`
	Differences []CallDifference `json:"differences" doc:"calls of which both tell otherwise"`
	Bad         []BadRow         `json:"bad" doc:"rows that could not be read, and are in no figure"`
}

// Findings reports whether there is something to look at.
func (r *Reconciled) Findings() bool {
	return len(r.Leaks)+len(r.Missing)+len(r.Differences)+len(r.Bad) > 0
}

// CarrierRow is a call as the carrier has it.
type CarrierRow struct {
	Line     int       `json:"line"`
	ID       string    `json:"id,omitempty" doc:"the carrier's"`
	Called   string    `json:"called" doc:"masked for who may not read numbers"`
	CallerID string    `json:"caller_id,omitempty"`
	At       time.Time `json:"at" doc:"by the carrier's clock"`
	Seconds  float64   `json:"seconds,omitempty" doc:"from the answer to the end"`
}

// LeakingCaller is how many leaks showed a caller id.
type LeakingCaller struct {
	CallerID string `json:"caller_id"`
	Calls    int    `json:"calls"`
}

// UnbilledCall is a call of the ledger that has no row.
type UnbilledCall struct {
	Attempt string    `json:"attempt"`
	Called  string    `json:"called" doc:"masked for who may not read numbers"`
	At      time.Time `json:"at"`
}

// CallDifference is a call of which both tell otherwise.
type CallDifference struct {
	Line     int    `json:"line"`
	Attempt  string `json:"attempt"`
	What     string `json:"what" doc:"times, or answered by the carrier alone, or by us alone"`
	AnswerMS int64  `json:"answer_ms" doc:"the carrier's time of the answer less ours, by the same clock"`
	TalkMS   int64  `json:"talk_ms" doc:"the carrier's duration less ours"`
}

func (c *Console) reconcileOperation(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "reconcile", Method: http.MethodPost, Path: "/v1/carriers/{carrier}/reconcile",
		Summary:     "Find calls that went round tregua in a carrier's call records",
		Description: "The body is a CSV file: number, started_at or answered_at, and perhaps duration, caller_id, id. Nothing is changed.",
		RequestBody: csvBody(),
		Errors:      []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, access.Of(access.Admin, access.Auditor, access.System), c.reconcile)
}

type reconcileInput struct {
	Carrier string `path:"carrier" maxLength:"63" doc:"the trunk"`
	Part    bool   `query:"part" doc:"other carriers have calls of the time too: calls without a row are no finding"`
	Format
	reader io.Reader
}

// Resolve keeps the body as a stream.
func (in *reconcileInput) Resolve(ctx huma.Context) []error {
	in.reader = ctx.BodyReader()
	return nil
}

func (c *Console) reconcile(ctx context.Context, scope access.Scope, in *reconcileInput) (*body[Reconciled], error) {
	if !scope.Whole() { // whose call a leak is, nobody knows
		return nil, huma.Error403Forbidden("reconcile needs a token without principal and call centre: the rows are of calls of all")
	}
	r, bad, err := c.config.Reconciler.Reconcile(ctx, scope, CarrierFile{Carrier: in.Carrier, Part: in.Part, Format: in.Format, Reader: in.reader})
	if err != nil {
		return nil, c.answer("reconcile", err)
	}
	out := ReconciledOf(scope, in.Carrier, r, bad)
	var numbers []policy.Number
	for i := range r.Leaks {
		numbers = append(numbers, r.Leaks[i].Called)
	}
	for i := range r.Missing {
		numbers = append(numbers, r.Missing[i].Called)
	}
	if err := c.config.Register.Read(scope, "reconcile", len(numbers)+len(r.Differences), numbers...); err != nil {
		return nil, c.answer("reconcile", err)
	}
	return &body[Reconciled]{out}, nil
}

// ReconciledOf words a report for who asks.
func ReconciledOf(scope access.Scope, carrier string, r *reconcile.Report, bad []BadRow) Reconciled {
	out := Reconciled{
		Carrier: carrier, Bad: orEmpty(bad),
		Rows: r.Rows, Calls: r.Calls, Pairs: r.Pairs, OffsetMS: r.Offset.Milliseconds(), OffsetKnown: r.Known, ByCaller: r.ByCaller, Erased: r.Erased,
		Leaks: []CarrierRow{}, Callers: []LeakingCaller{}, Missing: []UnbilledCall{}, Differences: []CallDifference{},
	}
	for i := range r.Leaks {
		l := &r.Leaks[i]
		out.Leaks = append(out.Leaks, CarrierRow{l.Line, l.ID, shown(scope, l.Called), l.CallerID, cmp.Or(l.Started, l.Answered), l.Talk.Seconds()})
	}
	for _, one := range reconcile.Callers(r.Leaks) {
		out.Callers = append(out.Callers, LeakingCaller(one))
	}
	for i := range r.Missing {
		m := &r.Missing[i]
		out.Missing = append(out.Missing, UnbilledCall{m.ID.String(), shown(scope, m.Called), m.Forwarded})
	}
	for i := range r.Differences {
		d := &r.Differences[i]
		what := "times"
		switch {
		case d.Unanswered:
			what = "answered by the carrier alone"
		case d.NotCharged:
			what = "answered by us alone"
		}
		out.Differences = append(out.Differences, CallDifference{d.Row.Line, d.Call.ID.String(), what, d.Answer.Milliseconds(), d.Talk.Milliseconds()})
	}
	return out
}

// Reconcile sends a file of a carrier.
func (c *Client) Reconcile(ctx context.Context, f CarrierFile) (out Reconciled, err error) {
	query := url.Values{}
	f.Format.into(query)
	if f.Part {
		query.Set("part", "true")
	}
	err = c.do(ctx, http.MethodPost, "/v1/carriers/"+url.PathEscape(f.Carrier)+"/reconcile", query, "text/csv", f.Reader, &out)
	return out, err
}
