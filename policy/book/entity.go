package book

import (
	"encoding/binary"
	"fmt"
	"maps"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// kind is a kind of entity. The values stand in keys.
type kind uint8

const (
	kindPrincipal kind = iota + 1
	kindCallCentre
	kindAccount
	kindCampaign
	kindGroup
	kindMandate
	kindCallerID
	kindProvider
	kindList
	kindPart // no entity: parts take their ids from the same counters
)

func (k kind) String() string {
	switch k {
	case kindPrincipal:
		return "principal"
	case kindCallCentre:
		return "call_centre"
	case kindAccount:
		return "account"
	case kindCampaign:
		return "campaign"
	case kindGroup:
		return "group"
	case kindMandate:
		return "mandate"
	case kindCallerID:
		return "caller_id"
	case kindProvider:
		return "provider"
	case kindList:
		return "list"
	case kindPart:
		return "part"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// entityRow is any entity; what a kind does not have is zero and takes no room. A
// key, once given, is never given again.
type entityRow struct {
	Name       string              `cbor:"1,keyasint"` // unique in its kind; a campaign is principal/campaign
	Principal  policy.PrincipalID  `cbor:"2,keyasint,omitempty"`
	CallCentre policy.CallCentreID `cbor:"3,keyasint,omitempty"`
	Account    policy.AccountID    `cbor:"4,keyasint,omitempty"`
	Group      policy.GroupID      `cbor:"5,keyasint,omitempty"`
	Purpose    string              `cbor:"6,keyasint,omitempty"`
	Channel    policy.Channel      `cbor:"7,keyasint,omitempty"`
	Ground     policy.Ground       `cbor:"8,keyasint,omitempty"`
	Closed     bool                `cbor:"9,keyasint,omitempty"`
	Format     fileFormat          `cbor:"10,keyasint,omitzero"`  // of an account
	Profile    string              `cbor:"11,keyasint,omitempty"` // of a principal
	Sector     string              `cbor:"12,keyasint,omitempty"`
	Country    string              `cbor:"13,keyasint,omitempty"` // of a call centre, ISO 3166
	ROC        string              `cbor:"14,keyasint,omitempty"` // its number in the register
	Notice     string              `cbor:"15,keyasint,omitempty"` // a day, as are the next two and Tested: 2026-11-22
	From       string              `cbor:"16,keyasint,omitempty"`
	To         string              `cbor:"17,keyasint,omitempty"`
	Purposes   string              `cbor:"18,keyasint,omitempty"` // of a mandate, sorted, with commas between
	Contractor policy.CallCentreID `cbor:"19,keyasint,omitempty"` // who hired the call centre of a mandate
	Notified   bool                `cbor:"20,keyasint,omitempty"` // a caller id stands in the register
	Tested     string              `cbor:"21,keyasint,omitempty"`
	Answered   bool                `cbor:"22,keyasint,omitempty"` // by the test

	Lists   string `cbor:"23,keyasint,omitempty"` // of a campaign: the names of lists of its principal, blanks between
	OffList bool   `cbor:"24,keyasint,omitempty"` // of a campaign: it may call numbers on no list

	// Of a list; Provider speaks for the rows that name none.
	Origin      policy.Origin     `cbor:"25,keyasint,omitempty"`
	Provider    policy.ProviderID `cbor:"26,keyasint,omitempty"`
	RetainUntil instant           `cbor:"27,keyasint,omitempty"`
	Approved    uint32            `cbor:"28,keyasint,omitempty"` // the version in force: a part
	ApprovedBy  string            `cbor:"29,keyasint,omitempty"`

	// Of a provider.
	Contact   string  `cbor:"30,keyasint,omitempty"`
	Suspended instant `cbor:"31,keyasint,omitempty"` // since when; 0: it is not
	Because   string  `cbor:"32,keyasint,omitempty"` // why it was suspended, or resumed

	// Of a principal: its own numbers, see [work.own].
	OptOut   string `cbor:"33,keyasint,omitempty"`
	Callback string `cbor:"34,keyasint,omitempty"`

	// Of a campaign that is none of advertising.
	Service   bool   `cbor:"35,keyasint,omitempty"` // it says so
	ServiceBy string `cbor:"36,keyasint,omitempty"` // who agreed for the principal

	Dispositions string `cbor:"37,keyasint,omitempty"` // of a call centre: its codes, see [disposition.Codes]
	Aliases      string `cbor:"38,keyasint,omitempty"` // of a campaign: what the call centre calls it, one a line
	Operators    uint16 `cbor:"39,keyasint,omitempty"` // of a campaign: that it declares
}

// storedEntity is the value of an entity's row.
type storedEntity struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Entity  entityRow
}

type historyRow struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	At      instant
	Actor   string
	Before  *entityRow // nil: it was new
	After   *entityRow
	Because string
}

type nameRow struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	ID      uint32
}

