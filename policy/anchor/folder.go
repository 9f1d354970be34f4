package anchor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"tregua/policy/proof"
)

// Folder puts checkpoints into a directory on another system, which is mounted here.
// It must be there: a file system that is not mounted would be this disk.
type Folder struct {
	Dir string

	stuck atomic.Bool // a write has not come back: its system does not answer
}

// Take writes a file of its own for each checkpoint. A mount that does not answer
// holds up one goroutine, and neither the others outside nor the end of the program.
func (f *Folder) Take(ctx context.Context, head proof.Head, _ Receipt) (Receipt, error) {
	if f.stuck.Swap(true) {
		return Receipt{}, errors.New("folder: the last write has not come back yet")
	}
	r := Receipt{Note: head.Text, At: time.Now().UTC(), Size: head.Size}
	done := make(chan error, 1)
	go func() {
		err := f.write(&r)
		f.stuck.Store(false)
		done <- err
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case err := <-done:
		if err != nil {
			return Receipt{}, fmt.Errorf("folder: %w", err)
		}
		return r, nil
	case <-timer.C:
		return Receipt{}, fmt.Errorf("folder: %s does not answer", f.Dir)
	case <-ctx.Done():
		return Receipt{}, context.Cause(ctx)
	}
}

func (f *Folder) write(r *Receipt) error {
	if info, err := os.Stat(f.Dir); err != nil {
		return fmt.Errorf("%w; mount it", err)
	} else if !info.IsDir() {
		return fmt.Errorf("%s is a file", f.Dir)
	}
	return writeFile(filepath.Join(f.Dir, r.stem()+checkpointEnding), r.Note)
}
