package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"time"

	"tregua/policy"
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
	d, err := o.deck()
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
		from := o.of(f.from)
		if err := o.write(f.name, f.head, o.of(f.size), func(i uint64) (policy.Number, string) { return d.plane.number(from + i), f.rest }); err != nil {
			return err
		}
	}
	if err := o.writeLists(d); err != nil {
		return err
	}
	report("%-44s %v", "files made in", round(time.Since(began)))
	return os.WriteFile(o.file("data.yaml"), []byte(entities(d.lists)), 0o600)
}

// writeLists makes a file of each list. Of ten rows one says itself by what
// ground and from whom it is.
func (o options) writeLists(d *deck) error {
	if err := os.Mkdir(o.file("lists"), 0o700); err != nil {
		return err
	}
	for _, l := range d.lists {
		err := o.write(l.file(), "number,ground,provider\n", l.size(), func(i uint64) (policy.Number, string) {
			if i%10 == 9 {
				return d.row(l, i), ",consent,leads\n"
			}
			return d.row(l, i), ",,\n"
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// write makes a file of numbers, each with the rest of its row.
func (o options) write(name, head string, size uint64, row func(i uint64) (policy.Number, string)) error {
	f, err := os.Create(o.file(name))
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	_, _ = w.WriteString(head) // its error is kept for Flush
	var room [64]byte
	for i := range size {
		n, rest := row(i)
		_, _ = w.Write(append(strconv.AppendUint(append(room[:0], '+'), uint64(n), 10), rest...))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// entities is the data.yaml: campaigns of ten principals, half of them for
// people who consented, each of the first ones with its list. The big sets belong
// to the first principal.
func entities(lists []list) string {
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
	text = append(text, "providers: [{name: leads}]\nlists:\n"...)
	for _, l := range lists {
		text = fmt.Appendf(text, "  - {name: l%d, principal: p%d, origin: own_form}\n", l.id, l.principal())
	}
	text = append(text, "campaigns:\n"...)
	for c := range campaigns {
		p, ground := c%principals, "directory"
		if c/principals%2 == 1 {
			ground = "consent"
		}
		attached := ""
		if c < len(lists) {
			attached = fmt.Sprintf(", lists: [l%d]", c)
		}
		text = fmt.Appendf(text, "  - {name: c%d, principal: p%d, call_centre: callnow, account: rpo%d, purpose: energy, channel: operator, ground: %s, off_list: allow%s}\n",
			c, p, p, ground, attached)
	}
	return string(text)
}
