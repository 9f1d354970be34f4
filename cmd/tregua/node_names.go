package main

import (
	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/book"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// Names returns the words of the generation in force.
func (b adminBook) Names(scope access.Scope) console.Names {
	return adminNames{b.book.Current(), b.rows, b.keys, scope}
}

// adminNames are the words of one generation.
type adminNames struct {
	snapshot *book.Snapshot
	rows     store.Reader
	keys     *seal.Keys
	scope    access.Scope
}

// Number reads a number as people write it.
func (s adminNames) Number(text string) (policy.Number, error) { return s.snapshot.Number(text) }

// Campaigns returns the open campaigns of the scope by name.
func (s adminNames) Campaigns() (names []string) {
	for _, c := range s.snapshot.Campaigns() {
		if !c.Closed && takesCampaign(s.scope, s.snapshot, c) {
			names = append(names, c.Name)
		}
	}
	return names
}

// Account returns the name of an account.
func (s adminNames) Account(id policy.AccountID) string { return s.snapshot.AccountName(id) }

// Answers returns the registry's answers under an account.
func (s adminNames) Answers(id policy.AccountID, n policy.Number) []policy.RegistryFact {
	return s.snapshot.Answers(id, n)
}

// Source says which import a fact came from.
func (s adminNames) Source(part uint32) string { return s.snapshot.Source(part) }
