package book

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"tregua/policy"
	"tregua/policy/numbers"
	"tregua/policy/store"
)

// keptParts returns the parts of all generations that can be restored, by id,
// and of which an older generation names another version: an erasure was cut off
// there. The newest generation has the version that counts. mu must be held.
func (b *Book) keptParts() (kept map[uint32]Part, torn map[uint32]bool, err error) {
	kept, torn = map[uint32]Part{}, map[uint32]bool{}
	err = b.eachKept(b.current.Load().generation, func(_ uint64, row *generationRow) error {
		for _, p := range row.Parts {
			if newer, known := kept[p.ID]; !known {
				kept[p.ID] = p
			} else if newer.Version != p.Version {
				torn[p.ID] = true
			}
		}
		return nil
	})
	return kept, torn, err
}

// holding returns the parts that hold a number and came before its erasure, and
// those that are torn, in the order of their ids.
func (b *Book) holding(e *Erasing) (parts []*loadedPart, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	kept, torn, err := b.keptParts()
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(kept)) {
		p := kept[id]
		if p.At.After(e.Before) {
			continue
		}
		part := b.loaded[id]
		if part == nil || part.err != nil {
			part = loadPart(b.partDir(p), p)
			b.loaded[id] = part
		}
		if part.err != nil {
			return nil, fmt.Errorf("%w: nobody knows whether it holds the number; restore the set, or remove its directory", part.err)
		}
		if torn[id] || part.numbers.Contains(e.Number) {
			parts = append(parts, part)
		}
	}
	return parts, nil
}

// rewrite writes parts anew without a number, and puts them in force in one
// generation. Every generation that can be restored names them from then on;
// the directories that hold the number are removed.
func (b *Book) rewrite(e *Erasing, parts []*loadedPart) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	generation := b.current.Load().generation
	if len(parts) > 0 {
		anew, was := map[uint32]Part{}, maps.Clone(b.loaded)
		defer func() {
			if b.current.Load().generation == generation { // it did not come into force
				b.loaded = was
			}
		}()
		at := b.stamp()
		for _, old := range parts {
			p, err := b.without(old, e.Number, fmt.Sprintf("%08d.%x", old.ID, at.UnixNano()))
			if err != nil {
				return fmt.Errorf("writing %s anew: %w", old.source(), err)
			}
			loaded := loadPart(b.partDir(p), p)
			if loaded.err != nil {
				return fmt.Errorf("reading %s back: %w", old.source(), loaded.err)
			}
			anew[p.ID], b.loaded[p.ID] = p, loaded
			delete(b.sieves, p.ID)
		}
		if err := b.replace(generation, anew, e.Actor); err != nil {
			return err
		}
	}
	return b.sweep(b.current.Load().generation)
}

// replace lets every generation that can be restored name the parts anew, the
// newest first, and activates one that does. The old directories are there until
// all are written.
func (b *Book) replace(current uint64, anew map[uint32]Part, actor string) error {
	swap := func(parts []Part) (out []Part, changed bool) {
		out = slices.Clone(parts)
		for i := range out {
			if p, ok := anew[out[i].ID]; ok {
				out[i], changed = p, true
			}
		}
		return out, changed
	}
	err := b.eachKept(current, func(number uint64, row *generationRow) error {
		var changed bool
		if row.Parts, changed = swap(row.Parts); !changed {
			return nil
		}
		return b.config.Store.Commit(store.Batch{Put: []store.Row{{Key: generationKey(number), Value: encode(*row)}}})
	})
	if err != nil {
		return fmt.Errorf("writing older generations: %w", err)
	}
	parts, _ := swap(b.parts)
	_, err = b.activate(store.Batch{}, b.entities, parts, b.stamp(), actor, "erasure")
	return err
}

// without writes a part as a new version that does not hold n.
func (b *Book) without(old *loadedPart, n policy.Number, version string) (p Part, err error) {
	p = old.Part
	if !old.numbers.Contains(n) {
		return p, nil // torn: this version is for the older generations too
	}
	p.Version = version
	m := old.manifest
	m.Sets = nil
	dir := b.partDir(p)
	if old.list != nil {
		place, _ := old.numbers.Find(n)
		list := *m.List
		if m.List, err = cutRow(b.partDir(old.Part), dir+unfinished, list, old, place); err != nil {
			return p, err
		}
	}
	sets := map[string]*numbers.Builder{}
	for name, set := range map[string]numbers.Set{setNumbers: old.numbers, setOpposed: old.opposed} { // order: each alone
		if set == nil {
			continue
		}
		sets[name] = &numbers.Builder{}
		for o := range set.Each() {
			if o != n {
				sets[name].Add(o)
			}
		}
	}
	p.Count = sets[setNumbers].Len()
	if old.list == nil {
		p.Digest, err = writeSets(dir, m, sets, old.Kind.files())
		return p, err
	}
	rows := make([]importedRow, 0, p.Count)
	for o := range sets[setNumbers].Each() {
		rows = append(rows, importedRow{number: o})
	}
	file, err := writeNumbers(dir+unfinished, rows)
	if err != nil {
		return p, err
	}
	m.Sets = []setFile{file}
	p.Digest, err = writeSets(dir, m, nil, nil)
	return p, err
}

// cutRow writes the columns of a list without the row at a place into a new
// directory.
func cutRow(from, to string, list listManifest, old *loadedPart, place int) (*listManifest, error) {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return nil, err
	}
	columns := list.Columns
	list.Columns = nil
	for _, c := range columns {
		data, err := os.ReadFile(filepath.Join(from, filepath.Base(c.File)))
		if err != nil {
			return nil, err
		}
		width := widths[c.Name]
		file, err := writeColumn(to, c.Name, slices.Delete(data, place*width, (place+1)*width))
		if err != nil {
			return nil, err
		}
		list.Columns = append(list.Columns, file)
	}
	tag := 0
	if old.list.tagOf != nil {
		tag = int(old.list.tagOf[place])
	}
	list.Tags = slices.Clone(list.Tags)
	list.Tags[tag].Rows--
	return &list, nil
}
