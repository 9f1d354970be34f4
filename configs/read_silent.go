package configs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"tregua/media"
	"tregua/policy"
)

const (
	// cutAfter is when a silent call is ended if the file does not say: 100 ms
	// before the limit of the law, so that the BYE has left by then.
	cutAfter = 2900 * time.Millisecond
	// shortest is the least time an operator is given.
	shortest = 500 * time.Millisecond
	// leaving is what a BYE needs to leave on a busy machine.
	leaving = 50 * time.Millisecond
)

// silent reads silent_call of a pbx trunk.
func (r *reader) silent(trunk *section) Silent {
	s := trunk.section("silent_call")
	defer s.end()
	return Silent{
		Mode: value(s, "mode", policy.WatchEnforce, choice(
			word[policy.Watch]{word: "enforce", value: policy.WatchEnforce},
			word[policy.Watch]{word: "shadow", value: policy.WatchShadow},
			word[policy.Watch]{word: "off", value: policy.WatchOff})),
		CutAfter: value(s, "cut_after", cutAfter, atLeast(shortest, "2.9s")),
		Grace:    r.quiet(s),
	}
}

// quiet reads cut, which is no grace, or {grace: 50ms}.
func (r *reader) quiet(s *section) time.Duration {
	n, ok := s.take("quiet")
	if !ok {
		return 0
	}
	path := s.join("quiet")
	if _, plain := rawText(n); plain {
		return scalar(r, path, n, 0, func(text string) (time.Duration, error) {
			if text != "cut" {
				return 0, fmt.Errorf("unknown value %q; use cut or {grace: 50ms}", text)
			}
			return 0, nil
		})
	}
	sub := r.open(path, n)
	defer sub.end()
	sub.missing("grace", "say how much longer a quiet line may stay so, as {grace: 50ms}, or write quiet: cut")
	return value(sub, "grace", 0, atLeast(time.Millisecond, "50ms"))
}

// atLeast reads a duration. No key of this kind takes more than a minute.
func atLeast(low time.Duration, example string) func(string) (time.Duration, error) {
	return func(text string) (time.Duration, error) {
		d, err := time.ParseDuration(text)
		if err != nil {
			return 0, fmt.Errorf("%q is no duration; write as %s", text, example)
		}
		if d < low || d > time.Minute {
			return 0, fmt.Errorf("%s is out of range; give at least %s and no more than the limit of the policy, as %s", text, low, example)
		}
		return d, nil
	}
}

// checkSilent holds that silent calls end within the limit of the policy
// (silent.limit; Garante provv. 83/2014: three seconds from the answer).
func (r *reader) checkSilent(c *Config, limit time.Duration) {
	for i, t := range c.Trunks {
		key := item("trunks", i, "silent_call.cut_after")
		if t.Silent.Mode == policy.WatchOff || r.hasProblem(key) {
			continue
		}
		end, what := t.Silent.CutAfter+t.Silent.Grace, ""
		if t.Silent.Grace > 0 {
			key, what = item("trunks", i, "silent_call.quiet.grace"), " with cut_after"
		}
		switch {
		case end > limit:
			r.wrong(key, "%s%s is past the %s that the policy allows (silent.limit); make it at most %s", end, what, limit, limit-leaving)
		case end > limit-leaving:
			r.warn(key, "%s%s leaves the BYE %s until the limit of the policy (silent.limit); leave it %s", end, what, limit-end, leaving)
		}
	}
}

// tokenForm is a token of RFC 3261 section 25.1.
var tokenForm = regexp.MustCompile("^[A-Za-z0-9.!%*_+`'~-]{2,64}$")

// taken are the headers, in lower case, that mean something to a call; those
// of one letter are the short forms of some, and a name with a dash at its end
// stands for all that begin with it.
var taken = []string{
	"accept-", "accept", "alert-info", "allow", "allow-", "authorization", "call-id", "call-info", "contact",
	"content-", "cseq", "date", "diversion", "event", "expires", "from", "geolocation", "geolocation-", "history-info",
	"identity", "identity-", "in-reply-to", "join", "max-forwards", "mime-version", "min-", "p-", "path", "priority",
	"privacy", "proxy-", "rack", "reason", "reason-", "record-route", "recv-info", "refer-", "referred-by",
	"remote-party-id", "replaces", "reply-to", "request-disposition", "require", "retry-after", "route", "rseq",
	"security-", "server", "service-route", "session-", "sip-", "subject", "subscription-state", "supported",
	"target-dialog", "timestamp", "to", "unsupported", "user-agent", "user-to-user", "via", "warning", "www-authenticate",
}

// readHeader reads the name of a header of the dialer's own, or "" for none.
func readHeader(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	if !tokenForm.MatchString(text) {
		return "", fmt.Errorf("%q is no name of a header; write one of your own, as X-Operator", text)
	}
	name := strings.ToLower(text)
	if slices.ContainsFunc(taken, func(t string) bool {
		return name == t || strings.HasSuffix(t, "-") && strings.HasPrefix(name, t)
	}) {
		return "", fmt.Errorf("%s has a meaning in SIP already; name one of your own, as X-Operator", text)
	}
	return text, nil
}

func readKey(text string) (media.Key, error) {
	k, ok := media.ParseKey(text)
	if text != "" && !ok {
		return 0, fmt.Errorf("%q is no key of a telephone: write one of 0 to 9, * or #", text)
	}
	return k, nil
}

// headers reads what a dialer says in headers of its own, and a callee by a key.
func (r *reader) headers(s *section, t *Trunk) {
	t.OperatorHeader = value(s, "operator_header", "", readHeader)
	t.MachineHeader = value(s, "machine_header", "", readHeader)
	t.OptOutKey = value(s, "opt_out_key", media.Key(0), readKey)
	if t.OperatorHeader != "" && strings.EqualFold(t.OperatorHeader, t.MachineHeader) {
		r.wrong(s.join("machine_header"), "%s is the operator_header too; name another", t.MachineHeader)
	}
}
