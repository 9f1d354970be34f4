package handoff_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy/handoff"
	"tregua/policy/store/memory"
)

// TestSigned: what a receiver gets over a real connection is signed as Standard
// Webhooks has it, over the bytes of the body, and a redirect is not followed.
func TestSigned(t *testing.T) {
	t.Parallel()
	moved := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/elsewhere" {
			moved = true
			return
		}
		body := make([]byte, r.ContentLength)
		_, err := r.Body.Read(body)
		if err != nil && err.Error() != "EOF" {
			t.Error(err)
		}
		h := hmac.New(sha256.New, secret)
		h.Write([]byte(strings.Join([]string{r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp"), string(body)}, ".")))
		if want := "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil)); r.Header.Get("webhook-signature") != want {
			t.Errorf("signature %q, want %q", r.Header.Get("webhook-signature"), want)
		}
		if got := r.Header.Get("webhook-id"); got != "tregua_7_crm_4_9" {
			t.Errorf("id %q", got)
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	hook := handoff.NewWebhook(handoff.WebhookConfig{Sink: "crm", Node: 7, URL: server.URL + "?key=hush", Secret: secret})
	b := &handoff.Batch{First: 4, Last: 9, Made: noon, Items: []handoff.Item{{No: 4, Text: []byte(`{"seq":4}`)}}}
	_, err := hook.Take(t.Context(), b, handoff.Place{})
	if err == nil || moved {
		t.Errorf("a redirect was followed, or taken for a 2xx: %v", err)
	}
	server.Close()
	if _, err = hook.Take(t.Context(), b, handoff.Place{}); err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("the error is %v", err)
	}
}

// TestSignatureVector is the example of the Standard Webhooks libraries.
func TestSignatureVector(t *testing.T) {
	t.Parallel()
	key, err := handoff.ParseSecret(" whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
	if err != nil {
		t.Fatal(err)
	}
	got := handoff.Sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestParseSecret(t *testing.T) {
	t.Parallel()
	encode := func(n int) string { return base64.StdEncoding.EncodeToString(make([]byte, n)) }
	cases := map[string]bool{
		"whsec_" + encode(24): true, "whsec_" + encode(64) + "\n": true,
		"whsec_" + encode(23): false, "whsec_" + encode(65): false,
		encode(32): false, "whsec_?": false, "": false,
	}
	for text, good := range cases {
		if _, err := handoff.ParseSecret(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestSlowReceiver: an answer that does not come in time is a failure.
func TestSlowReceiver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &shelf{}
		l.add(refused(1, noon))
		hook := webhook(func(_ http.ResponseWriter, r *http.Request, _ []byte) { <-r.Context().Done() })
		s := handoff.New(l.config(memory.New(), whole, hook))
		go func() { _ = s.Run(t.Context()) }()
		time.Sleep(31 * time.Second)
		if got := s.State(); got.Failures != 1 || got.Items != 0 {
			t.Errorf("state %+v", got)
		}
	})
}
