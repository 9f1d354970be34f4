package console

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
	if _, err := client.AddBlacklist(t.Context(), Objection{Principal: "a/b", Number: "333"}); err != nil {
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
	if got, err := client.Apply(ctx, []byte("x"), "", true); err != nil || !got.DryRun || got.Generation != 7 {
		t.Errorf("apply: %+v %v", got, err)
	}
	got, err := client.Import(ctx, ImportRequest{
		Kind: "registry", Scope: "rpo", AnsweredAt: noon, MaxRejects: "2%",
		FileName: "f.csv", Reader: strings.NewReader("12345"),
	})
	if err != nil || !got.Activated || got.Rejects != "2,no number,x\n" {
		t.Errorf("import: %+v %v", got, err)
	}
	got, err = client.Import(ctx, ImportRequest{Kind: "blacklist", Scope: "acme", MaxRejects: "0", Reader: strings.NewReader(""), Format: Format{
		Columns: []string{"number=A & B", "ignore=C,D"}, Delimiter: ";", Encoding: "utf-16", Numbers: "national:IT", Polarity: "clear",
	}})
	if err != nil || got.Activated || got.Bad != 1 {
		t.Errorf("import with too many rejects: %+v %v", got, err)
	}
	if _, err := client.Import(ctx, ImportRequest{Kind: "registry"}); err == nil || !strings.HasPrefix(err.Error(), "account: missing") {
		t.Errorf("import without account: %v", err)
	}
	everyGeneration(t, client)
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
	if r, err := client.Silent(ctx, SilentQuery{Since: noon, Until: noon.Add(1), Trunk: "d"}); err != nil || r.Total.ClassB != 1 {
		t.Errorf("silent: %+v %v", r, err)
	}
	if r, err := client.Traffic(ctx, TrafficQuery{From: noon, To: noon.Add(1), Principal: "acme"}); err != nil || len(r.Hours) != 1 || r.Hours[0].Attempts != 2 {
		t.Errorf("traffic: %+v %v", r, err)
	}
	if r, err := client.Suggest(ctx, SuggestQuery{Since: noon, Trunk: "d"}); err != nil || len(r) != 1 || r[0].Kept != 1 {
		t.Errorf("suggestions: %+v %v", r, err)
	}
	want := []string{
		"apply by " + actorNow() + ": x dry=true",
		`import registry of rpo at 2026-11-22T12:00:00Z max "2%": 5 bytes`,
		`import blacklist of acme at 0001-01-01T00:00:00Z max "0" number=A & B ignore=C,D ; utf-16 national:IT clear: 0 bytes`,
		"generations 3",
		"restore 6 by " + actorNow(),
		"export blacklist of acme",
		"export blacklist of broken",
		`attempts of "+39333" "" since 0001-01-01T00:00:00Z limit 20`,
		"attempt " + id.String(),
		`attempts of "" "" since 0001-01-01T00:00:00Z limit 3`,
		"counters",
		`silent calls of "d" from 2026-11-22T12:00:00Z to 2026-11-22T12:00:00Z`,
		`traffic of "acme" from 2026-11-22T12:00:00Z to 2026-11-22T12:00:00Z`,
		`suggestions for "d" since 2026-11-22T12:00:00Z`,
	}
	if diff := cmp.Diff(want, h.calls()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func everyGeneration(t *testing.T, client *Client) {
	t.Helper()
	ctx := t.Context()
	if list, err := client.Generations(ctx, 3); err != nil || len(list) != 1 || list[0].Number != 7 {
		t.Errorf("generations: %+v %v", list, err)
	}
	if r, err := client.Restore(ctx, 6); err != nil || r.Generation != 8 {
		t.Errorf("restore: %+v %v", r, err)
	}
	var file strings.Builder
	if rows, err := client.Export(ctx, "blacklist", "acme", &file); err != nil || rows != 1 || file.String() != "number\n+393331234567\n" {
		t.Errorf("export: %d rows, %q %v", rows, &file, err)
	}
	if _, err := client.Export(ctx, "blacklist", "broken", &file); err == nil || !strings.Contains(err.Error(), "it broke off") {
		t.Errorf("an export that breaks off: %v", err)
	}
	if _, err := client.Export(ctx, "bars", "acme", &file); err == nil {
		t.Error("an export of what cannot be exported")
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
	if err == nil || err.Error() != "console: no book\nconsole: no judge\nconsole: no records\nconsole: no node\nconsole: no modes\nconsole: no dispositions\nconsole: no proof\nconsole: no backup\nconsole: no keeper\nconsole: no contracts\nconsole: no reconciler\nconsole: no subjects\nconsole: no complaints\nconsole: no register" {
		t.Errorf("err = %v", err)
	}
}
