package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"tregua/policy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	id   = policy.AttemptID{1, 2, 3, 4, 5, 6, 0x70, 8, 0x80}
)

// house is a fake of everything a console calls into.
type house struct {
	mu       sync.Mutex
	asked    []string // one line for each call
	fail     error
	status   Status
	ready    error
	judging  error
	consents error
}

func (h *house) ask(format string, args ...any) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = append(h.asked, fmt.Sprintf(format, args...))
	return h.fail
}

func (h *house) calls() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	calls := h.asked
	h.asked = nil
	return calls
}

func (h *house) Apply(_ context.Context, actor string, data []byte, dryRun bool) (Changes, error) {
	err := h.ask("apply by %s: %s dry=%v", actor, data, dryRun)
	return Changes{Generation: 7, DryRun: dryRun, Edits: []Edit{{"principal", "acme", "new"}}}, err
}

func (h *house) Import(_ context.Context, r ImportRequest) (ImportResult, error) {
	data, err := io.ReadAll(r.Reader)
	if err != nil {
		return ImportResult{}, err
	}
	err = h.ask("import %s of %s at %s max %q: %d bytes", r.Kind, r.Scope, r.AnsweredAt.Format(time.RFC3339), r.MaxRejects, len(data))
	fmt.Fprintf(r.Rejects, "2,no number,x\n")
	return ImportResult{Activated: r.MaxRejects != "0", Good: 1, Bad: 1}, err
}

func (h *house) AddBlacklist(_ context.Context, actor, principal, number, reason string) (Entry, error) {
	err := h.ask("blacklist by %s: %s %s %s", actor, principal, number, reason)
	return Entry{Number: number, Principal: principal, Since: noon}, err
}

func (h *house) Names() Names { return h }

func (h *house) Number(text string) (policy.Number, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(text, "+"), 10, 64)
	if err != nil {
		return 0, errors.New("no number can be read")
	}
	return policy.Number(n), nil
}

func (h *house) Campaigns() []string               { return []string{"acme/energia", "acme/gas"} }
func (h *house) Account(a policy.AccountID) string { return fmt.Sprintf("rpo-%d", a) }
func (h *house) Source(part uint32) string         { return fmt.Sprintf("import %d", part) }
func (h *house) Status() Status                    { return h.status }
func (h *house) Ready() error                      { return h.ready }
func (h *house) Counters(context.Context) ([]Counter, error) {
	return []Counter{{"attempts", 3}}, h.ask("counters")
}

func (h *house) Answers(_ policy.AccountID, _ policy.Number) []policy.RegistryFact {
	return []policy.RegistryFact{
		{Known: policy.Present, Answer: policy.Opposed, AnsweredAt: noon, Submission: 3},
		{Known: policy.Present, Answer: policy.Clear, AnsweredAt: noon.AddDate(0, 0, -14), Submission: 1},
	}
}

func (h *house) Consent(_ policy.PrincipalID, n policy.Number, purpose string) (policy.ConsentFact, error) {
	return policy.ConsentFact{
		Known: policy.Present, GivenAt: noon, RevokedAt: noon.Add(time.Hour),
		Channels: 1<<policy.ChannelOperator | 1<<policy.ChannelAutomated, Evidence: "form-7", Part: 5,
	}, h.consents
}

func (h *house) Judge(_ context.Context, campaign string, n policy.Number) (policy.Attempt, policy.Facts, policy.Decision, error) {
	a := policy.Attempt{Called: n, Account: 1, Purpose: "marketing", CampaignName: campaign}
	f := policy.Facts{
		Generation: 7,
		Blacklist:  policy.BlacklistFact{Known: policy.Present, Since: noon, Source: "entry 4"},
		Registry:   policy.RegistryFact{Known: policy.Present, Answer: policy.Opposed, AnsweredAt: noon, Submission: 3},
		Consent:    policy.ConsentFact{Known: policy.Absent},
	}
	return a, f, policy.Decision{
		Rule: "blacklist", Reason: policy.BlacklistListed,
		Trail: []policy.Finding{{Rule: "blacklist", Reason: policy.BlacklistListed}},
	}, h.judging
}

func (h *house) Attempt(_ context.Context, got policy.AttemptID) (policy.Record, bool, error) {
	return policy.Record{Attempt: policy.Attempt{Dialled: policy.Dialled{ID: got}}}, got == id, h.ask("attempt %s", got)
}

func (h *house) Attempts(_ context.Context, q Query) ([]policy.Record, error) {
	return []policy.Record{{Attempt: policy.Attempt{Dialled: policy.Dialled{ID: id, At: noon}}}},
		h.ask("attempts of %q %q since %s limit %d", q.Number, q.CallID, q.Since.Format(time.RFC3339), q.Limit)
}

