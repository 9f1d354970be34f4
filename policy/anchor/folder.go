package anchor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tregua/policy/proof"
)

// Folder puts checkpoints into a directory on another system, which is mounted here.
// It must be there: a file system that is not mounted would be this disk.
type Folder struct{ Dir string }

// Take writes a file of its own for each checkpoint.
func (f *Folder) Take(_ context.Context, head proof.Head, _ Receipt) (Receipt, error) {
	r := Receipt{Note: head.Text, At: time.Now().UTC(), Size: head.Size}
	if info, err := os.Stat(f.Dir); err != nil {
		return Receipt{}, fmt.Errorf("folder: %w; mount it", err)
	} else if !info.IsDir() {
		return Receipt{}, fmt.Errorf("folder %s: it is a file", f.Dir)
	}
	if err := writeFile(filepath.Join(f.Dir, r.stem()+checkpointEnding), r.Note); err != nil {
		return Receipt{}, fmt.Errorf("folder: %w", err)
	}
	return r, nil
}
