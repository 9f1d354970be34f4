package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"time"
)

// The full sizes. Numbers are drawn in one order: a kind begins at a place in
// it, so that half of the consents are of opposed numbers.
const (
	opposedSize   = 50_000_000
	consentSize   = 10_000_000
	blacklistSize = 5_000_000
	listSize      = 20_000_000
	listCount     = 1_000
	campaigns     = 1_000
	principals    = 10

	consentFrom   = opposedSize - consentSize/2
	blacklistFrom = consentFrom + consentSize
	unknownFrom   = blacklistFrom + blacklistSize // from here on nothing is known of a number
)

// generate makes the files.
func (o options) generate() error {
	began := time.Now()
	p, err := newPlane()
	if err != nil {
		return err
	}
	given := time.Now().UTC().Format(time.RFC3339)
	for _, f := range []struct {
		name       string
		head       string
		from, size uint64
		rest       string
	}{
		{"opposed.csv", "number,answer\n", 0, opposedSize, ",opposed\n"},
		{"plain.csv", "number\n", 0, opposedSize, "\n"},
		{"consents.csv", "number,purpose,channels,given_at,evidence\n", consentFrom, consentSize, ",energy,operator," + given + ",form-2026-7\n"},
		{"blacklist.csv", "number\n", blacklistFrom, blacklistSize, "\n"},
		{"more.csv", "number\n", blacklistFrom, blacklistSize / 5, "\n"},
	} {
		if err := o.write(f.name, f.head, f.rest, p, o.of(f.from), o.of(f.size)); err != nil {
			return err
		}
	}
	o.lists()
	report("%-44s %v", "files made in", round(time.Since(began)))
	return os.WriteFile(o.file("data.yaml"), []byte(entities()), 0o600)
}

// write makes a file of numbers that all have the same rest of the row.
func (o options) write(name, head, rest string, p *plane, from, size uint64) error {
	f, err := os.Create(o.file(name))
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	_, _ = w.WriteString(head) // its error is kept for Flush
	var room [32]byte
	for i := range size {
		_, _ = w.Write(append(strconv.AppendUint(append(room[:0], '+'), uint64(p.number(from+i)), 10), rest...))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// lists would make 1,000 contact lists in Zipf sizes: the bench does not import them
// yet.
func (o options) lists() { report("%-44s the bench imports no lists yet", "contact lists: skipped,") }

// entities is the data.yaml: campaigns of ten principals, half of them for
// people who consented. The big sets belong to the first principal.
func entities() string {
	text := []byte("call_centres: [{name: callnow, country: IT, roc: 1}]\ncaller_ids: [{number: \"0212345678\", call_centre: callnow, roc: true}]\nprincipals:\n")
	for p := range principals {
		text = fmt.Appendf(text, "  - {name: p%d}\n", p)
	}
	text = append(text, "accounts:\n  - {name: plain, principal: p0}\n"...)
	for p := range principals {
		text = fmt.Appendf(text, "  - {name: rpo%d, principal: p%d}\n", p, p)
	}
	text = append(text, "mandates:\n"...)
	for p := range principals {
		text = fmt.Appendf(text, "  - {principal: p%d, call_centre: callnow, from: 2020-01-01, purposes: energy}\n", p)
	}
	text = append(text, "campaigns:\n"...)
	for c := range campaigns {
		p, ground := c%principals, "directory"
		if c/principals%2 == 1 {
			ground = "consent"
		}
		text = fmt.Appendf(text, "  - {name: c%d, principal: p%d, call_centre: callnow, account: rpo%d, purpose: energy, channel: operator, ground: %s, off_list: allow}\n", c, p, p, ground)
	}
	return string(text)
}