func open(t *testing.T, h *house) *Console {
	t.Helper()
	c, err := New(Config{Version: "test", Book: h, Judge: h, Records: h, Node: h})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestRequests holds what each request asks of the house, and what it answers.
func TestRequests(t *testing.T) {
	t.Parallel()
	mistake := &Mistake{Code: 404, Err: errors.New("there is no principal x; apply it first")}
	for _, c := range []struct {
		name, method, path, body string
		fail                     error
		status                   int
		answer                   string // a part of it
		asked                    string // "" nothing
	}{
		{"apply", "POST", "/v1/apply?dry_run=true", "a: b", nil, 200, `"edits":[{"what":"principal","name":"acme","change":"new"}]`, "apply by unknown: a: b dry=true"},
		{"apply nothing", "POST", "/v1/apply", " ", nil, 422, "the body is empty", ""},
		{"apply, store broken", "POST", "/v1/apply", "a: b", errors.New("disk full"), 500, "disk full", "apply by unknown: a: b dry=false"},
		{"unknown query", "POST", "/v1/apply?dryrun=true", "a: b", nil, 422, "dryrun", ""},
		{"import", "POST", "/v1/imports/registry?account=rpo-1&answered_at=2026-11-22T12:00:00Z", "n,clear", nil, 200, `"rejects":"2,no number,x\n"`, `import registry of rpo-1 at 2026-11-22T12:00:00Z max "": 7 bytes`},
		{"too many rejects", "POST", "/v1/imports/blacklist?principal=acme&max_rejects=0", "x", nil, 422, `"activated":false`, `import blacklist of acme at 0001-01-01T00:00:00Z max "0": 1 bytes`},
		{"import without account", "POST", "/v1/imports/registry?answered_at=2026-11-22T12:00:00Z", "", nil, 422, "belongs to an account", ""},
		{"import without time", "POST", "/v1/imports/registry?account=a", "", nil, 422, "when the registry answered", ""},
		{"import with both", "POST", "/v1/imports/consents?account=a&principal=b", "", nil, 422, "belongs to a principal", ""},
		{"import of what", "POST", "/v1/imports/lists?principal=b", "", nil, 422, "registry, blacklist, consents", ""},
		{"import, bad share", "POST", "/v1/imports/consents?principal=b&max_rejects=few", "", nil, 422, "max_rejects", ""},
		{"blacklist", "POST", "/v1/principals/acme/blacklist", `{"number":"333","reason":"said so"}`, nil, 200, `"since":"2026-11-22T12:00:00Z"`, "blacklist by unknown: acme 333 said so"},
		{"blacklist without number", "POST", "/v1/principals/acme/blacklist", `{"reason":"x"}`, nil, 422, "number", ""},
		{"blacklist, unknown key", "POST", "/v1/principals/acme/blacklist", `{"number":"3","numbr":"4"}`, nil, 422, "numbr", ""},
		{"blacklist of nobody", "POST", "/v1/principals/x/blacklist", `{"number":"3"}`, mistake, 404, "apply it first", "blacklist by unknown: x 3 "},
		{"attempt", "GET", "/v1/attempts/" + id.String(), "", nil, 200, `"id":"` + id.String(), "attempt " + id.String()},
		{"no attempt", "GET", "/v1/attempts/00000000-0000-7000-8000-000000000000", "", nil, 404, "there is no attempt", "attempt 00000000-0000-7000-8000-000000000000"},
		{"bad id", "GET", "/v1/attempts/x", "", nil, 422, "no attempt id", ""},
		{"attempts", "GET", "/v1/attempts?number=%2B39333&call_id=c&since=2026-11-22T00:00:00Z&limit=5", "", nil, 200, `"at":"2026-11-22T12:00:00Z"`, `attempts of "+39333" "c" since 2026-11-22T00:00:00Z limit 5`},
		{"attempts of no number", "GET", "/v1/attempts?number=x", "", nil, 422, "no number can be read", ""},
		{"attempts without limit", "GET", "/v1/attempts?limit=0", "", nil, 422, "limit", ""},
		{"counters", "GET", "/v1/counters", "", nil, 200, `[{"name":"attempts","value":3}]`, "counters"},
		{"status", "GET", "/v1/status", "", nil, 200, `"ready":true`, ""},
		{"lookup of no number", "GET", "/v1/lookup/x", "", nil, 422, "no number can be read", ""},
		{"nowhere", "GET", "/v1/none", "", nil, 404, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := &house{fail: c.fail}
			rec := httptest.NewRecorder()
			open(t, h).ServeHTTP(rec, httptest.NewRequest(c.method, c.path, strings.NewReader(c.body)))
			if rec.Code != c.status || !strings.Contains(rec.Body.String(), c.answer) {
				t.Errorf("%s %s: %d %s\nwant %d with %q", c.method, c.path, rec.Code, rec.Body, c.status, c.answer)
			}
			if got := strings.Join(h.calls(), "; "); got != c.asked {
				t.Errorf("asked %q, want %q", got, c.asked)
			}
		})
	}
}

