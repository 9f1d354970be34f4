package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tregua/policy/access"
)

// token makes a token as root and returns its secret.
func token(t *testing.T, c *Console, request string) string {
	t.Helper()
	rec := ask(c, "", "POST", "/v1/tokens", request)
	var made NewToken
	if err := json.Unmarshal(rec.Body.Bytes(), &made); err != nil || rec.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", request, rec.Code, rec.Body)
	}
	return made.Secret
}

// TestWhoAsks holds who is let in: a token before the socket, and on the socket
// root and the daemon's own user.
func TestWhoAsks(t *testing.T) {
	t.Parallel()
	c := open(t, &house{})
	ada := token(t, c, `{"name":"ada","role":"admin"}`)
	old := token(t, c, `{"name":"old","role":"admin"}`)
	if rec := ask(c, ada, "POST", "/v1/tokens/old/revoke", `{"why":"left"}`); rec.Code != http.StatusOK {
		t.Fatalf("revoke: %d %s", rec.Code, rec.Body)
	}
	root, own, other := peerOf(0, 1000), peerOf(uint32(os.Geteuid()), os.Geteuid()), peer{"1234:mallory", false}
	for name, r := range map[string]struct {
		peer   any
		header string
		code   int
		answer string
	}{
		"root":                     {root, "", 200, ""},
		"the daemon's user":        {own, "", 200, ""},
		"another user":             {other, "", 401, "send a token"},
		"nobody":                   {nil, "", 401, "send a token"},
		"a token":                  {nil, "Bearer " + ada, 200, ""},
		"a token, in other case":   {nil, "bearer  " + ada, 200, ""},
		"a token of another user":  {other, "Bearer " + ada, 200, ""},
		"a revoked one":            {nil, "Bearer " + old, 401, "was revoked"},
		"a revoked one, by root":   {root, "Bearer " + old, 401, "was revoked"},
		"one that there is not":    {nil, "Bearer " + access.Secret([32]byte{1}), 401, "none like it"},
		"no token":                 {nil, "Bearer hello", 401, "has not the form of a token"},
		"another scheme":           {nil, "Basic " + ada, 401, "no Bearer token"},
		"another scheme, by root":  {root, "Basic eA==", 401, "no Bearer token"},
		"the secret and no scheme": {nil, ada, 401, "no Bearer token"},
	} {
		req := httptest.NewRequest(http.MethodGet, "/v1/status", nil)
		req = req.WithContext(context.WithValue(req.Context(), peerKey{}, r.peer))
		if r.header != "" {
			req.Header.Set("Authorization", r.header)
		}
		rec := httptest.NewRecorder()
		c.ServeHTTP(rec, req)
		if rec.Code != r.code || !strings.Contains(rec.Body.String(), r.answer) || strings.Contains(rec.Body.String(), "tregua_A") {
			t.Errorf("%s: %d %s, want %d %q", name, rec.Code, rec.Body, r.code, r.answer)
		}
	}
	if p := peerOf(77, 78); p.trusted || !strings.HasPrefix(p.name, "77:") {
		t.Errorf("a stranger: %+v", p)
	}
}

