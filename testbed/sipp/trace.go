package sipp

import (
	"fmt"
	"strings"
)

// Left is an INVITE that a traced tregua sent on.
type Left struct {
	User   string // of the Request-URI
	Synced bool   // a sync of the store began after it had come and ended before it left
}

// ReadTrace reads what `strace -f -y` wrote of mmap, recvmsg, recvmmsg, sendmsg
// and the syncs, and returns the INVITEs in the order in which they left. The
// lines stand in the order in which the kernel stopped the threads: at the end
// of a call, or at its beginning and its end when another thread came between.
//
// The store of an attempt is the folder "state". The ledger's months, the log
// and the subject keys are synced as well, some time later: such a sync is no
// proof of one that the call waited for.
func ReadTrace(text string) ([]Left, error) {
	r := traceReader{came: map[string]int{}, left: map[string]bool{}, begun: map[string]call{}, mapped: map[string]string{}}
	for i, line := range strings.Split(text, "\n") {
		thread, what, _ := strings.Cut(line, " ")
		if err := r.line(i, thread, strings.TrimSpace(what)); err != nil {
			return nil, fmt.Errorf("trace line %d: %w", i+1, err)
		}
	}
	return r.list, nil
}

type traceReader struct {
	came   map[string]int    // user → line in which its INVITE had come
	left   map[string]bool   // user → its INVITE has left
	begun  map[string]call   // thread → the call it is in
	mapped map[string]string // address → what is mapped there: an mmap's arguments
	synced int               // beginning of the last sync of the store that ended
	list   []Left
}

// call is a system call: the line of its beginning, and its text so far.
type call struct {
	line int
	text string
}

func (r *traceReader) line(i int, thread, what string) error {
	c, begins, ends := r.join(i, thread, what)
	name, _, _ := strings.Cut(c.text, "(")
	switch {
	case name == "sendmsg" && begins:
		return r.sends(c)
	case ends:
		return r.ended(i, name, c)
	}
	return nil
}

// ended takes a call that ends in line i.
func (r *traceReader) ended(i int, name string, c call) error {
	switch name {
	case "recvmsg", "recvmmsg":
		if user, ok := invited(c.text); ok && r.came[user] == 0 {
			r.came[user] = i + 1
		}
	case "mmap":
		if file, address, ok := strings.Cut(c.text, ") = "); ok {
			r.mapped[address] = file
		}
	case "msync", "fsync", "fdatasync":
		if strings.HasSuffix(c.text, "= 0") {
			return r.syncs(name, c)
		}
	}
	return nil
}

// syncs notes a sync that ended, if it was one of the store.
func (r *traceReader) syncs(name string, c call) error {
	file := c.text
	if name == "msync" {
		address, _, _ := strings.Cut(strings.TrimPrefix(c.text, "msync("), ",")
		if file = r.mapped[address]; file == "" {
			return fmt.Errorf("nothing was mapped at %s", address)
		}
	}
	if strings.Contains(file, "/state/") {
		r.synced = max(r.synced, c.line+1)
	}
	return nil
}

// join returns the call that a line is of, and whether it begins and ends here.
func (r *traceReader) join(i int, thread, what string) (c call, begins, ends bool) {
	if text, ok := strings.CutSuffix(what, "<unfinished ...>"); ok {
		c = call{i, text}
		r.begun[thread] = c
		return c, true, false
	}
	if _, rest, ok := strings.Cut(what, " resumed>"); ok && strings.HasPrefix(what, "<... ") {
		c = r.begun[thread]
		c.text += rest
		return c, false, true
	}
	return call{i, what}, true, true
}

func (r *traceReader) sends(c call) error {
	user, ok := invited(c.text)
	if !ok || r.left[user] {
		return nil // a repeat tells nothing
	}
	if r.came[user] == 0 {
		return fmt.Errorf("the INVITE to %s left and had not come", user)
	}
	r.left[user] = true
	r.list = append(r.list, Left{User: user, Synced: r.synced > r.came[user]})
	return nil
}

// invited returns the user part of the INVITE in a call, if it has one.
func invited(text string) (user string, ok bool) {
	_, uri, ok := strings.Cut(text, `"INVITE sip:`)
	user, _, _ = strings.Cut(uri, "@")
	return user, ok
}
