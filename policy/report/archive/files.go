package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/report"
)

// name is the directory and the name of a report, without its revision.
type name struct{ month, stem string }

func dayName(date string) name    { return name{date[:7], "day-" + date} }
func monthName(month string) name { return name{month, "month-" + month} }

// finalName is in the month of the last call.
func finalName(campaign, last string) name {
	return name{last[:7], "final-" + strings.ReplaceAll(campaign, "/", "-")}
}

func (n name) file(revision int) string {
	return filepath.Join(n.month, fmt.Sprintf("%s-r%d.json", n.stem, revision))
}

// newest returns the newest revision of a report that was kept, nil and 0 if there is
// none.
func (a *Archive) newest(n name) (*report.Report, int, error) {
	revision := 0
	for a.config.Sign != nil { // without it nothing was kept
		_, err := os.Stat(filepath.Join(a.config.Dir, n.file(revision+1)))
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return nil, 0, fmt.Errorf("kept report: %w", err)
		}
		revision++
	}
	if revision == 0 {
		return nil, 0, nil
	}
	r, err := a.read(n.file(revision))
	return r, revision, err
}

// read reads a kept report and holds it against what was signed.
func (a *Archive) read(file string) (*report.Report, error) {
	path := filepath.Join(a.config.Dir, file)
	data, err := os.ReadFile(path) //nolint:gosec // the archive named it
	if err != nil {
		return nil, fmt.Errorf("kept report: %w", err)
	}
	sig, err := os.ReadFile(path + ".sig") //nolint:gosec // the same
	if err != nil {
		return nil, fmt.Errorf("kept report: %w", err)
	}
	if want := a.Sign(file, data).String(); string(sig) != want {
		return nil, fmt.Errorf("kept report %s: it is not the one that was signed in %s.sig; put back both from a backup, or move them away to have it made anew of the records", path, path)
	}
	r, err := report.Read(data)
	if err != nil {
		return nil, fmt.Errorf("kept report %s: %w", path, err)
	}
	return r, nil
}

// keep signs a report, notes it in the ledger and writes it, the signature first: what
// has no report is none.
func (a *Archive) keep(ctx context.Context, n name, r *report.Report) error {
	file := n.file(r.Revision)
	data, err := r.JSON()
	if err != nil {
		return err
	}
	s := a.Sign(file, data)
	if err := a.note(ctx, r, s); err != nil {
		return fmt.Errorf("report %s: %w", s.File, err)
	}
	path := filepath.Join(a.config.Dir, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := errors.Join(write(path+".sig", []byte(s.String())), write(path, data)); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	a.log.Info("a report was made", "report", s.File, "sha256", s.Digest)
	return nil
}

// note records that a report was made, with its digest.
func (a *Archive) note(ctx context.Context, r *report.Report, s Statement) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"report": s.File, "sha256": s.Digest, "revision": r.Revision})
	if err != nil {
		return err
	}
	_, err = a.config.Notary.Note(ctx, ledger.Note{ID: policy.AttemptID(id), At: r.Made.In(time.UTC), Kind: "report", Body: body})
	return err
}

// write makes a file that is whole or not there.
func write(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone when all went well
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Chmod(0o640), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
