package report

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// marshalNamed writes an object of numbers in the order of the names.
func marshalNamed(names []string, values []uint64) ([]byte, error) {
	b := []byte{'{'}
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, "%q:%d", name, values[i])
	}
	return append(b, '}'), nil
}

// unmarshalNamed reads an object that has each of the names once and no other.
func unmarshalNamed(data []byte, names []string, values []uint64) error {
	read := map[string]uint64{}
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	for i, name := range names {
		n, ok := read[name]
		if !ok {
			return fmt.Errorf("%q is missing", name)
		}
		values[i] = n
	}
	if len(read) > len(names) {
		return fmt.Errorf("there are %d names; those that are known are %q", len(read), names)
	}
	return nil
}

// scale is the bins of a histogram of times: each ends with one of the bounds, the
// lower one is not in it, the upper one is. One more takes what is longer.
type scale []time.Duration

const ms = time.Millisecond

// The scales of the histograms.
var (
	operatorScale = scale{
		250 * ms, 500 * ms, 1000 * ms, 1500 * ms, 2000 * ms, 2500 * ms, 3000 * ms, 4000 * ms, 5000 * ms, 10000 * ms,
	}
	ambienceScale = scale{20 * ms, 40 * ms, 60 * ms, 100 * ms, 200 * ms, 500 * ms, 1000 * ms}
	cutScale      = scale{ // by tenth of second where the law has its limit
		1000 * ms, 2000 * ms, 2500 * ms, 2600 * ms, 2700 * ms, 2800 * ms, 2900 * ms, 3000 * ms, 3100 * ms, 3200 * ms, 3300 * ms, 3400 * ms, 3500 * ms,
	}
)

const (
	operatorBins = 10 + 2 // with later and never
	ambienceBins = 7 + 1
	cutBins      = 13 + 1
)

// at returns the bin of a time; less than nothing is nothing.
func (s scale) at(d time.Duration) int {
	for i, end := range s {
		if d <= end {
			return i
		}
	}
	return len(s)
}

// names returns the bins in seconds, as "0.25-0.5", with the longer times as
// "later" and what is added after them.
func (s scale) names(more ...string) []string {
	list := make([]string, 0, len(s)+1+len(more))
	from := time.Duration(0)
	for _, end := range s {
		list = append(list, seconds(from)+"-"+seconds(end))
		from = end
	}
	return append(append(list, "later"), more...)
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }

// Names of the bins, for every form of a report.
var (
	OperatorBins = operatorScale.names("never")
	AmbienceBins = ambienceScale.names()
	CutBins      = cutScale.names()
)

// Operator is how long after the answer an operator began to speak, of the calls
// that were watched, by [OperatorBins].
type Operator [operatorBins]uint64

// MarshalJSON writes an object in the order of the bins.
func (h Operator) MarshalJSON() ([]byte, error) { return marshalNamed(OperatorBins, h[:]) }

// UnmarshalJSON reads what MarshalJSON writes.
func (h *Operator) UnmarshalJSON(data []byte) error { return unmarshalNamed(data, OperatorBins, h[:]) }

// Ambience is how long after the answer its first packet left, by [AmbienceBins].
type Ambience [ambienceBins]uint64

// MarshalJSON writes an object in the order of the bins.
func (h Ambience) MarshalJSON() ([]byte, error) { return marshalNamed(AmbienceBins, h[:]) }

// UnmarshalJSON reads what MarshalJSON writes.
func (h *Ambience) UnmarshalJSON(data []byte) error { return unmarshalNamed(data, AmbienceBins, h[:]) }

// Cuts is how long after the answer tregua ended silent calls, by [CutBins].
type Cuts [cutBins]uint64

// MarshalJSON writes an object in the order of the bins.
func (h Cuts) MarshalJSON() ([]byte, error) { return marshalNamed(CutBins, h[:]) }

// UnmarshalJSON reads what MarshalJSON writes.
func (h *Cuts) UnmarshalJSON(data []byte) error { return unmarshalNamed(data, CutBins, h[:]) }
