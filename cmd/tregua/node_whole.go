package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"tregua/policy/ledger"
	"tregua/policy/seal"
)

// whole refuses data of which a part is gone, before anything is written: made anew,
// it would pass for a first start, or for persons who were erased, and what it said of
// bars and objections would be forgotten.
func (n *node) whole(slots *seal.DiskFile) error {
	dir := n.config.Node.Data
	size, err := slots.Size()
	if err != nil {
		return err
	}
	months, err := ledger.Directory(filepath.Join(dir, "ledger"))()
	if err != nil {
		return err
	}
	meta, err := ledger.ReadMeta(n.store)
	if err != nil {
		return err
	}
	if meta.Schema == 0 && (size > 0 || len(months) > 0) {
		return fmt.Errorf("%s is empty or missing, and the data beside it is not of a first start; restore node.data from a backup", filepath.Join(dir, "state"))
	}
	if size == 0 {
		for _, err := range n.store.Scan([]byte{seal.SlotPrefix}, nil) {
			if err != nil {
				return err
			}
			return fmt.Errorf("%s is empty or missing, and the records of persons cannot be read without it; restore node.data from a backup", slots.Name())
		}
	}
	return n.wholeMonths(months)
}

// wholeMonths refuses a ledger of which a month is gone.
func (n *node) wholeMonths(months []string) error {
	counted, err := ledger.CountedMonths(n.store)
	if err != nil {
		return err
	}
	for _, name := range counted {
		if !slices.Contains(months, name) {
			return fmt.Errorf("%s is missing, and the counters say that it has records; restore node.data from a backup", filepath.Join(n.config.Node.Data, "ledger", name))
		}
	}
	return nil
}
