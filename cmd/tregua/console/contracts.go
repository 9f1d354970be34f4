package console

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/contracts"
)

// Contracts checks where contracts came from.
type Contracts interface {
	// CheckContracts reads a file of contracts of a principal.
	CheckContracts(ctx context.Context, scope access.Scope, f ContractsFile) (*contracts.Report, []BadRow, error)
}

// ContractsFile is a file of contracts of a principal.
type ContractsFile struct {
	Principal string
	Window    time.Duration // how long before the signature a call may have begun
	Format    Format
	Reader    io.Reader
}

// BadRow is a row of a file that could not be read.
type BadRow struct {
	Line int    `json:"line"`
	Why  string `json:"why"`
}

// ContractsReport says what the contracts of a file rest on.
type ContractsReport struct {
	Principal string            `json:"principal"`
	Window    string            `json:"window" doc:"how long before the signature a call may have begun"`
	Contracts []CheckedContract `json:"contracts" doc:"in the order of the file"`
	Sellers   []ContractsOf     `json:"sellers" doc:"those with the most to claw back first"`
	Total     ContractsOf       `json:"total"`
	Bad       []BadRow          `json:"bad" doc:"rows that could not be read, and are in no figure"`
}

// CheckedContract is what one contract rests on.
type CheckedContract struct {
	Line     int       `json:"line"`
	Contract string    `json:"contract"`
	Seller   string    `json:"seller,omitempty"`
	Verdict  string    `json:"verdict" doc:"lawful, unlawful, no_call, not_connected (a silent, refused or unanswered one), other_number or over_term (nobody can tell any more)"`
	Why      string    `json:"why,omitempty"`
	Reason   string    `json:"reason,omitempty" doc:"what a rule says against the call"`
	Law      string    `json:"law,omitempty"`
	Receipt  string    `json:"receipt,omitempty" doc:"the attempt id: what a receipt is asked for by"`
	By       string    `json:"by,omitempty" doc:"attempt or number: by what the call was found"`
	Called   string    `json:"called,omitempty" doc:"the number of the call; masked for who may not read numbers"`
	CalledAt time.Time `json:"called_at,omitzero"`
	Campaign string    `json:"campaign,omitempty" doc:"of the call"`
}

// ContractsOf are the contracts of one seller, or of all.
type ContractsOf struct {
	Seller       string  `json:"seller"`
	Contracts    int     `json:"contracts"`
	Lawful       int     `json:"lawful"`
	Unlawful     int     `json:"unlawful"`
	NoCall       int     `json:"no_call"`
	NotConnected int     `json:"not_connected"`
	OtherNumber  int     `json:"other_number"`
	OverTerm     int     `json:"over_term"`
	ClawBack     int     `json:"claw_back" doc:"all but the lawful ones and those over_term"`
	Share        float64 `json:"share" doc:"claw_back of contracts"`
}

// Findings reports whether there is something to look at.
func (r *ContractsReport) Findings() bool { return r.Total.ClawBack > 0 || len(r.Bad) > 0 }

func (c *Console) contractsOperation(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "contracts-check", Method: http.MethodPost, Path: "/v1/principals/{principal}/contracts/check",
		Summary:     "Say of each contract whether it came from a lawful call",
		Description: "The body is a CSV file: contract, number, signed_at and perhaps number2, campaign, seller, attempt. Nothing is changed.",
		RequestBody: csvBody(),
		Errors:      []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, access.Of(access.Admin, access.Compliance, access.Auditor, access.System), c.checkContracts)
}

// csvBody is that of an operation which takes a CSV file.
func csvBody() *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"text/csv": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
	}}
}

type contractsInput struct {
	Principal string `path:"principal" maxLength:"64"`
	Hours     int    `query:"window_hours" minimum:"1" maximum:"8760" default:"24" doc:"how long before the signature a call may have begun"`
	Format
	reader io.Reader
}

// Resolve keeps the body as a stream.
func (in *contractsInput) Resolve(ctx huma.Context) []error {
	in.reader = ctx.BodyReader()
	return nil
}

func (c *Console) checkContracts(ctx context.Context, scope access.Scope, in *contractsInput) (*body[ContractsReport], error) {
	window := time.Duration(in.Hours) * time.Hour
	r, bad, err := c.config.Contracts.CheckContracts(ctx, scope, ContractsFile{
		Principal: in.Principal, Window: window, Format: in.Format, Reader: in.reader,
	})
	if err != nil {
		return nil, c.answer("contracts-check", err)
	}
	out := ContractsReport{
		Principal: in.Principal, Window: window.String(), Contracts: []CheckedContract{}, Sellers: []ContractsOf{},
		Total: contractsOf(&r.Total), Bad: orEmpty(bad),
	}
	var numbers []policy.Number
	for i := range r.Findings {
		f := &r.Findings[i]
		numbers = append(numbers, f.Called)
		out.Contracts = append(out.Contracts, checkedContract(f, scope))
	}
	for _, s := range r.Sellers() {
		out.Sellers = append(out.Sellers, contractsOf(&s))
	}
	if err := c.config.Register.Read(scope, "contracts-check", len(r.Findings), numbers...); err != nil {
		return nil, c.answer("contracts-check", err)
	}
	return &body[ContractsReport]{out}, nil
}

func checkedContract(f *contracts.Finding, scope access.Scope) CheckedContract {
	out := CheckedContract{
		Line: f.Line, Contract: f.ID, Seller: f.Seller, Verdict: f.Verdict.String(), Why: f.Why,
		By: f.By, Called: shown(scope, f.Called), CalledAt: f.At, Campaign: f.Of,
	}
	if f.Call != (policy.AttemptID{}) {
		out.Receipt = f.Call.String()
	}
	if f.Reason != policy.OK {
		out.Reason, out.Law = f.Reason.String(), f.Reason.Law()
	}
	return out
}

func contractsOf(s *contracts.Seller) ContractsOf {
	v := s.Verdicts
	return ContractsOf{
		Seller: s.Name, Contracts: s.Contracts,
		Lawful: v[contracts.Lawful], Unlawful: v[contracts.Unlawful], NoCall: v[contracts.NoCall],
		NotConnected: v[contracts.NotConnected], OtherNumber: v[contracts.OtherNumber], OverTerm: v[contracts.OverTerm], ClawBack: s.Bad(), Share: s.Share(),
	}
}

// shown writes a number for who asks: masked for who may not read numbers.
func shown(scope access.Scope, n policy.Number) string {
	if n != 0 && scope.Role != access.Local && !readers.Has(scope.Role) {
		return n.Masked()
	}
	return n.String()
}

// CheckContracts sends a file of contracts.
func (c *Client) CheckContracts(ctx context.Context, f ContractsFile) (out ContractsReport, err error) {
	query := url.Values{}
	f.Format.into(query)
	if f.Window != 0 {
		query.Set("window_hours", strconv.Itoa(int(f.Window/time.Hour)))
	}
	err = c.do(ctx, http.MethodPost, of(f.Principal, "contracts/check"), query, "text/csv", f.Reader, &out)
	return out, err
}
