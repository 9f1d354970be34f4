package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"tregua/cmd/tregua/console"
	"tregua/configs"
	"tregua/policy/access"
	"tregua/policy/inbox"
)

// carrierFolder is a watched folder of a carrier's call records.
type carrierFolder struct {
	*inbox.Folder
	carrier string
}

// openCarrierFolders opens the folders of carriers' call records. The findings of
// a file lie beside it in done.
func (n *node) openCarrierFolders() error {
	for _, d := range n.config.Reconcile {
		f, err := inbox.Open(inbox.Config{
			Dir: d.Folder, Every: d.Every, Log: n.log, Take: n.takeCarrierFile(d),
			Mends: func(err error) bool {
				_, ok := errors.AsType[*console.Mistake](err)
				return ok
			},
		})
		if err != nil {
			return fmt.Errorf("call records of %s: %w", d.Carrier, err)
		}
		n.opened = append(n.opened, f)
		n.records = append(n.records, carrierFolder{f, d.Carrier})
	}
	return nil
}

// takeCarrierFile returns what takes the files of a folder.
func (n *node) takeCarrierFile(d configs.Reconcile) func(context.Context, string, io.Reader, io.Writer) (int64, error) {
	scope := access.Scope{Actor: "folder:" + d.Carrier, Role: access.System}
	return func(ctx context.Context, name string, r io.Reader, findings io.Writer) (int64, error) {
		report, bad, err := n.reconciler().Reconcile(ctx, scope, console.CarrierFile{
			Carrier: d.Carrier, Part: d.Part, Format: console.Format(d.Format), Reader: r,
		})
		if err != nil {
			return 0, err
		}
		out := console.ReconciledOf(scope, d.Carrier, report, bad)
		found := len(out.Leaks) + len(out.Missing) + len(out.Differences) + len(out.Bad)
		n.log.Info("a carrier's call records were compared with the ledger", "carrier", d.Carrier, "file", name,
			"rows", out.Rows, "leaks", len(out.Leaks), "missing", len(out.Missing), "differences", len(out.Differences), "bad", len(out.Bad))
		return int64(found), writeReconciledCSV(findings, &out)
	}
}
