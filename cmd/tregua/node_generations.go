package main

import (
	"context"
	"io"

	"tregua/cmd/tregua/console"
	"tregua/policy/book"
)

// Generations returns the newest generations.
func (b adminBook) Generations(_ context.Context, limit int) ([]console.Generation, error) {
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
func (b adminBook) Restore(ctx context.Context, actor string, generation uint64) (uint64, error) {
	number, err := b.book.Restore(ctx, actor, generation)
	return number, mistake(err)
}

// Export returns what writes an export.
func (b adminBook) Export(kind, scope string) (func(context.Context, io.Writer) (int64, error), error) {
	k, err := book.ParseKind(kind)
	if err != nil {
		return nil, mistake(err)
	}
	e, err := b.book.Export(k, scope)
	if err != nil {
		return nil, mistake(err)
	}
	return e.Write, nil
}