// entities are the entities of a generation, by kind.
type entities struct {
	rows  [kindPart]map[uint32]entityRow
	ids   [kindPart]map[string]uint32
	since map[policy.CallCentreID]time.Time // when a call centre was first entered: its oldest history
}

func newEntities() *entities {
	e := &entities{since: map[policy.CallCentreID]time.Time{}}
	for k := range e.rows {
		e.rows[k], e.ids[k] = map[uint32]entityRow{}, map[string]uint32{}
	}
	return e
}

func loadEntities(r store.Reader) (*entities, error) {
	e := newEntities()
	for row, err := range r.Scan([]byte{spaceEntity}, nil) {
		if err != nil {
			return nil, fmt.Errorf("reading entities: %w", err)
		}
		if len(row.Key) != 6 || kind(row.Key[1]) < kindPrincipal || kind(row.Key[1]) >= kindPart {
			return nil, fmt.Errorf("row %x is no entity of this program", row.Key)
		}
		var stored storedEntity
		if err := decode(row.Key, row.Value, &stored); err != nil {
			return nil, err
		}
		e.set(kind(row.Key[1]), binary.BigEndian.Uint32(row.Key[2:]), stored.Entity)
	}
	return e, e.loadSince(r)
}

func (e *entities) set(k kind, id uint32, row entityRow) {
	e.rows[k][id] = row
	e.ids[k][row.Name] = id
}

func (e *entities) get(k kind, name string) (uint32, entityRow, bool) {
	id, ok := e.ids[k][name]
	return id, e.rows[k][id], ok
}

func (e *entities) empty() bool { return len(e.rows[kindPrincipal])+len(e.rows[kindCallCentre]) == 0 }

func (e *entities) clone() *entities {
	c := &entities{since: maps.Clone(e.since)}
	for k := range e.rows {
		c.rows[k], c.ids[k] = maps.Clone(e.rows[k]), maps.Clone(e.ids[k])
	}
	return c
}

// counters are the last ids given, by kind. An id that was given once is never
// given again, not even when what it was given for came to nothing.
type counters [kindPart + 1]uint32

func loadCounters(r store.Reader) (counters, error) {
	var c counters
	for k := kindPrincipal; k <= kindPart; k++ {
		var row nameRow
		if _, err := get(r, metaKey("last."+k.String()), &row); err != nil {
			return c, err
		}
		c[k] = row.ID
	}
	return c, nil
}

// row is the row that keeps the counter of k.
func (c *counters) row(k kind) store.Row {
	return store.Row{Key: metaKey("last." + k.String()), Value: encode(nameRow{Version: rowVersion, ID: c[k]})}
}

// Version is one change in the history of an entity.
type Version struct {
	At      time.Time
	Actor   string
	Because string // what who made the change said of it, "" nothing
	Change  string // "new", or the fields that changed: "ground: directory -> consent"
}

// History returns the changes of the entity, newest first. What is principal,
// call_centre, account, campaign, group, mandate, caller_id, provider or list.
func (b *Book) History(what, name string) ([]Version, error) {
	k := kindPrincipal
	for k < kindPart && k.String() != what {
		k++
	}
	if k == kindPart {
		return nil, unknown("there is no kind %q: it is principal, call_centre, account, campaign, group, mandate, caller_id, provider or list", what)
	}
	s := b.Current()
	id, _, ok := s.entities.get(k, name)
	if !ok {
		return nil, unknown("there is no %s %q", what, name)
	}
	var versions []Version
	for row, err := range b.config.Store.Scan(historyPrefix(k, id), nil) {
		if err != nil {
			return nil, fmt.Errorf("reading the history of %s %q: %w", what, name, err)
		}
		var change historyRow
		if err := decode(row.Key, row.Value, &change); err != nil {
			return nil, err
		}
		versions = append(versions, Version{
			At: change.At.time(), Actor: change.Actor, Because: change.Because,
			Change: s.entities.difference(k, change.Before, change.After),
		})
	}
	return versions, nil
}
