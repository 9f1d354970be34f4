package main

import (
	"context"
	"errors"
	"net/http"

	"tregua/cmd/tregua/console"
	"tregua/policy/access"
	"tregua/policy/book"
)

// Generations returns the newest generations.
func (b adminBook) Generations(_ context.Context, scope access.Scope, limit int) ([]console.Generation, error) {
	if !scope.Whole() {
		return nil, ofAll("generations")
	}
	list, err := b.book.Generations(limit)
	if err != nil {
		return nil, mistake(err)
	}
	out := make([]console.Generation, 0, len(list))
	for _, g := range list {
		one := console.Generation{Number: g.Number, At: g.At, Actor: g.Actor, Cause: g.Cause, Missing: g.Missing}
		for _, p := range g.Parts {
			one.Imports = append(one.Imports, console.Import{
				ID: p.ID, Kind: p.Kind.String(), At: p.At, Numbers: p.Count, Source: p.Source, Actor: p.Actor,
			})
		}
		out = append(out, one)
	}
	return out, nil
}

// Restore puts the imports of an older generation in force.
func (b adminBook) Restore(ctx context.Context, scope access.Scope, generation uint64) (uint64, error) {
	if !scope.Whole() {
		return 0, ofAll("restore")
	}
	number, err := b.book.Restore(ctx, scope.Actor, generation)
	return number, mistake(err)
}

// ofAll is the error of what concerns the imports of all.
func ofAll(operation string) error {
	return &console.Mistake{Code: http.StatusForbidden, Err: errors.New(operation + " needs a token without principal and call centre: it is of the imports of all")}
}

// Export returns what writes an export.
func (b adminBook) Export(scope access.Scope, kind, of string) (console.Export, error) {
	k, err := book.ParseKind(kind)
	if err == nil {
		err = b.takes(scope, k, of, "export")
	}
	if err != nil {
		return console.Export{}, mistake(err)
	}
	e, err := b.book.Export(k, of)
	if err != nil {
		return console.Export{}, mistake(err)
	}
	return console.Export{Numbers: e.Numbers(), Write: e.Write}, nil
}
