package inbox

import (
	"errors"
	"io/fs"
	"time"
)

const (
	// stampLayout is the time in the name of a file that was moved.
	stampLayout = "20060102T150405Z"
	// keep is how long such a file lies there: it is personal data, and what was
	// taken of it stands elsewhere (compliance.md 2.3).
	keep = 30 * 24 * time.Hour
	// sweepEvery is how often the old ones are looked for.
	sweepEvery = time.Hour
)

// sweep deletes what was moved too long ago. Only what bears our time is touched.
func (f *Folder) sweep() (err error) {
	now := f.config.Now()
	if now.Sub(f.swept) < sweepEvery {
		return nil
	}
	f.swept = now
	for _, dir := range []string{doneDir, failedDir} {
		entries, readErr := fs.ReadDir(f.root.FS(), dir)
		err = errors.Join(err, readErr)
		for _, e := range entries {
			name := e.Name()
			if len(name) <= len(stampLayout) || !e.Type().IsRegular() {
				continue
			}
			at, parseErr := time.Parse(stampLayout, name[:len(stampLayout)])
			if parseErr == nil && now.Sub(at) > keep {
				err = errors.Join(err, f.root.Remove(dir+"/"+name))
			}
		}
	}
	return err
}
