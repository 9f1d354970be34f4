package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// markName is the file that says that a data directory was restored, until the next
// start has written that into the ledger.
const markName = "restored.json"

// Mark says from what a data directory was restored. It tells no number.
type Mark struct {
	At      time.Time `json:"at"`      // when it was restored
	Backup  time.Time `json:"backup"`  // when the backup was begun
	Records uint64    `json:"records"` // that it has: what came after them is lost
	Program string    `json:"program"` // that wrote it
	Erased  int       `json:"erased"`  // persons that were erased again
}

func (r *Restored) mark(dir string, now time.Time) error {
	text, err := json.Marshal(Mark{
		At: now.UTC().Truncate(time.Second), Backup: r.About.At, Records: r.About.Records, Program: r.About.Program, Erased: r.Again,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, markName), text, 0o600)
}

// ReadMark returns what a data directory says of itself; false: it was not restored,
// or that is in the ledger. Done forgets it.
func ReadMark(dir string) (m Mark, restored bool, err error) {
	text, err := os.ReadFile(filepath.Join(dir, markName))
	if errors.Is(err, fs.ErrNotExist) {
		return m, false, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return m, false, fmt.Errorf("%s: %w", filepath.Join(dir, markName), err)
	}
	return m, true, nil
}

// Forget removes the mark, which is in the ledger now.
func Forget(dir string) error { return os.Remove(filepath.Join(dir, markName)) }
