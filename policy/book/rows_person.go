package book

import (
	"fmt"
	"slices"

	"tregua/policy"
	"tregua/policy/store"
)

// personVersion is the version of the rows about a person. Its rows are an
// array of the version and a keyed map; a key, once given, is never given again.
// Rows of version 1 are read too.
const personVersion = 2

// keyed is a row of personVersion.
type keyed[T any] struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Is      T
}

// personRow is what one principal knows of one number.
type personRow struct {
	Objection   *objectionRow      `cbor:"1,keyasint,omitempty"`
	Consents    []told[consent]    `cbor:"2,keyasint,omitempty"`
	Contracts   []told[contract]   `cbor:"3,keyasint,omitempty"`
	Requests    []told[request]    `cbor:"4,keyasint,omitempty"`
	Revocations []told[revocation] `cbor:"5,keyasint,omitempty"`
	Passings    []told[passing]    `cbor:"6,keyasint,omitempty"`
	Hold        *holdRow           `cbor:"7,keyasint,omitempty"`
	RefusedAt   instant            `cbor:"8,keyasint,omitempty"` // the newest refusal
}

// told is something that was said of a number, and who said it: imports, of
// which only those in force are believed, or a person who entered it.
type told[T comparable] struct {
	Parts []uint32 `cbor:"1,keyasint,omitempty"`
	Actor string   `cbor:"2,keyasint,omitempty"` // who entered it
	At    instant  `cbor:"3,keyasint,omitempty"` // and when; 0: imports only
	Is    T        `cbor:"4,keyasint"`
}

// objectionRow is the single blacklist entry of the number.
type objectionRow struct {
	Since  instant `cbor:"1,keyasint"`
	Source string  `cbor:"2,keyasint"`
	Actor  string  `cbor:"3,keyasint"`
	Reason string  `cbor:"4,keyasint,omitempty"`
	Seq    uint64  `cbor:"5,keyasint"`
	All    bool    `cbor:"6,keyasint,omitempty"`
	Again  instant `cbor:"7,keyasint,omitempty"` // the last time that the person said so
}

type consent struct {
	Purpose       string            `cbor:"1,keyasint"`
	Channels      policy.ChannelSet `cbor:"2,keyasint"`
	GivenAt       instant           `cbor:"3,keyasint"`
	RevokedAt     instant           `cbor:"4,keyasint,omitempty"`
	Evidence      string            `cbor:"5,keyasint,omitempty"`
	Bundled       bool              `cbor:"6,keyasint,omitempty"`
	Conditional   bool              `cbor:"7,keyasint,omitempty"`
	Hops          uint8             `cbor:"8,keyasint,omitempty"`
	Broken        bool              `cbor:"9,keyasint,omitempty"`
	Provider      policy.ProviderID `cbor:"10,keyasint,omitempty"`
	OtherOperator bool              `cbor:"11,keyasint,omitempty"`
}

type contract struct {
	From     instant `cbor:"1,keyasint"`
	EndedAt  instant `cbor:"2,keyasint,omitempty"`
	Purpose  string  `cbor:"3,keyasint,omitempty"`
	Evidence string  `cbor:"4,keyasint"` // its id at the principal
}

type request struct {
	At       instant `cbor:"1,keyasint"`
	Until    instant `cbor:"2,keyasint"`
	AgreedAt instant `cbor:"3,keyasint,omitempty"`
	Evidence string  `cbor:"4,keyasint"`
}

// revocation ends every consent for the purpose that was given before.
type revocation struct {
	At      instant `cbor:"1,keyasint"`
	Purpose string  `cbor:"2,keyasint,omitempty"` // "": all
}

// passing is the moment from which on the number is another person's.
type passing struct {
	At instant `cbor:"1,keyasint"`
}

type holdRow struct {
	Since instant `cbor:"1,keyasint"`
	Why   string  `cbor:"2,keyasint"`
	Actor string  `cbor:"3,keyasint"`
}

// saidRow is one change that a person entered, for the history of the number.
type saidRow struct {
	At     instant `cbor:"1,keyasint"`
	Actor  string  `cbor:"2,keyasint"`
	What   string  `cbor:"3,keyasint"`
	Why    string  `cbor:"4,keyasint,omitempty"`
	Sealed []byte  `cbor:"5,keyasint"` // the number under the number key
}

// blacklistRow is one change of a principal's blacklist.
type blacklistRow struct {
	Sealed  []byte  `cbor:"1,keyasint"`
	Since   instant `cbor:"2,keyasint"`
	Source  string  `cbor:"3,keyasint"`
	Actor   string  `cbor:"4,keyasint"`
	Reason  string  `cbor:"5,keyasint,omitempty"`
	All     bool    `cbor:"6,keyasint,omitempty"`
	Removed bool    `cbor:"7,keyasint,omitempty"` // the number came off the list
}