// TestLookup holds the page: verdicts per campaign, shared facts once, sources.
func TestLookup(t *testing.T) {
	t.Parallel()
	h := &house{}
	rec := httptest.NewRecorder()
	open(t, h).ServeHTTP(rec, httptest.NewRequest("GET", "/v1/lookup/+393331234567", nil))
	var got Page
	if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || rec.Code != 200 {
		t.Fatalf("%d %v: %s", rec.Code, err, rec.Body)
	}
	listed := decisionOf(&policy.Decision{
		Rule: "blacklist", Reason: policy.BlacklistListed,
		Trail: []policy.Finding{{Rule: "blacklist", Reason: policy.BlacklistListed}},
	})
	want := Page{
		Number: "+393331234567", Generation: 7,
		Verdicts: []Verdict{{"acme/energia", listed}, {"acme/gas", listed}},
		Registry: []RegistryLine{
			{Account: "rpo-1", Answer: "opposed", AnsweredAt: noon, Source: "import 3"},
			{Account: "rpo-1", Answer: "clear", AnsweredAt: noon.AddDate(0, 0, -14), Source: "import 1"},
		},
		Blacklist: []ListedLine{{Principal: "acme", Known: "present", Since: noon, Source: "entry 4"}},
		Consents: []ConsentLine{{
			Principal: "acme", Purpose: "marketing", Known: "present", GivenAt: noon, RevokedAt: noon.Add(time.Hour),
			Channels: []string{"operator", "automated"}, Evidence: "form-7", Source: "import 5",
		}},
		Attempts: []Record{recordOf(&policy.Record{Attempt: policy.Attempt{Dialled: policy.Dialled{ID: id, At: noon}}})},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
}

// TestLookupFails holds that a page with a part that could not be read is none.
func TestLookupFails(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]*house{
		"judging": {judging: errors.New("no desk")}, "consents": {consents: errors.New("no row")}, "attempts": {fail: errors.New("no month")},
	} {
		rec := httptest.NewRecorder()
		open(t, h).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/v1/lookup/+393331234567", nil))
		if rec.Code != http.StatusInternalServerError {
			t.Errorf("%s: %d %s", name, rec.Code, rec.Body)
		}
	}
}

// TestOpenAPI holds that every operation is in the document.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	rec := httptest.NewRecorder()
	open(t, &house{}).ServeHTTP(rec, httptest.NewRequest("GET", "/openapi.json", nil))
	var doc struct{ Paths map[string]map[string]any }
	if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"/v1/apply", "/v1/imports/{kind}", "/v1/principals/{principal}/blacklist", "/v1/lookup/{number}",
		"/v1/attempts/{id}", "/v1/attempts", "/v1/counters", "/v1/status",
	} {
		if len(doc.Paths[path]) != 1 {
			t.Errorf("%s is not in the document", path)
		}
	}
}

// TestSocket speaks to a console over its socket: the kernel says who asks.
func TestSocket(t *testing.T) {
	t.Parallel()
	h := &house{ready: errors.New("draining"), status: Status{Node: "mi-edge-1"}}
	path := filepath.Join(t.TempDir(), "run", "admin.sock")
	client := NewClient(path)
	if _, err := client.Status(t.Context()); !errors.Is(err, ErrNoDaemon) {
		t.Errorf("without a daemon: %v", err)
	}
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("socket: %v %v", info.Mode(), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := open(t, h).Run(ctx, l); err != nil {
			t.Error(err)
		}
	})
	if _, err := Listen(path); err == nil || !strings.Contains(err.Error(), "another daemon listens there") {
		t.Errorf("a second daemon: %v", err)
	}
	if s, err := client.Status(t.Context()); err != nil || s.Node != "mi-edge-1" || s.Ready || s.Why != "draining" {
		t.Errorf("status %+v %v", s, err)
	}
	if _, err := client.AddBlacklist(t.Context(), "a/b", "333", ""); err != nil {
		t.Error(err)
	}
	me, _ := user.Current()
	want := []string{fmt.Sprintf("blacklist by %s:%s: a/b 333 ", me.Uid, me.Username)}
	if diff := cmp.Diff(want, h.calls()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	everyCall(t, client, h)
	cancel()
	wg.Wait()
	client.http.CloseIdleConnections()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the socket file is still there: %v", err)
	}
}

