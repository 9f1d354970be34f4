package policy

// ISUPForm says how the digits of an ISUP called number are read.
type ISUPForm uint8

// The forms. The zero value is an INVITE without ISUP.
const (
	NoISUP            ISUPForm = iota
	ISUPUnreadable             // there is ISUP, and no number can be read from it
	ISUPInternational          // country code first
	ISUPNational               // a national (significant) number of the trunk's country
	ISUPDialled                // as a user part is dialled on the trunk
)

// ISUP is the called number of an ISUP message in the body of an INVITE (SIP-I,
// ITU-T Q.1912.5). A gateway behind the carrier may dial it instead of the
// Request-URI, so the two must be one number.
type ISUP struct {
	Form   ISUPForm
	Digits string // "" when there is no number
}

// Contradicts reports whether the ISUP of an attempt says another number than
// the Request-URI, or one that cannot be read.
func (a *Attempt) Contradicts() bool {
	return a.ISUP.Form != NoISUP && a.ISUPCalled != a.Called
}
