package book

import (
	"errors"
	"fmt"
)

// What an error of this package is, for those who must tell a person's mistake
// from a fault of ours; an error that is none of them is one of the store or
// of the disk.
var (
	// ErrInput: what was entered is wrong; the text says how to mend it.
	ErrInput = errors.New("wrong input")
	// ErrUnknown: it names what does not exist. Such an error is ErrInput too.
	ErrUnknown = errors.New("unknown name")
	// ErrBroken: data does not match its checksum, the reason data.broken.
	ErrBroken = errors.New("data.broken")
)

// inputError is an ErrInput.
type inputError struct {
	text    string
	unknown bool
}

func wrong(format string, args ...any) error { return &inputError{text: fmt.Sprintf(format, args...)} }

func unknown(format string, args ...any) error {
	return &inputError{text: fmt.Sprintf(format, args...), unknown: true}
}

func (e *inputError) Error() string { return e.text }

func (e *inputError) Is(target error) bool {
	return target == ErrInput || e.unknown && target == ErrUnknown
}

// Is says that the error is [ErrInput].
func (m Mistakes) Is(target error) bool { return target == ErrInput }

// Is says that the error is [ErrInput].
func (e *TooManyRejects) Is(target error) bool { return target == ErrInput }
