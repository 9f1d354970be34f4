package backup

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tregua/policy/ledger"
	"tregua/policy/seal"
)

// Format names the form of a backup.
const Format = "tregua.backup/1"

// The entries that every backup has: the first and the last.
const (
	aboutName = "about.json"
	sumsName  = "sums"
)

// About says what a backup is of.
type About struct {
	Format  string    `json:"format"`
	At      time.Time `json:"at"`      // when it was begun
	Program string    `json:"program"` // the version that wrote it
	Name    string    `json:"name"`    // node.name
	ledger.Meta
}

// encode writes it as the first entry.
func (a *About) encode() []byte {
	text, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		panic(err) // nothing in it can fail
	}
	return append(text, '\n')
}

func readAbout(text []byte) (a About, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&a); err != nil {
		return a, fmt.Errorf("%s: %w", aboutName, err)
	}
	if a.Format != Format {
		return a, fmt.Errorf("%s: it has the format %q, this program reads %q", aboutName, a.Format, Format)
	}
	return a, nil
}

// sum is the checksum of an entry.
type sum struct {
	name string
	size int64
	hash [sha256.Size]byte
}

// sums are those of all entries, in their order.
type sums []sum

// encode writes a line for each entry and the MAC over them.
func (s sums) encode(keys *seal.Keys) ([]byte, error) {
	var text []byte
	for _, one := range s {
		text = fmt.Appendf(text, "%x %d %s\n", one.hash, one.size, strconv.Quote(one.name))
	}
	mac, err := mac(keys, text)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(text, "%x\n", mac), nil
}

// mac is over what stands before it.
func mac(keys *seal.Keys, text []byte) ([]byte, error) {
	secret, err := keys.Derive("backup")
	if err != nil {
		return nil, err
	}
	h := hmac.New(sha256.New, secret)
	h.Write(text)
	return h.Sum(nil), nil
}

// errSums is returned for the checksums themselves.
var errSums = errors.New("the entry " + sumsName + " is damaged, and nothing says any more what the others must be; take another backup")

// readSums reads the last entry and returns the MAC with what it is over.
func readSums(text []byte) (s sums, over, got []byte, err error) {
	end := bytes.LastIndexByte(bytes.TrimSuffix(text, []byte("\n")), '\n') + 1
	over = text[:end]
	if got, err = hex.DecodeString(strings.TrimSuffix(string(text[end:]), "\n")); err != nil || len(got) != sha256.Size {
		return nil, nil, nil, errSums
	}
	for line := range strings.Lines(string(over)) {
		one, err := readSum(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, nil, nil, errSums
		}
		s = append(s, one)
	}
	return s, over, got, nil
}

func readSum(line string) (one sum, err error) {
	parts := strings.SplitN(line, " ", 3)
	if len(parts) != 3 {
		return one, errSums
	}
	hash, err := hex.DecodeString(parts[0])
	if err != nil || len(hash) != len(one.hash) {
		return one, errSums
	}
	copy(one.hash[:], hash)
	if one.size, err = strconv.ParseInt(parts[1], 10, 64); err != nil {
		return one, err
	}
	one.name, err = strconv.Unquote(parts[2])
	return one, err
}

// differ returns the first entry that is not as it was written.
func (s sums) differ(want sums) (place int, what string, differ bool) {
	for i := range min(len(s), len(want)) {
		switch {
		case s[i].name != want[i].name:
			return i, fmt.Sprintf("is named %s and must be %s", s[i].name, want[i].name), true
		case s[i].size != want[i].size:
			return i, fmt.Sprintf("has %d bytes and must have %d", s[i].size, want[i].size), true
		case s[i].hash != want[i].hash:
			return i, fmt.Sprintf("has the SHA-256 %x and must have %x", s[i].hash[:8], want[i].hash[:8]), true
		}
	}
	if len(s) == len(want) {
		return 0, "", false
	}
	return min(len(s), len(want)), fmt.Sprintf("is entry %d of %d", len(s), len(want)), true
}

// months are those that the entries are of, oldest first.
func (s sums) months() (names []string) {
	for _, one := range s {
		if month, ok := strings.CutPrefix(one.name, storesDir+monthsDir); ok {
			names = append(names, strings.SplitN(month, "/", 2)[0])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
