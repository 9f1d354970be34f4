package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/uuid"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/access/register"
	"tregua/policy/complaint"
	"tregua/policy/ledger"
	"tregua/policy/rights"
	"tregua/policy/seal"
)

// adminSubjects carries out what persons ask for.
type adminSubjects struct {
	*node
}

// Principals returns the names of those that the scope has to do with.
func (s adminNames) Principals() (names []string) {
	for name := range s.snapshot.PrincipalIDs() { // order: sorted below
		if s.HasPrincipal(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// ObjectTo enters an objection at one principal, or at each of the scope.
func (s adminSubjects) ObjectTo(ctx context.Context, scope access.Scope, o console.Objection) (entries []console.Entry, err error) {
	b := s.adminBook()
	principals := []string{o.Principal}
	if o.Principal == "" {
		principals = b.Names(scope).Principals()
	}
	for _, o.Principal = range principals {
		e, err := b.AddBlacklist(ctx, scope, o)
		if err != nil {
			return entries, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// EraseSubject erases a person from the whole node.
func (s adminSubjects) EraseSubject(ctx context.Context, scope access.Scope, e console.Erasure) (console.Erased, error) {
	snapshot := s.book.Current()
	// Who else knows the number is not told: it is the same answer for every one.
	all := snapshot.PrincipalIDs()
	if _, own := all[scope.Principal]; !scope.Whole() && (scope.CallCentre != "" || !own || len(all) > 1) {
		return console.Erased{}, &console.Mistake{Code: http.StatusForbidden, Err: errors.New(
			"an erasure takes a number from every principal of the node: ask who runs it; to stop calls at once, enter an objection")}
	}
	n, err := snapshot.Number(e.Number)
	if err != nil {
		return console.Erased{}, mistake(err)
	}
	at := time.Now()
	done, err := s.eraser.Erase(ctx, rights.Request{Number: n, At: at, Actor: scope.Actor, Reason: e.Reason, DryRun: e.DryRun})
	if _, held := errors.AsType[*rights.HeldError](err); held || errors.Is(err, rights.ErrCall) || errors.Is(err, rights.ErrAgain) {
		return console.Erased{}, conflict(err)
	}
	if err != nil {
		return console.Erased{}, mistake(err)
	}
	return console.Erased{
		Number: n.String(), At: at.UTC(), DryRun: e.DryRun, Records: done.Records,
		Sets: done.Sets, Rows: done.Rows, Places: done.Files, Suppressed: done.Principals,
	}, nil
}

// openEraser ends the erasures that a crash cut off, or that a restored backup has
// undone, once the book is open and before the desks read it.
func (n *node) openEraser() (err error) {
	if n.access, err = register.Open(register.Config{Store: n.store, Keys: n.keys, Random: rand.Reader}); err != nil {
		return err
	}
	if n.complaints, err = complaint.OpenFile(n.store, n.keys, time.Now); err != nil {
		return err
	}
	n.eraser = &rights.Eraser{
		Register: n.register, Subjects: n.subjects, Keys: n.keys, Book: n.book, Ledger: subjectLedger{n},
		Held: n.held, Proposals: n.access.Forget, Folders: n.filesOfPersons(), Note: n.noteErasure,
	}
	again, over, err := n.eraser.Again(context.Background())
	for _, o := range over {
		n.log.Warn("an erasure was ended although a hold stands: it was written down first", "erased", o.At, "held_by", o.Why)
	}
	n.overruled = over
	if again > 0 {
		n.log.Warn("persons that had been erased were in the data again, from a backup or a crash; they are erased", "persons", again)
	}
	return err
}

// layHold calls lay, which lays a hold on a number, or with 0 on what is not named by
// number, unless an erasure goes on that it would be too late for.
func (n *node) layHold(number policy.Number, lay func() error) error {
	var of *seal.Index
	if number != 0 {
		h := n.keys.Index(number)
		of = &h
	}
	err := n.eraser.Lay(of, lay)
	if _, late := errors.AsType[*rights.LateError](err); late {
		return conflict(err)
	}
	return err
}

// filesOfPersons are the folders of files that may tell of numbers.
func (n *node) filesOfPersons() (folders []string) {
	for _, d := range n.config.Dispositions {
		folders = append(folders, d.Folder)
	}
	for _, r := range n.config.Reconcile {
		folders = append(folders, r.Folder)
	}
	for _, h := range n.config.Handoff {
		if h.Folder != "" {
			folders = append(folders, h.Folder)
		}
	}
	for _, own := range []string{"incoming", "outgoing"} {
		folders = append(folders, filepath.Join(n.config.Node.Data, own))
	}
	return folders
}

// noteErasure writes that a person is erased: not who.
func (n *node) noteErasure(ctx context.Context, at time.Time, actor, reason string) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"reason": reason})
	if err != nil {
		return err
	}
	_, err = n.writer.Note(ctx, ledger.Note{ID: policy.AttemptID(id), At: at, Kind: ledger.NoteErasure, Actor: actor, Body: body})
	return err
}

// noteUntold writes the notes of erasures that are missing: a process ended before it
// had written them, or the ledger is of a backup from before.
func (n *node) noteUntold(ctx context.Context) error {
	all := n.register.All()
	if len(all) == 0 {
		return nil
	}
	var told []time.Time
	for note, err := range n.reader.Notes(ledger.NoteErasure, all[0].At.Add(-time.Second), time.Time{}) {
		if err != nil {
			return fmt.Errorf("notes of erasures: %w", err)
		}
		told = append(told, note.At)
	}
	for _, at := range n.register.Untold(n.start, told) {
		n.log.Warn("the ledger had no note of an erasure; it has one now", "erased", at)
		if err := n.noteErasure(ctx, at, "register of erasures", "its note was missing: the program had ended before it, or the data are of an older backup"); err != nil {
			return fmt.Errorf("note of an erasure: %w", err)
		}
	}
	return nil
}

// noteOverruled writes which erasures this start has ended although something holds the
// number.
func (n *node) noteOverruled(ctx context.Context) error {
	for _, o := range n.overruled {
		reason := fmt.Sprintf("ended at a start although %s holds the number: it was written down first, on %s", o.Why, o.At.UTC().Format(time.RFC3339))
		if err := n.noteErasure(ctx, time.Now(), "register of erasures", reason); err != nil {
			return fmt.Errorf("note of an erasure: %w", err)
		}
	}
	n.overruled = nil
	return nil
}

// subjectLedger is the ledger, and what the desks have in memory of it.
type subjectLedger struct{ *node }

// KnownBy returns which principals have records about a number.
func (l subjectLedger) KnownBy(n policy.Number) ([]policy.PrincipalID, bool, int, error) {
	return l.reader.KnownBy(n)
}

// Forget drops what reached a number.
func (l subjectLedger) Forget(h seal.Index) (int, error) {
	if l.shared != nil {
		l.shared.Forget(h)
	}
	of := slices.Collect(maps.Values(l.book.Current().PrincipalIDs()))
	rows, err := ledger.ForgetNumber(l.store, h, of)
	if err != nil {
		return rows, fmt.Errorf("forgetting what reached a number: %w", err)
	}
	return rows, nil
}