// TestOperationWithoutRoles holds that an operation that does not say who may do
// it is done for nobody but root.
func TestOperationWithoutRoles(t *testing.T) {
	t.Parallel()
	c := open(t, &house{})
	ada := token(t, c, `{"name":"ada","role":"admin"}`)
	c.mux = http.NewServeMux()
	api := humago.New(c.mux, huma.DefaultConfig("x", "1"))
	api.UseMiddleware(c.authenticate(api))
	huma.Get(api, "/v1/forgotten", func(context.Context, *struct{}) (*body[string], error) { return &body[string]{"told"}, nil })
	if rec := ask(c, ada, "GET", "/v1/forgotten", ""); rec.Code != http.StatusForbidden || strings.Contains(rec.Body.String(), "told") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

// TestTokenRequests holds what a token may be made of, and what is said.
func TestTokenRequests(t *testing.T) {
	t.Parallel()
	h := &house{}
	c := open(t, h)
	token(t, c, `{"name":"taken","role":"admin"}`)
	for name, r := range map[string]struct {
		request string
		code    int
		answer  string
	}{
		"compliance":          {`{"name":"a","role":"compliance","principal":"acme"}`, 200, `"token":"tregua_`},
		"of no principal":     {`{"name":"b","role":"compliance","principal":"x"}`, 404, `there is no principal \"x\"`},
		"of no call centre":   {`{"name":"b","role":"supervisor","call_centre":"x"}`, 404, `there is no call_centre \"x\"`},
		"without a principal": {`{"name":"b","role":"compliance"}`, 422, "name the principal"},
		"local":               {`{"name":"b","role":"local"}`, 422, "role"},
		"system":              {`{"name":"crm","role":"system","operations":["lookup"]}`, 200, `"operations":["lookup"]`},
		"system, unknown":     {`{"name":"b","role":"system","operations":["lokup"]}`, 422, `no operation \"lokup\"`},
		"system, a person's":  {`{"name":"b","role":"system","operations":["proposal-confirm"]}`, 422, `no operation \"proposal-confirm\" that a system may do`},
		"system, token-add":   {`{"name":"b","role":"system","operations":["token-add"]}`, 422, `no operation \"token-add\"`},
		"expires":             {`{"name":"c","role":"admin","expires":"2026-11-22T12:00:01Z"}`, 200, `"expires":"2026-11-22T12:00:01Z"`},
		"expired":             {`{"name":"b","role":"admin","expires":"2026-11-22T12:00:00Z"}`, 422, "is past"},
		"taken":               {`{"name":"taken","role":"admin"}`, 409, "given already"},
		"a slip":              {`{"name":"b","role":"admin","princpal":"acme"}`, 422, "princpal"},
	} {
		rec := ask(c, "", "POST", "/v1/tokens", r.request)
		if rec.Code != r.code || !strings.Contains(rec.Body.String(), r.answer) {
			t.Errorf("%s: %d %s, want %d %q", name, rec.Code, rec.Body, r.code, r.answer)
		}
	}
	h.mu.Lock()
	h.later = time.Second
	h.mu.Unlock()
	list := ask(c, "", "GET", "/v1/tokens", "").Body.String()
	if strings.Contains(list, "tregua_") || !strings.Contains(list, `"name":"c","role":"admin","state":"expired"`) {
		t.Errorf("tokens: %s", list)
	}
}

// TestMaxExport holds that a token takes no more numbers out than one person may.
func TestMaxExport(t *testing.T) {
	t.Parallel()
	c := open(t, &house{})
	anna := token(t, c, `{"name":"anna","role":"compliance","principal":"acme"}`)
	for of, code := range map[string]int{"acme": http.StatusOK, "many": http.StatusForbidden} {
		if rec := ask(c, anna, "GET", "/v1/exports/blacklist?scope="+of, ""); rec.Code != code || code != http.StatusOK && !strings.Contains(rec.Body.String(), "more than 1000") {
			t.Errorf("anna exports %s: %d %s", of, rec.Code, rec.Body)
		}
		if rec := ask(c, "", "GET", "/v1/exports/blacklist?scope="+of, ""); rec.Code != http.StatusOK {
			t.Errorf("root exports %s: %d %s", of, rec.Code, rec.Body)
		}
	}
}

// TestNoAccessRecord holds that what reads numbers is refused when that cannot
// be recorded, whoever asks.
func TestNoAccessRecord(t *testing.T) {
	t.Parallel()
	h := &house{}
	c := open(t, h)
	for path, want := range map[string]string{
		"/v1/lookup/+393331234567": "lookup", "/v1/attempts": "attempts", "/v1/attempts/" + id.String(): "attempt",
		"/v1/submissions/7/file": "registry-file", "/v1/exports/blacklist?scope=acme": "export",
	} {
		if rec := ask(c, "", "GET", path, ""); rec.Code != http.StatusOK {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
		if list := ask(c, "", "GET", "/v1/access?limit=1", "").Body.String(); !strings.Contains(list, `"operation":"`+want+`"`) {
			t.Errorf("%s left %s", path, list)
		}
	}
	h.mu.Lock()
	h.full = errors.New("disk full")
	h.mu.Unlock()
	for _, path := range []string{"/v1/lookup/+393331234567", "/v1/attempts", "/v1/attempts/" + id.String(), "/v1/submissions/7/file", "/v1/exports/blacklist?scope=acme"} {
		rec := ask(c, "", "GET", path, "")
		if rec.Code != http.StatusInternalServerError || strings.Contains(rec.Body.String(), `"id"`) || strings.Contains(rec.Body.String(), sheet) || !strings.Contains(rec.Body.String(), "disk full") {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
	}
	if rec := ask(c, "", "GET", "/v1/counters", ""); rec.Code != http.StatusOK {
		t.Errorf("counters read no number: %d %s", rec.Code, rec.Body)
	}
}
