package book

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// maxSample bounds a sample, in rows: it is for people to check.
const maxSample = 1000

// Sample is a random sample of what rests on a provider, drawn so that its
// consents can be asked for (Codice di condotta telemarketing art. 6). The same
// seed over the same versions draws the same rows.
type Sample struct {
	Provider   string
	Principal  string // whose lists it was drawn from, "" all
	At         time.Time
	Actor      string
	Seed       uint64
	Generation uint64
	Of         int64 // rows that rested on the provider
	Rows       []SampleRow
}

// SampleRow is one row of a sample and where it came from.
type SampleRow struct {
	Number   policy.Number
	Part     uint32 // the import
	Row      uint32 // line of its file
	Batch    string // of the provider, "" not said
	BatchRow uint32
}

// sampleRow is a sample as it is kept. Numbers are sealed.
type sampleRow struct {
	_          struct{} `cbor:",toarray"`
	Version    uint8
	At         instant
	Actor      string
	Principal  policy.PrincipalID // 0: all
	Seed       uint64
	Generation uint64
	Of         int64
	Rows       []sampledRow
}

type sampledRow struct {
	_        struct{} `cbor:",toarray"`
	Sealed   []byte
	Part     uint32
	Row      uint32
	Batch    string
	BatchRow uint32
}

// sampleKey is where a sample is kept, newest first.
func sampleKey(p uint32, at time.Time) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32([]byte{spaceSample}, p), ^uint64(at.UnixNano()))
}

// SampleProvider draws count rows, or all where there are fewer, of what rests
// on a provider in the lists of a principal, and keeps them; principal "" is all.
func (b *Book) SampleProvider(actor, name, principal string, count int, seed uint64) (Sample, error) {
	s := b.Current()
	id, _, ok := s.entities.get(kindProvider, name)
	switch {
	case !ok:
		return Sample{}, unknown("there is no provider %q: apply it first", name)
	case count < 1 || count > maxSample:
		return Sample{}, wrong("a sample has 1 to %d rows, not %d", maxSample, count)
	}
	sample := Sample{Provider: name, Principal: principal, Actor: actor, Seed: seed, Generation: s.generation}
	var err error
	if sample.Rows, sample.Of, err = s.draw(policy.ProviderID(id), principal, count, seed); err != nil {
		return Sample{}, fmt.Errorf("sample of %s: %w", name, err)
	}
	if sample.Of == 0 {
		return Sample{}, wrong("no list that can be read has a row of provider %s", name)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	sample.At = b.stamp()
	return sample, b.keepSample(id, &sample)
}

// drawn is a row of a sample that is being drawn.
type drawn struct {
	version *loadedPart
	place   int
	number  policy.Number
}

// draw goes once over all rows: of n that were seen each is in the sample with
// the same chance (reservoir sampling, algorithm R).
func (s *Snapshot) draw(p policy.ProviderID, principal string, count int, seed uint64) (rows []SampleRow, of int64, err error) {
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a sample must be drawn again from its seed
	var taken []drawn
	for _, version := range s.versions(principal) {
		place := -1
		for n := range version.numbers.Each() {
			place++
			if _, tag := version.list.row(place); tag.provider != p {
				continue
			}
			of++
			if len(taken) < count {
				taken = append(taken, drawn{version, place, n})
			} else if at := random.Int64N(of); at < int64(count) {
				taken[at] = drawn{version, place, n}
			}
		}
	}
	for _, d := range taken {
		row := SampleRow{Number: d.number, Part: d.version.ID}
		row.Row, _ = d.version.list.row(d.place)
		if row.Batch, row.BatchRow, err = d.version.list.batch(d.place); err != nil {
			return nil, 0, err
		}
		rows = append(rows, row)
	}
	return rows, of, nil
}

// keepSample writes a sample down. mu must be held.
func (b *Book) keepSample(id uint32, sample *Sample) error {
	of, err := b.Current().principal(sample.Principal)
	if err != nil {
		return err
	}
	row := sampleRow{
		Version: rowVersion, At: instantOf(sample.At), Actor: sample.Actor, Principal: of,
		Seed: sample.Seed, Generation: sample.Generation, Of: sample.Of,
	}
	for _, r := range sample.Rows {
		sealed, err := b.config.Keys.SealNumber(r.Number)
		if err != nil {
			return err
		}
		row.Rows = append(row.Rows, sampledRow{Sealed: sealed, Part: r.Part, Row: r.Row, Batch: r.Batch, BatchRow: r.BatchRow})
	}
	err = b.config.Store.Commit(store.Batch{Put: []store.Row{{Key: sampleKey(id, sample.At), Value: encode(row)}}})
	if err != nil {
		return fmt.Errorf("keeping the sample of %s: %w", sample.Provider, err)
	}
	return nil
}

// principal returns the id of a principal, 0 for "".
func (s *Snapshot) principal(name string) (policy.PrincipalID, error) {
	if name == "" {
		return 0, nil
	}
	return s.Principal(name)
}

// Samples returns the samples of a provider that were kept, newest first: those
// drawn from the lists of a principal, or all where principal is "".
func (b *Book) Samples(name, principal string) ([]Sample, error) {
	s := b.Current()
	id, _, ok := s.entities.get(kindProvider, name)
	if !ok {
		return nil, unknown("there is no provider %q: apply it first", name)
	}
	of, err := s.principal(principal)
	if err != nil {
		return nil, err
	}
	var all []Sample
	for kept, err := range b.config.Store.Scan(binary.BigEndian.AppendUint32([]byte{spaceSample}, id), nil) {
		if err != nil {
			return nil, fmt.Errorf("reading the samples of %s: %w", name, err)
		}
		var row sampleRow
		if err := decode(kept.Key, kept.Value, &row); err != nil {
			return nil, err
		}
		if of != 0 && row.Principal != of {
			continue
		}
		sample, err := b.openSample(name, &row)
		if err != nil {
			return nil, fmt.Errorf("sample %x: %w", kept.Key, err)
		}
		all = append(all, sample)
	}
	return all, nil
}

func (b *Book) openSample(provider string, row *sampleRow) (Sample, error) {
	sample := Sample{
		Provider: provider, Principal: b.Current().PrincipalName(row.Principal), At: row.At.time(), Actor: row.Actor,
		Seed: row.Seed, Generation: row.Generation, Of: row.Of,
	}
	for _, r := range row.Rows {
		n, err := b.config.Keys.OpenNumber(r.Sealed)
		if err != nil {
			return Sample{}, err
		}
		sample.Rows = append(sample.Rows, SampleRow{Number: n, Part: r.Part, Row: r.Row, Batch: r.Batch, BatchRow: r.BatchRow})
	}
	return sample, nil
}
