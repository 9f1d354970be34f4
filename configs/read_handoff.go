package configs

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"github.com/goccy/go-yaml/ast"

	"tregua/policy/handoff"
)

// handoff reads one sink.
func (r *reader) handoff(path string, n ast.Node) Handoff {
	s := r.open(path, n)
	defer s.end()
	h := Handoff{
		Name:    value(s, "name", "", readSlug),
		Webhook: value(s, "webhook", "", readWebhook),
		Secret:  value(s, "secret_file", "", r.path),
		Folder:  value(s, "folder", "", r.path),
		Format: value(s, "format", handoff.Records, choice(
			word[handoff.Format]{word: "records"}, word[handoff.Format]{word: "cdr", value: handoff.CDR},
			word[handoff.Format]{word: "hourly", value: handoff.Hourly})),
		Numbers: value(s, "numbers", false, choice(word[bool]{word: "masked"}, word[bool]{word: "whole", value: true})),
		CallID:  value(s, "call_id", false, choice(word[bool]{word: "hidden"}, word[bool]{word: "told", value: true})),
		Batch:   value(s, "batch", 100, number(1000)),
		Max:     value(s, "max_mb", 100, number(10_000)),
		Days:    value(s, "keep_days", 30, number(3650)),
	}
	scope := s.section("scope")
	h.Principal = value(scope, "principal", "", readSlug)
	h.CallCentre = value(scope, "call_centre", "", readSlug)
	scope.end()
	s.missing("name", "name it once and for all: where it has come to is kept by the name")
	switch {
	case (h.Webhook == "") == (h.Folder == "") && !r.hasProblem(s.join("webhook")):
		r.wrong(path, "give it webhook or folder: one of the two")
	case h.Webhook != "" && h.Secret == "":
		s.missing("secret_file", "name a file with the secret that the receiver checks signatures by")
	case h.Webhook != "" && h.Format == handoff.CDR:
		r.wrong(s.join("format"), "cdr is for folders; use records or hourly")
	}
	if (h.Numbers || h.CallID) && h.Principal == "" && h.CallCentre == "" {
		r.wrong(path, "numbers and Call-IDs go to a tenant only; give scope a principal or call_centre")
	}
	return h
}

// checkHandoff holds that each sink has its name and its files for itself.
func (r *reader) checkHandoff(c *Config) {
	var names []string
	for i, h := range c.Handoff {
		r.checkName("handoff", i, h.Name, names)
		names = append(names, h.Name)
		key := item("handoff", i, "folder")
		if h.Folder == "" {
			continue
		}
		for _, own := range []string{"state", "ledger", "sets"} {
			if within(h.Folder, c.Node.Data+"/"+own) {
				r.wrong(key, "lies in %s of node.data, which is tregua's own; use another, as handoff", own)
			}
		}
		taken := func(d Dispositions) bool { return within(h.Folder, d.Folder) }
		if h.Folder == c.Node.Data || within(h.Folder, c.Node.Keys) || within(c.Node.Keys, h.Folder) || slices.ContainsFunc(c.Dispositions, taken) {
			r.wrong(key, "holds what tregua keeps or takes; give the files a folder of their own")
		}
	}
}

// readWebhook reads where to post: over TLS, or to this machine.
func readWebhook(text string) (string, error) {
	u, err := readURL(text)
	if err != nil {
		return "", err
	}
	addr, _ := netip.ParseAddr(u.Hostname())
	if u.Scheme != "https" && (u.Scheme != "http" || !addr.IsLoopback()) {
		return "", fmt.Errorf("%q is not https; only a loopback address may be http", text)
	}
	return text, nil
}

func readURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return nil, fmt.Errorf("%q is no URL of a receiver; write as https://crm.example/calls", text)
	}
	return u, nil
}

// Keep is how long files are kept after their day.
func (h *Handoff) Keep() time.Duration { return time.Duration(h.Days) * 24 * time.Hour }
