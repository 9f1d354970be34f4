// Package isup reads the called number out of an ISUP initial address message,
// as SIP-I carries it in the body of an INVITE (ITU-T Q.1912.5, RFC 3204): a
// gateway may dial it instead of the Request-URI, so it has to be judged too.
// It reads nothing else of ISUP.
//
// Reading is strict: octets in which another reader could see another number
// are an error, as are messages of a family that lays them out otherwise.
//
// The package is pure: no socket, no clock, no state.
package isup

import (
	"errors"
	"fmt"
	"strings"
)

// Nature is the nature of an address: how much of a number its digits are
// (ITU-T Q.763 section 3.9 b).
type Nature uint8

// The natures whose digits are a number of the public network alone. The others
// are of one network, or hold routing numbers.
const (
	Subscriber    Nature = 1
	Unknown       Nature = 2
	National      Nature = 3 // national (significant) number
	International Nature = 4 // country code first
)

// Number is a called party number.
type Number struct {
	Nature Nature
	Digits string // decimal, at least one, at most 32
}

// The layout of an initial address message, in octets: type, nature of
// connection (1), forward call indicators (2), calling party's category (1),
// transmission medium (1), then where the called party number and the optional
// part begin, each counted from itself (ITU-T Q.763 sections 1.7 and 4, table
// 32). Circuit and label are left out (RFC 3204 section 3.1).
const (
	typeIAM   = 1
	pointer   = 6
	minLength = 8
)

// maxDigits is room for any number, with prefixes.
const maxDigits = 32

// CalledNumber reads the called party number of an initial address message.
// base is the base parameter of its media type, or the version where there is
// none; "" is taken for ITU-T.
func CalledNumber(base, body string) (Number, error) {
	switch {
	case american(base):
		return Number{}, fmt.Errorf("ISUP of %.20q is not read", base)
	case body == "" || body[0] != typeIAM:
		return Number{}, errors.New("no initial address message")
	case len(body) < minLength:
		return Number{}, errors.New("an initial address message without a called number")
	}
	at := pointer + int(body[pointer])
	if at < minLength || at >= len(body) {
		return Number{}, fmt.Errorf("the called number is said to be at octet %d of %d", at, len(body))
	}
	end := at + 1 + int(body[at])
	if end > len(body) {
		return Number{}, errors.New("the called number is longer than the message")
	}
	return read(body[at+1 : end])
}

// american tells whether ISUP of that base has another layout of the message:
// ANSI T1.113 and what rests on it have no transmission medium, but user
// service information before the called number.
func american(base string) bool {
	base = strings.ToLower(base)
	return strings.HasPrefix(base, "ansi") || strings.HasPrefix(base, "gr")
}

// read reads a called party number (ITU-T Q.763 section 3.9): odd or even and
// the nature, the numbering plan, then two digits an octet, the first one low.
func read(s string) (n Number, err error) {
	if len(s) < 3 {
		return Number{}, errors.New("a called number without digits")
	}
	odd := s[0]&0x80 != 0
	n.Nature = Nature(s[0] & 0x7f)
	if n.Nature < Subscriber || n.Nature > International {
		return Number{}, fmt.Errorf("a called number of nature %d", n.Nature)
	}
	if plan := s[1] >> 4 & 7; plan != 1 { // the internal network indicator is bit 8
		return Number{}, fmt.Errorf("a called number of plan %d, not E.164", plan)
	}
	digits := make([]byte, 0, 2*len(s))
	for _, c := range []byte(s[2:]) {
		digits = append(digits, c&15, c>>4)
	}
	if odd {
		if digits[len(digits)-1] != 0 {
			return Number{}, errors.New("a called number with a digit too many")
		}
		digits = digits[:len(digits)-1]
	}
	if n.Digits, err = decimal(digits); err != nil {
		return Number{}, err
	}
	return n, nil
}

// decimal writes address signals as text. The end of pulsing signal says that
// no digits follow, and is no digit; codes 11 and 12 and spare ones are none
// that a subscriber has.
func decimal(signals []byte) (string, error) {
	const endOfPulsing = 15
	if signals[len(signals)-1] == endOfPulsing {
		signals = signals[:len(signals)-1]
	}
	if len(signals) == 0 || len(signals) > maxDigits {
		return "", fmt.Errorf("a called number of %d digits", len(signals))
	}
	text := make([]byte, len(signals))
	for i, s := range signals {
		if s > 9 {
			return "", fmt.Errorf("a called number with the signal %d at %d", s, i+1)
		}
		text[i] = '0' + s
	}
	return string(text), nil
}