type syncedRow struct {
	At    instant `cbor:"1,keyasint"`
	Actor string  `cbor:"2,keyasint"`
}

// Version 1 of the rows.
type (
	personRow1 struct {
		_         struct{} `cbor:",toarray"`
		Version   uint8
		Objection *objectionRow1
		Consents  []consentRow1
	}
	objectionRow1 struct {
		_      struct{} `cbor:",toarray"`
		Since  instant
		Source string
		Actor  string
		Reason string
		Seq    uint64
	}
	consentRow1 struct {
		_         struct{} `cbor:",toarray"`
		Parts     []uint32
		Purpose   string
		Channels  policy.ChannelSet
		GivenAt   instant
		RevokedAt instant
		Evidence  string
	}
	blacklistRow1 struct {
		_       struct{} `cbor:",toarray"`
		Version uint8
		Sealed  []byte
		Since   instant
		Source  string
		Actor   string
		Reason  string
	}
)

func encodeKeyed[T any](row T) []byte { return encode(keyed[T]{Version: personVersion, Is: row}) }

// decodeKeyed reads a row of personVersion.
func decodeKeyed[T any](key, value []byte) (T, error) {
	var row keyed[T]
	err := decodeVersion(key, value, personVersion, &row)
	return row.Is, err
}

// isOld reports whether a row about a person is of version 1.
func isOld(value []byte) bool { return len(value) > 1 && value[1] == rowVersion }

// getPerson reads the row of a number.
func getPerson(r store.Reader, key []byte) (row personRow, found bool, err error) {
	value, found, err := r.Get(key)
	if err != nil {
		return row, false, fmt.Errorf("reading row %x: %w", key, err)
	}
	if !found {
		return row, false, nil
	}
	row, err = decodePerson(key, value)
	return row, err == nil, err
}

func decodePerson(key, value []byte) (personRow, error) {
	if isOld(value) {
		return decodePerson1(key, value)
	}
	return decodeKeyed[personRow](key, value)
}

func decodePerson1(key, value []byte) (row personRow, err error) {
	var old personRow1
	if err := decode(key, value, &old); err != nil {
		return row, err
	}
	if o := old.Objection; o != nil {
		row.Objection = &objectionRow{Since: o.Since, Source: o.Source, Actor: o.Actor, Reason: o.Reason, Seq: o.Seq}
	}
	for _, c := range old.Consents {
		row.Consents = append(row.Consents, told[consent]{Parts: c.Parts, Is: consent{
			Purpose: c.Purpose, Channels: c.Channels, GivenAt: c.GivenAt, RevokedAt: c.RevokedAt, Evidence: c.Evidence,
		}})
	}
	return row, nil
}

func decodeBlacklist(key, value []byte) (blacklistRow, error) {
	if !isOld(value) {
		return decodeKeyed[blacklistRow](key, value)
	}
	var old blacklistRow1
	err := decode(key, value, &old)
	return blacklistRow{Sealed: old.Sealed, Since: old.Since, Source: old.Source, Actor: old.Actor, Reason: old.Reason}, err
}

// empty reports whether nothing is known of the number.
func (p *personRow) empty() bool {
	return p.Objection == nil && p.Hold == nil && p.RefusedAt == 0 &&
		len(p.Consents)+len(p.Contracts)+len(p.Requests)+len(p.Revocations)+len(p.Passings) == 0
}

// tell adds what an import says; what is there already only learns that this
// import says so too.
func tell[T comparable](list *[]told[T], part uint32, is T) error {
	for i := range *list {
		have := &(*list)[i]
		if have.At == 0 && have.Is == is {
			if !slices.Contains(have.Parts, part) {
				have.Parts = append(have.Parts, part)
			}
			return nil
		}
	}
	return enter(list, told[T]{Parts: []uint32{part}, Is: is})
}

// enter adds an item if there is room.
func enter[T comparable](list *[]told[T], item told[T]) error {
	if len(*list) >= maxTold {
		return wrong("one number has more than %d different entries of a kind: is this the right file?", maxTold)
	}
	*list = append(*list, item)
	return nil
}

// forget takes out the imports that can never come into force, and what only
// they said.
func forget[T comparable](list *[]told[T], gone func(part uint32) bool) {
	for i := range *list {
		item := &(*list)[i]
		item.Parts = slices.DeleteFunc(item.Parts, gone)
	}
	*list = slices.DeleteFunc(*list, func(item told[T]) bool { return item.At == 0 && len(item.Parts) == 0 })
}

// forget does so for all that is known of a number.
func (p *personRow) forget(gone func(part uint32) bool) {
	forget(&p.Consents, gone)
	forget(&p.Contracts, gone)
	forget(&p.Requests, gone)
	forget(&p.Revocations, gone)
	forget(&p.Passings, gone)
}
