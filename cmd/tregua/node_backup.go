package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/backup"
	"tregua/policy/ledger"
)

// writeBackup copies the data while the node runs.
func (n *node) writeBackup(ctx context.Context, scope access.Scope, w io.Writer) error {
	source := backup.Source{
		Dir: n.config.Node.Data, Name: n.config.Node.Name, Program: thisBuild().Version,
		Keys: n.keys, State: n.store, Months: n.months, Shelf: n.shelf, Still: n.keeper.purger.Hold,
	}
	about, err := source.Write(ctx, w, time.Now())
	if err == nil {
		n.log.Info("a backup was written", "by", scope.Actor, "records", about.Records)
	}
	return err
}

// tellRestored writes into the ledger that the data came from a backup, once.
func (n *node) tellRestored(ctx context.Context) error {
	m, restored, err := backup.ReadMark(n.config.Node.Data)
	if err != nil || !restored {
		return err
	}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, summaryWait)
	defer stop()
	seq, err := n.writer.Note(ctx, ledger.Note{ID: policy.AttemptID(id), At: time.Now(), Kind: ledger.NoteRestore, Body: text})
	if err != nil {
		return fmt.Errorf("note that the data was restored: %w", err)
	}
	n.log.Warn("the data was restored from a backup: what came after it is lost", "backup", m.Backup, "records", m.Records, "seq", seq)
	return backup.Forget(n.config.Node.Data)
}
