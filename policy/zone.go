package policy

import (
	"fmt"
	"time"
)

// Zone is a time zone of the IANA data by its name, loaded when it is read so
// that no reckoning has to. The zero value is no zone.
type Zone struct {
	name     string
	location *time.Location
}

// ParseZone reads the name of a zone, like "Europe/Rome". The zone of the
// machine ("Local") is none: figures must not depend on where they are read.
func ParseZone(name string) (Zone, error) {
	if name == "" || name == "Local" {
		return Zone{}, fmt.Errorf("zone %q: use a name like Europe/Rome", name)
	}
	l, err := time.LoadLocation(name)
	if err != nil {
		return Zone{}, fmt.Errorf("zone %q: use a name like Europe/Rome: %w", name, err)
	}
	return Zone{name: name, location: l}, nil
}

// String returns the name of z, "" for none.
func (z Zone) String() string { return z.name }

// Location returns the rules of z's clock, those of UTC for no zone. It is
// never nil.
func (z Zone) Location() *time.Location {
	if z.location == nil {
		return time.UTC
	}
	return z.location
}

// Equal reports whether z and o have one name.
func (z Zone) Equal(o Zone) bool { return z.name == o.name }

// MarshalText writes the name.
func (z Zone) MarshalText() ([]byte, error) { return []byte(z.name), nil }

// UnmarshalText reads a zone as [ParseZone].
func (z *Zone) UnmarshalText(b []byte) (err error) { *z, err = ParseZone(string(b)); return err }
