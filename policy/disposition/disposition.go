// Package disposition says what it means that an agent closed a call with a code:
// the few kinds that have an effect in the law, and the codes of a call centre
// that stand for them (compliance.md 1.3). It is arithmetic on words; policy/book
// keeps what was entered.
package disposition

// Kind is what a disposition comes to.
type Kind uint8

// The kinds. What has no effect in the law is Other: a reference to somebody else
// too, which is no ground to call that one.
const (
	None        Kind = iota // of a code that means nothing yet
	OK                      // the person took the offer
	KO                      // the person did not, this time (regulation.md R11)
	Denial                  // the person wants no more calls: an objection
	Callback                // the person wants to be called, at an agreed time or not
	WrongPerson             // the number is somebody else's
	Other
)

// kindWords are the words of the kinds, in their order.
var kindWords = [...]string{"none", "ok", "ko", "denial", "callback", "wrong_person", "other"}

// String returns the word as data.yaml has it.
func (k Kind) String() string {
	if int(k) < len(kindWords) {
		return kindWords[k]
	}
	return kindWords[None]
}

// ParseKind reads the word of a kind, [None] if it is none.
func ParseKind(word string) Kind {
	for k := OK; k <= Other; k++ {
		if k.String() == word {
			return k
		}
	}
	return None
}

// Useful reports whether a contact in which an operator was heard is a useful one
// by that, however short the talk was (compliance.md 1.13). An appointment is a
// request and no answer yet.
func (k Kind) Useful() bool { return k == OK || k == KO || k == Denial }
