package disposition

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxCode bounds a code, in bytes.
const maxCode = 64

// Codes are what the codes of a call centre stand for. Their letters may be large
// or small: ViciDial's own comparison does not tell them apart either.
type Codes struct{ kinds map[string]Kind }

// ReadyMade returns the codes that a dialer comes with; false: of that name there
// are none.
func ReadyMade(name string) (Codes, bool) {
	if name != "vicidial" {
		return Codes{}, false
	}
	return Codes{maps.Clone(viciDial)}, true
}

// viciDial are the system statuses of ViciDial. Those of an agent who spoke with
// the person have an effect; the others are what the dialer says of a call that
// nobody talked in, or that it never made (DNCL and DNCC).
var viciDial = map[string]Kind{
	"SALE": OK, "NI": KO, "DEC": KO, "DNC": Denial, "CALLBK": Callback, "CBHOLD": Callback,

	"NEW": Other, "QUEUE": Other, "INCALL": Other, "DISPO": Other, "DROP": Other, "XDROP": Other, "PDROP": Other,
	"A": Other, "AA": Other, "AM": Other, "AL": Other, "AFAX": Other, "N": Other, "NA": Other, "B": Other, "AB": Other,
	"DC": Other, "ADC": Other, "DNCL": Other, "DNCC": Other, "NP": Other, "PU": Other, "PM": Other, "XFER": Other,
	"ERI": Other, "RQXFER": Other, "IVRXFR": Other, "QVMAIL": Other, "TIMEOT": Other, "AFTHRS": Other, "NANQUE": Other,
	"INBND": Other, "MLINAT": Other, "MAXCAL": Other, "LRERR": Other, "LSMERG": Other,
	"SVYEXT": Other, "SVYVM": Other, "SVYHU": Other, "SVYREC": Other, "SVYCLM": Other,
}

// Set says what a code stands for.
func (c *Codes) Set(code string, k Kind) error {
	folded, err := Fold(code)
	if err != nil {
		return err
	}
	if k == None {
		return fmt.Errorf("code %s: what it stands for is %s", folded, Kinds())
	}
	if c.kinds == nil {
		c.kinds = map[string]Kind{}
	}
	c.kinds[folded] = k
	return nil
}

// Kinds names the kinds for people.
func Kinds() string {
	last := len(kindWords) - 1
	return strings.Join(kindWords[OK:last], ", ") + " or " + kindWords[last]
}

// Fold returns a code as it is compared and kept. One that is empty, too long or
// has characters that nobody sees is an error.
func Fold(code string) (string, error) {
	folded := strings.ToUpper(strings.Join(strings.Fields(code), " "))
	bad := func(r rune) bool {
		return !unicode.IsPrint(r) || strings.ContainsRune(separators, r) || r == utf8.RuneError
	}
	switch {
	case folded == "":
		return "", errors.New("the code is empty")
	case len(folded) > maxCode:
		return "", fmt.Errorf("the code has %d bytes: %d at most", len(folded), maxCode)
	case strings.ContainsFunc(folded, bad):
		return "", fmt.Errorf("code %q: write letters, digits and marks, but not = and ;", folded)
	}
	return folded, nil
}

// Kind returns what a folded code stands for. The word of a kind stands for itself,
// unless the call centre means something else by it; [None]: nobody said.
func (c Codes) Kind(folded string) Kind {
	if k := c.kinds[folded]; k != None {
		return k
	}
	return ParseKind(strings.ToLower(folded))
}

// separators stand between codes and kinds in what is kept, and in no code.
const separators = "=;"

// String writes the codes in their order, as [ParseCodes] reads them: it is how
// they are kept.
func (c Codes) String() string {
	pairs := make([]string, 0, len(c.kinds))
	for _, code := range slices.Sorted(maps.Keys(c.kinds)) {
		pairs = append(pairs, code+"="+c.kinds[code].String())
	}
	return strings.Join(pairs, ";")
}

// ParseCodes reads what [Codes.String] wrote.
func ParseCodes(text string) (c Codes, err error) {
	if text == "" {
		return Codes{}, nil
	}
	for pair := range strings.SplitSeq(text, ";") {
		code, word, _ := strings.Cut(pair, "=")
		if err := c.Set(code, ParseKind(word)); err != nil {
			return Codes{}, err
		}
	}
	return c, nil
}
