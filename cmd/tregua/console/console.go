// Package console is the admin API of tregua: one HTTP API for the command
// line, pages and customers' programs. Every operation is a call into what the
// [Config] names; handlers check, call and put into words, and decide nothing.
// [Console.Run] serves it on a listener. Who asks is known by a token or, on a
// unix socket, by the kernel; every handler and every call behind it is given
// the scope of that one, and what is outside of it does not exist for them.
// [Client] is the other end.
package console

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/access/register"
	"tregua/policy/handoff"
	"tregua/policy/ledger"
	"tregua/policy/shadow"
	"tregua/policy/silence"
)

// Book is where business data is entered. Its errors are those of this
// package's [Mistake] when the caller can mend them.
type Book interface {
	Registry
	// Apply enters data.yaml; because goes into the history of what changes. A dry
	// run says what would change.
	Apply(ctx context.Context, scope access.Scope, because string, data []byte, dryRun bool) (Changes, error)
	// Import reads a file; it activates its good rows together or nothing.
	Import(ctx context.Context, scope access.Scope, r ImportRequest) (ImportResult, error)
	// AddBlacklist returns when the entry is in force.
	AddBlacklist(ctx context.Context, scope access.Scope, o Objection) (Entry, error)
	// Unlist takes a number off a blacklist; it returns when that is in force.
	Unlist(ctx context.Context, scope access.Scope, principal, number, evidence string) (Removal, error)
	// Feed returns the single changes of a blacklist after a seq.
	Feed(ctx context.Context, scope access.Scope, principal string, after uint64, limit int) ([]FeedLine, error)
	// Synced notes that a blacklist is whole as of now.
	Synced(ctx context.Context, scope access.Scope, principal string) (time.Time, error)
	// Say returns when the saying is in force.
	Say(ctx context.Context, scope access.Scope, s Saying) (Said, error)
	// Standing returns the requests or holds that stand; what is request or hold.
	Standing(ctx context.Context, scope access.Scope, principal, what string) ([]Standing, error)
	// Generations returns the newest generations, the current one first.
	Generations(ctx context.Context, scope access.Scope, limit int) ([]Generation, error)
	// Restore puts the imports of an older generation in force, as a new one.
	Restore(ctx context.Context, scope access.Scope, generation uint64) (uint64, error)
	// Export returns an export that is to be written, of an account or principal;
	// what can be known before that is an error here.
	Export(scope access.Scope, kind, of string) (Export, error)
	// Names says how ids of facts are called by people.
	Names(scope access.Scope) Names
	Lists
}

// Names are the words for ids, in one generation, as far as a scope goes.
type Names interface {
	Number(text string) (policy.Number, error) // as people write it
	Campaigns() []string                       // principal/campaign, open ones of the scope, in the order of pages
	Principals() []string                      // those that the scope has to do with, sorted
	HasPrincipal(name string) bool             // one that the scope has to do with
	HasCallCentre(name string) bool            // one that the scope has to do with
	Account(id policy.AccountID) string
	// Answers returns every answer of the registry under an account, newest first.
	Answers(id policy.AccountID, n policy.Number) []policy.RegistryFact
	// Person returns all that a principal knows of the holder of a number, and what
	// was entered singly, both newest first.
	Person(principal string, n policy.Number) ([]PersonLine, []SaidLine, error)
	// ListRows returns every row of a principal's contact lists that holds a number.
	ListRows(principal string, n policy.Number) ([]ListedIn, error)
	Source(part uint32) string // which import
}

// Judge says what would become of a call now. It claims and records nothing.
type Judge interface {
	Judge(ctx context.Context, scope access.Scope, campaign string, n policy.Number) (policy.Attempt, policy.Facts, policy.Decision, error)
}

// Records are the records that have been written, and the counters.
type Records interface {
	// Attempt returns one record; found is false when there is none in the scope.
	Attempt(ctx context.Context, scope access.Scope, id policy.AttemptID) (r policy.Record, found bool, err error)
	// Amendments returns what was learnt since about an attempt of the scope, oldest
	// first, for a call centre without who said so.
	Amendments(ctx context.Context, scope access.Scope, id policy.AttemptID) ([]Amendment, error)
	// Attempts returns records newest first.
	Attempts(ctx context.Context, scope access.Scope, q Query) ([]policy.Record, error)
	// Gone returns what purges took of the attempts of a span of time, of all numbers:
	// whose they were is known to nobody.
	Gone(ctx context.Context, scope access.Scope, span ledger.Span) ([]ledger.Gone, error)
	// Counters returns the counters in the order of pages.
	Counters(ctx context.Context, scope access.Scope) ([]Counter, error)
	// Silent counts the answered calls that q takes.
	Silent(ctx context.Context, scope access.Scope, q SilentQuery) (*silence.Report, error)
	// Replay judges recorded attempts anew.
	Replay(ctx context.Context, scope access.Scope, q ReplayQuery) (Replayed, error)
	// Shadow counts what enforcement would do.
	Shadow(ctx context.Context, scope access.Scope, q ShadowQuery) (*shadow.Report, error)
	// Report makes a report of what lies in the scope.
	Report(ctx context.Context, scope access.Scope, q ReportQuery) (ReportFile, error)
	// Today counts the calls since midnight by campaign.
	Today(ctx context.Context, scope access.Scope) ([]Today, error)
	// Traffic counts attempts by hour and principal.
	Traffic(ctx context.Context, scope access.Scope, q TrafficQuery) ([]handoff.Hour, error)
	// Suggest proposes by what calls are mapped, for each trunk that q takes.
	Suggest(ctx context.Context, scope access.Scope, q SuggestQuery) ([]Suggestion, error)
}

