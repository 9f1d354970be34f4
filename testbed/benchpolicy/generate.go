package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"tregua/policy/book"
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
	if err := o.lists(p); err != nil {
		return err
	}
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

// lists makes 1,000 contact lists in Zipf sizes, when there is such an import.
func (o options) lists(p *plane) error {
	if !importsLists() {
		report("%-44s this version imports no lists", "contact lists: skipped,")
		return nil
	}
	if err := os.Mkdir(o.file("lists"), 0o700); err != nil {
		return err
	}
	var harmonic float64
	for rank := 1; rank <= listCount; rank++ {
		harmonic += 1 / float64(rank)
	}
	rnd := rand.New(rand.NewPCG(listCount, listSize))
	for rank := 1; rank <= listCount; rank++ {
		size := o.of(uint64(listSize / harmonic / float64(rank)))
		name := filepath.Join("lists", fmt.Sprintf("%04d.csv", rank))
		if err := o.write(name, "number\n", "\n", p, rnd.Uint64N(o.of(unknownFrom)), size); err != nil {
			return err
		}
	}
	return nil
}

// importsLists reports whether this version imports contact lists.
func importsLists() bool {
	_, err := book.ParseKind("list")
	return err == nil
}

// entities is the data.yaml: campaigns of ten principals, half of them for
// people who consented. The big sets belong to the first principal.
func entities() string {
	text := []byte("call_centres: [{name: callnow}]\nprincipals:\n")
	for p := range principals {
		text = fmt.Appendf(text, "  - {name: p%d}\n", p)
	}
	text = append(text, "accounts:\n  - {name: plain, principal: p0}\n"...)
	for p := range principals {
		text = fmt.Appendf(text, "  - {name: rpo%d, principal: p%d}\n", p, p)
	}
	text = append(text, "campaigns:\n"...)
	for c := range campaigns {
		p, ground := c%principals, "directory"
		if c/principals%2 == 1 {
			ground = "consent"
		}
		text = fmt.Appendf(text, "  - {name: c%d, principal: p%d, call_centre: callnow, account: rpo%d, purpose: energy, channel: operator, ground: %s}\n", c, p, p, ground)
	}
	return string(text)
}
