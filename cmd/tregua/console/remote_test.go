package console

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"tregua/policy/access"
)

// TestNewRemote holds where a token may be sent.
func TestNewRemote(t *testing.T) {
	t.Parallel()
	for server, want := range map[string]string{
		"https://tregua.example:9465":   "",
		"https://tregua.example/":       "",
		"http://127.0.0.1:9465":         "",
		"http://[::1]:9465":             "",
		"http://localhost:9465":         "",
		"http://localhost.example:9465": "in clear; use https",
		"http://192.0.2.1":              "in clear; use https",
		"tregua.example:9465":           "is no URL of a server",
		"unix:/run/a.sock":              "is no URL of a server",
		"https://":                      "is no URL of a server",
		"https://a:b@tregua.example":    "is more than a server",
		"https://tregua.example/v1":     "is more than a server",
		"":                              "is no URL of a server",
	} {
		c, err := NewRemote(server)
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v %v, want %q", server, c, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "a:b") {
			t.Errorf("the error repeats a password: %v", err)
		}
	}
}

// TestNoRedirect holds that a token is not carried to where a server points.
func TestNoRedirect(t *testing.T) {
	t.Parallel()
	asked := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	c, err := NewRemote(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.WithToken("x").Tokens(t.Context()); err == nil || asked > 0 {
		t.Errorf("%v, the other was asked %d times", err, asked)
	}
	c.http.CloseIdleConnections()
}

// TestScopeEverywhere holds that nothing behind the API can be asked without
// saying who asks.
func TestScopeEverywhere(t *testing.T) {
	t.Parallel()
	scope := reflect.TypeFor[access.Scope]()
	for _, i := range []reflect.Type{reflect.TypeFor[Book](), reflect.TypeFor[Judge](), reflect.TypeFor[Records](), reflect.TypeFor[Node]()} {
		for m := range i.Methods() {
			first := 0
			if m.Type.NumIn() > 0 && m.Type.In(0).String() == "context.Context" {
				first = 1
			}
			if m.Name != "Ready" && (m.Type.NumIn() <= first || m.Type.In(first) != scope) {
				t.Errorf("%s.%s takes no scope first", i.Name(), m.Name)
			}
		}
	}
}
