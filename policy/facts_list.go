package policy

import "time"

// ListID is a contact list.
type ListID uint32

// ProviderID is who sold or gave a list.
type ProviderID uint32

// Origin is where the numbers of a contact list come from (compliance.md 1.5).
type Origin uint8

// The origins. Web and unknown are never a ground.
const (
	OriginUnknown Origin = iota
	OriginDirectory
	OriginOwnCustomers
	OriginOwnForm
	OriginProvider
	OriginRequest
	OriginWeb
)

// ListFact is the row of a contact list of the campaign that holds the number:
// the best one where several do, the nearest miss where none may be used.
type ListFact struct {
	Known    Known
	List     ListID
	Part     uint32 // the version: which import
	Row      uint32 // line of the imported file, from 1
	Origin   Origin
	Ground   Ground     // what the row claims; NoGround: what the campaign does
	Provider ProviderID // 0: nobody else
	Open     bool       // the campaign may call numbers that are on no list

	Approved       bool      // by the principal, for this version
	RetainUntil    time.Time // zero: without an end
	SuspendedSince time.Time // of the provider; zero: it is not
	Scanned        bool      // the import took the list for generated numbers (R18)
	OtherOperator  bool      // it is of a customer of another operator (compliance.md 1.14)
}

// Claims returns the ground that a call claims: that of the row if it has one,
// else that of its campaign. It is false while the row is Unknown.
func (f *ListFact) Claims(campaign Ground) (Ground, bool) {
	if f.Known == Present && f.Ground != NoGround {
		return f.Ground, true
	}
	return campaign, f.Known != Unknown
}
