package book

import (
	"fmt"
	"time"

	"tregua/policy/numbers"
)

// Kind is what an import brings. The values are stored in rows.
type Kind uint8

// The kinds. The scope of a registry part is an account, of a list the list, of
// the others a principal.
const (
	Registry   Kind = 1
	Blacklist  Kind = 2
	Consents   Kind = 3
	Lists      Kind = 4
	Contacts   Kind = 5 // which numbers are of one person
	Contracts  Kind = 6
	Requests   Kind = 7
	Reassigned Kind = 8
)

// imported are the kinds that an import brings.
var imported = []Kind{Registry, Blacklist, Consents, Lists, Contacts, Contracts, Requests, Reassigned}

// String returns the name as commands and directories write it.
func (k Kind) String() string {
	switch k {
	case Registry:
		return "registry"
	case Blacklist:
		return "blacklist"
	case Consents:
		return "consents"
	case Contacts:
		return "contacts"
	case Submissions:
		return "submissions"
	case Lists:
		return "list"
	case Contracts:
		return "contracts"
	case Requests:
		return "requests"
	case Reassigned:
		return "reassigned"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// ParseKind reads the name of a kind.
func ParseKind(name string) (Kind, error) {
	for _, k := range imported {
		if k.String() == name {
			return k, nil
		}
	}
	return 0, unknown("there is no kind %q: it is registry, blacklist, consents, list, contacts, contracts, requests or reassigned", name)
}

// staged reports whether the rows of a file of kind k are kept in the rows of
// their numbers, besides the set of the part.
func (k Kind) staged() bool { return k == Consents || Contracts <= k && k <= Reassigned }

// scope is the kind of entity that a part of kind k belongs to.
func (k Kind) scope() kind {
	switch k {
	case Registry, Submissions:
		return kindAccount
	case Lists:
		return kindList
	default:
		return kindPrincipal
	}
}

// files are the sets of a part of kind k.
func (k Kind) files() []string {
	if k == Registry {
		return []string{setNumbers, setOpposed}
	}
	return []string{setNumbers}
}

// Part is one import that a generation names, or one submission to the
// registry. Its numbers lie in a directory of sets that never changes; Digest
// pins it.
type Part struct {
	_          struct{} `cbor:",toarray"`
	ID         uint32   // given once, never used again
	Kind       Kind
	Scope      uint32    // the account of a registry part, the list of one, else the principal
	Version    string    // name of its directory
	At         time.Time // when it was imported
	AnsweredAt time.Time // registry: when the registry answered, else zero
	Count      int       // different numbers
	Actor      string
	Source     string   // name of the imported file
	Digest     [32]byte // SHA-256 of the manifest, which has those of the sets
}

// source says where a part came from, for people.
func (p Part) source() string { return fmt.Sprintf("import %d %s", p.ID, p.Source) }

// loadedPart is a part with its sets in memory, or with the error why not.
type loadedPart struct {
	Part
	manifest manifest
	numbers  numbers.Set
	opposed  numbers.Set  // registry only
	list     *listColumns // lists only
	err      error        // is ErrBroken
}