// Query chooses records; zero fields choose all.
type Query struct {
	Number policy.Number
	CallID string
	Since  time.Time
	Until  time.Time
	Limit  int
}

// Node is the running program.
type Node interface {
	Status(scope access.Scope) Status
	// Board returns what is well and what is not, in the order of the screen.
	Board(scope access.Scope) ([]BoardRow, error)
	// Gates returns how each campaign stands at the ratio gate.
	Gates(ctx context.Context, scope access.Scope) ([]Team, error)
	// DeclareOperators lets the gate know how many operators a campaign has now.
	DeclareOperators(scope access.Scope, campaign string, n int) error
	Ready() error // nil when calls are taken; the error says why not
}

// Config is what a console calls into; no field may be nil but Log.
type Config struct {
	Version string
	Book    Book
	Judge   Judge
	Records Records
	Node    Node
	Modes   Modes
	// Dispositions takes what agents enter.
	Dispositions Dispositions
	// Proof is the log of the records.
	Proof Proof
	// Backup copies the node.
	Backup Backup
	Keeper Keeper
	// Contracts checks where contracts came from.
	Contracts Contracts
	// Reconciler reads carriers' call records.
	Reconciler Reconciler
	// Subjects carries out what persons ask for.
	Subjects Subjects
	// Complaints keeps and answers complaints.
	Complaints Complaints
	Log        *slog.Logger
	// Law says what a rule rests on in a profile, "" for nothing of its own; nil:
	// every profile has the law of the reason.
	Law func(profile, rule string) string
	// Basis says which facts a rule can look at and by which figures of a profile it
	// judges; nil: it is not told.
	Basis func(profile, rule string) (policy.Needs, []policy.Figure)

	// Register has the tokens, and takes access records and proposals.
	Register *register.Register
}

// Validate reports what is missing.
func (c Config) Validate() error {
	var errs []error
	for _, f := range []struct {
		name string
		nil  bool
	}{
		{"book", c.Book == nil},
		{"judge", c.Judge == nil},
		{"records", c.Records == nil},
		{"node", c.Node == nil},
		{"modes", c.Modes == nil},
		{"dispositions", c.Dispositions == nil},
		{"proof", c.Proof == nil},
		{"backup", c.Backup == nil},
		{"keeper", c.Keeper == nil},
		{"contracts", c.Contracts == nil},
		{"reconciler", c.Reconciler == nil},
		{"subjects", c.Subjects == nil},
		{"complaints", c.Complaints == nil},
		{"register", c.Register == nil},
	} {
		if f.nil {
			errs = append(errs, errors.New("console: no "+f.name))
		}
	}
	return errors.Join(errs...)
}

// Console is the API.
type Console struct {
	config Config
	log    *slog.Logger
	mux    *http.ServeMux

	operations []string // those that a system token may be given, sorted
}

// New makes the API. It listens on nothing.
func New(c Config) (*Console, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	con := &Console{config: c, log: log, mux: http.NewServeMux()}
	hc := huma.DefaultConfig("tregua", c.Version)
	hc.Info.Description = "Data, records and state of a tregua node."
	hc.DocsPath = ""     // the built-in page loads scripts from elsewhere
	hc.CreateHooks = nil // no $schema links in answers
	hc.SchemasPath = ""
	hc.RejectUnknownQueryParameters = true
	hc.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	api := humago.New(con.mux, hc)
	api.UseMiddleware(con.authenticate(api))
	con.dataOperations(api)
	con.generationOperations(api)
	con.personOperations(api)
	con.listOperations(api)
	con.serviceOperations(api)
	con.providerOperations(api)
	con.dispositionOperations(api)
	con.contractsOperation(api)
	con.reconcileOperation(api)
	con.readOperations(api)
	con.subjectOperations(api)
	con.complaintOperations(api)
	con.modeOperations(api)
	con.registryOperations(api)
	con.boardOperation(api)
	con.gatesOperation(api)
	con.silentOperation(api)
	con.replayOperation(api)
	con.shadowOperation(api)
	con.reportOperation(api)
	con.suggestOperation(api)
	con.trafficOperation(api)
	con.tokenOperations(api)
	con.accessOperation(api)
	con.proposalOperations(api)
	con.proofOperations(api)
	con.anchorOperations(api)
	con.backupOperation(api)
	con.keepOperations(api)
	con.operations = forSystems(api.OpenAPI())
	return con, nil
}

// ServeHTTP serves one request.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

// Mistake is an error that the caller can mend; anything else is our fault and
// answers 500.
type Mistake struct {
	Code int // an HTTP status from 400 to 499
	Err  error
}

// Error returns the text of Err.
func (m *Mistake) Error() string { return m.Err.Error() }

// Unwrap returns Err.
func (m *Mistake) Unwrap() error { return m.Err }

// answer turns an error into a problem document (RFC 9457).
func (c *Console) answer(operation string, err error) error {
	if m, ok := errors.AsType[*Mistake](err); ok {
		return huma.NewError(m.Code, m.Error())
	}
	c.log.Error("an admin operation failed", "operation", operation, "err", err)
	return huma.NewError(http.StatusInternalServerError, err.Error())
}
