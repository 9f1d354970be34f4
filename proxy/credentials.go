package proxy

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/icholy/digest"

	"tregua/proxy/call"
	"tregua/proxy/wire"
)

// Login is what a carrier gave us to answer its challenges with (digest, RFC
// 3261 section 22 and RFC 8760).
type Login struct{ User, Password string }

// credentials answers the challenges of a trunk; nil where it gave us nothing.
func (s *Shard) credentials(t *Trunk) call.Credentials {
	if t.Login == nil {
		return nil
	}
	return func(challenge, sent *wire.Message) ([]string, bool) {
		asked, answer := "WWW-Authenticate", "Authorization"
		if challenge.Status == 407 {
			asked, answer = "Proxy-Authenticate", "Proxy-Authorization"
		}
		var lines, realms []string
		for v := range challenge.Named(asked) {
			c, err := digest.ParseChallenge(v)
			// RFC 8760 2.4: of one realm the first that we know is the one preferred.
			if err != nil || !digest.CanDigest(c) || slices.Contains(realms, c.Realm) {
				continue
			}
			credentials, err := s.answerTo(c, t.Login, sent)
			if err != nil || inVain(c, answer, sent) {
				return nil, false
			}
			realms = append(realms, c.Realm)
			lines = append(lines, answer+": "+credentials)
		}
		return append(lines, keptFor(answer, sent, realms)...), len(lines) > 0
	}
}

// keptFor are the credentials that a request went with for other realms.
func keptFor(answer string, sent *wire.Message, realms []string) (lines []string) {
	for v := range sent.Named(answer) {
		if old, err := digest.ParseCredentials(v); err == nil && !slices.Contains(realms, old.Realm) {
			lines = append(lines, answer+": "+v)
		}
	}
	return lines
}

func (s *Shard) answerTo(c *digest.Challenge, l *Login, sent *wire.Message) (string, error) {
	credentials, err := digest.Digest(c, digest.Options{
		Method: sent.Method, URI: sent.URI, Username: l.User, Password: l.Password,
		GetBody: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(sent.Body)), nil },
		Cnonce:  strconv.FormatUint(s.entropy.Uint64(), 36),
	})
	if err != nil {
		return "", err
	}
	return credentials.String(), nil
}

// inVain reports whether the request went with credentials for that realm
// already, and they were wrong, not just old (RFC 3261 22.4).
func inVain(c *digest.Challenge, answer string, sent *wire.Message) bool {
	if c.Stale {
		return false
	}
	for v := range sent.Named(answer) {
		if old, err := digest.ParseCredentials(v); err == nil && old.Realm == c.Realm {
			return true
		}
	}
	return false
}
