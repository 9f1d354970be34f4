package proxy

import (
	"strings"
	"testing"

	"github.com/icholy/digest"

	"tregua/proxy/wire"
)

// TestLogin: a carrier that knows us by a password is answered for the dialer,
// once for each realm and nonce.
func TestLogin(t *testing.T) {
	t.Parallel()
	const nonce = `Digest realm="carrier", nonce="n1", qop="auth", algorithm=MD5`
	cases := map[string]struct {
		status     int
		challenges []string
		again      string // the challenge to what was answered
		want       string
	}{
		"a registrar's":        {401, []string{"WWW-Authenticate: " + nonce}, "", "B INVITE"},
		"a proxy's":            {407, []string{"Proxy-Authenticate: " + nonce}, "", "B INVITE"},
		"of two, the known":    {401, []string{`WWW-Authenticate: Digest realm="carrier", nonce="x", algorithm=AKAv1-MD5`, "WWW-Authenticate: " + nonce}, "", "B INVITE"},
		"a stale nonce":        {401, []string{"WWW-Authenticate: " + nonce}, "WWW-Authenticate: " + nonce + ", stale=true", "B INVITE, B INVITE"},
		"a wrong password":     {401, []string{"WWW-Authenticate: " + nonce}, "WWW-Authenticate: " + nonce, "B INVITE, A 401"},
		"another realm behind": {401, []string{"WWW-Authenticate: " + nonce}, strings.Replace("WWW-Authenticate: "+nonce, "carrier", "other", 1), "B INVITE, B INVITE, A 401"},
		"a scheme we have not": {401, []string{"WWW-Authenticate: Basic realm=\"x\""}, "", "A 401"},
		"none at all":          {401, nil, "", "A 401"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, func(cfg *Config) { cfg.Trunks[1].Login = &Login{"us", "secret"} })
			b.turn(b.from(0, invite("sip:+393331234567@carrier", 1)))
			b.turn(b.allow())
			challenge := func(lines []string) string {
				text := b.reply(c.status, "p")
				for _, l := range lines {
					text = strings.Replace(text, "Content-Length", l+"\r\nContent-Length", 1)
				}
				words := b.turn(b.from(1, text))
				return strings.TrimPrefix(words, "B ACK, ")
			}
			got := challenge(c.challenges)
			if strings.Contains(got, "INVITE") {
				b.proven(t, b.sent[len(b.sent)-1])
			}
			if c.again != "" {
				got += ", " + challenge([]string{c.again})
			}
			if name == "another realm behind" { // it has both, and neither is believed
				got += ", " + challenge(c.challenges)
			}
			b.want(got, c.want)
		})
	}
}

// proven checks the credentials of a request as a registrar would.
func (b *bench) proven(t *testing.T, m *wire.Message) {
	t.Helper()
	var value string
	for _, name := range []string{"Authorization", "Proxy-Authorization"} {
		for v := range m.Named(name) {
			value = v
		}
	}
	got, err := digest.ParseCredentials(value)
	if err != nil {
		t.Fatalf("%v in %q", err, value)
	}
	want, err := digest.Digest(
		&digest.Challenge{Realm: "carrier", Nonce: "n1", QOP: []string{"auth"}, Algorithm: "MD5"},
		digest.Options{Method: "INVITE", URI: m.URI, Username: "us", Password: "secret", Cnonce: got.Cnonce},
	)
	if err != nil || got.Response != want.Response || m.CSeq.N != 2 {
		t.Errorf("CSeq %d, %s, want response %s (%v)", m.CSeq.N, value, want.Response, err)
	}
}
