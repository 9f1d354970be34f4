package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"tregua/configs"
	"tregua/policy/backup"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/badger"
)

func migrateCommand() *cobra.Command {
	var (
		path string
		dry  bool
		out  format
	)
	cmd := &cobra.Command{
		Use:   "migrate -c CONFIG",
		Short: "bring the data of an older tregua to the schema of this one; no daemon may run on it",
		Long: "The data goes forward only: an older tregua refuses it afterwards. A backup of what it was\n" +
			"is written first, beside node.data. A migration that was cut off is run again.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := loadConfig(path, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			m, err := migrate(cmd.Context(), config, dry)
			if err != nil {
				return explain(err, config.Node.Data)
			}
			return out.print(cmd.OutOrStdout(), m, func(w io.Writer) { printMigrated(w, &m) })
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would be done, and write nothing")
	out.add(cmd)
	return cmd
}

// migrated is what migrate did, or would do.
type migrated struct {
	ledger.Migration
	Backup string `json:"backup,omitempty"` // of what the data was
	DryRun bool   `json:"dry_run"`
}

func migrate(ctx context.Context, config *configs.Config, dry bool) (m migrated, err error) {
	dir := config.Node.Data
	keys, err := seal.ReadKeys(config.Node.Keys)
	if err != nil {
		return m, usagef("%w", err)
	}
	st, err := badger.Open(badger.Config{Dir: filepath.Join(dir, "state"), Sync: true})
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	of := ledger.Config{Node: uint32(config.Node.ID), Keys: keys}
	m.DryRun = dry
	if m.Migration, err = ledger.Pending(of, st); err != nil || dry || len(m.Steps) == 0 {
		return m, err
	}
	shelf := ledger.NewShelf(func(month string) (store.Store, error) {
		return badger.Open(badger.Config{Dir: filepath.Join(dir, "ledger", month), Sync: true, Small: true})
	}, ledger.Directory(filepath.Join(dir, "ledger")))
	defer func() { err = errors.Join(err, shelf.Close()) }()
	now := time.Now().UTC()
	source := backup.Source{
		Dir: dir, Name: config.Node.Name, Program: thisBuild().Version,
		Keys: keys, State: st, Months: ledger.NewMonths(st, shelf, keys, nil), Shelf: shelf,
	}
	m.Backup = fmt.Sprintf("%s.schema-%d.%s.tar", filepath.Clean(dir), m.From, now.Format("20060102T150405Z"))
	err = writeWhole(m.Backup, func(w io.Writer) error {
		_, err := source.Write(ctx, w, now)
		return err
	})
	if err != nil {
		return m, fmt.Errorf("nothing is migrated, the backup before it failed: %w", err)
	}
	_, err = ledger.Migrate(of, st, shelf)
	return m, err
}

func printMigrated(w io.Writer, m *migrated) {
	if len(m.Steps) == 0 {
		fmt.Fprintf(w, "schema\t%d, nothing to do\n", m.From)
		return
	}
	fmt.Fprintf(w, "schema\t%d, this program writes %d\n", m.From, m.To)
	for _, s := range m.Steps {
		fmt.Fprintf(w, "step\t%s\n", s)
	}
	if m.DryRun {
		fmt.Fprintf(w, "dry run\tnothing is written\n")
		return
	}
	fmt.Fprintf(w, "backup\t%s; the keys are not in it\n", m.Backup)
	fmt.Fprintf(w, "migrated\tto schema %d\n", m.To)
}