// everyCall holds that what the client sends is what the console reads.
func everyCall(t *testing.T, client *Client, h *house) {
	t.Helper()
	ctx := t.Context()
	if got, err := client.Apply(ctx, []byte("x"), true); err != nil || !got.DryRun || got.Generation != 7 {
		t.Errorf("apply: %+v %v", got, err)
	}
	got, err := client.Import(ctx, ImportRequest{
		Kind: "registry", Scope: "rpo", AnsweredAt: noon, MaxRejects: "2%",
		FileName: "f.csv", Reader: strings.NewReader("12345"),
	})
	if err != nil || !got.Activated || got.Rejects != "2,no number,x\n" {
		t.Errorf("import: %+v %v", got, err)
	}
	got, err = client.Import(ctx, ImportRequest{Kind: "blacklist", Scope: "acme", MaxRejects: "0", Reader: strings.NewReader("")})
	if err != nil || got.Activated || got.Bad != 1 {
		t.Errorf("import with too many rejects: %+v %v", got, err)
	}
	if _, err := client.Import(ctx, ImportRequest{Kind: "registry"}); err == nil || !strings.HasPrefix(err.Error(), "account: missing") {
		t.Errorf("import without account: %v", err)
	}
	if p, err := client.Lookup(ctx, "+39333"); err != nil || p.Number != "+39333" {
		t.Errorf("lookup: %+v %v", p, err)
	}
	if r, err := client.Attempt(ctx, id.String()); err != nil || r.ID != id.String() {
		t.Errorf("attempt: %+v %v", r, err)
	}
	if rs, err := client.Attempts(ctx, url.Values{"limit": {"3"}}); err != nil || len(rs) != 1 {
		t.Errorf("attempts: %+v %v", rs, err)
	}
	if cs, err := client.Counters(ctx); err != nil || len(cs) != 1 {
		t.Errorf("counters: %+v %v", cs, err)
	}
	want := []string{
		"apply by " + actorNow() + ": x dry=true",
		`import registry of rpo at 2026-11-22T12:00:00Z max "2%": 5 bytes`,
		`import blacklist of acme at 0001-01-01T00:00:00Z max "0": 0 bytes`,
		`attempts of "+39333" "" since 0001-01-01T00:00:00Z limit 20`,
		"attempt " + id.String(),
		`attempts of "" "" since 0001-01-01T00:00:00Z limit 3`,
		"counters",
	}
	if diff := cmp.Diff(want, h.calls()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func actorNow() string {
	me, _ := user.Current()
	return me.Uid + ":" + me.Username
}

// TestListen holds what may stand at the path of the socket.
func TestListen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	dead := filepath.Join(dir, "dead.sock")
	l, err := net.Listen("unix", dead)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // as SIGKILL leaves it
	l.Close()
	if l, err = Listen(dead); err != nil {
		t.Errorf("a dead socket is replaced: %v", err)
	} else {
		l.Close()
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("data"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(file); err == nil || !strings.Contains(err.Error(), "is no socket") {
		t.Errorf("a plain file: %v", err)
	}
	if _, err := Listen(filepath.Join(file, "below", "a.sock")); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("below a plain file: %v", err)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	var ready error
	handler := Health(NewRegistry("v1"), func() error { return ready })
	get := func(path string) (int, string) {
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		return rec.Code, rec.Body.String()
	}
	if code, text := get("/metrics"); code != 200 || !strings.Contains(text, `tregua_build_info{go="go1.`) {
		t.Errorf("/metrics: %d %s", code, text)
	}
	if code, _ := get("/healthz"); code != 200 {
		t.Errorf("/healthz: %d", code)
	}
	if code, _ := get("/readyz"); code != 200 {
		t.Errorf("/readyz: %d", code)
	}
	ready = errors.New("draining")
	if code, text := get("/readyz"); code != http.StatusServiceUnavailable || text != "draining\n" {
		t.Errorf("/readyz: %d %q", code, text)
	}
}

// TestRejectsAreCapped holds that a file of bad rows takes no endless memory.
func TestRejectsAreCapped(t *testing.T) {
	t.Parallel()
	c := &capped{room: 4}
	for _, line := range []string{"ab\n", "cd\n", "e"} {
		if n, err := c.Write([]byte(line)); n != len(line) || err != nil {
			t.Errorf("write: %d %v", n, err)
		}
	}
	if c.text.String() != "ab\n" || !c.full {
		t.Errorf("kept %q, full %v", c.text.String(), c.full)
	}
}

func TestNewWithout(t *testing.T) {
	t.Parallel()
	_, err := New(Config{Log: slog.New(slog.DiscardHandler)})
	if err == nil || err.Error() != "console: no book\nconsole: no judge\nconsole: no records\nconsole: no node" {
		t.Errorf("err = %v", err)
	}
}
