package ledger

import (
	"encoding/binary"
	"fmt"
	"maps"
	"sync"
	"time"

	"tregua/policy"
)

// rome is where the days of the counters and the months of the ledger are.
// The program embeds time/tzdata.
var rome = sync.OnceValue(func() *time.Location { return must(time.LoadLocation("Europe/Rome")) })

// Day is a calendar day in Rome as the decimal number YYYYMMDD.
type Day uint32

// DayOf returns the day of t.
func DayOf(t time.Time) Day {
	y, m, d := t.In(rome()).Date()
	return Day(y*10000 + int(m)*100 + d)
}

// month returns the name of the store that has the records of a day.
func (d Day) month() string { return fmt.Sprintf("%04d-%02d", d/10000, d/100%100) }

// MonthOf returns the month of t as YYYY-MM: the name of its store.
func MonthOf(t time.Time) string { return t.In(rome()).Format("2006-01") }

// Tally names one row of counters: those of a campaign (0: attempts without one)
// in its group (0: it has none) on the day of the attempts.
type Tally struct {
	Group    policy.GroupID
	Campaign policy.CampaignID
	Day      Day
}

// Counters count records. They are a function of the records alone, see
// [Reader.Recount].
type Counters struct {
	Attempts    uint64 // records but those of re-dials
	Forwarded   uint64 // INVITEs that left towards a carrier
	Answered    uint64 // 200 of a carrier
	Cancelled   uint64 // by the dialer before an answer
	Failed      uint64 // answered by the carrier with a failure
	Unreachable uint64 // not answered by the carrier
	Interrupted uint64 // open when tregua stopped
	Repeats     uint64 // re-dials answered from memory

	// Of the answered ones, how they count in the ratio of silent calls.
	Silent       uint64 // class A, those in shadow included
	SilentShadow uint64 // of class A, those of trunks in shadow: nothing was done about them
	Connected    uint64 // class B
	Machine      uint64 // answered by a machine, as carrier or dialer says
	HungUp       uint64 // the callee hung up while nobody had been heard; class A where the profile says so
	Excluded     uint64 // not watched
	Late         uint64 // of class A, those ended later than the law says (law.late)

	HandedOn uint64 // transfers and redirects that were left to the carrier

	Refused map[string]uint64 // by the slug of the reason
}

// counters is the value of a counter row.
type counters struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Counts  [16]uint64 // in the order of Counters; a row written by an older program has fewer
	Refused map[string]uint64
}

func (r *counters) version() uint8 { return r.Version }

// add counts one record that has ended.
func (c *Counters) add(p *public) {
	if policy.Outcome(p.Ending.Outcome) == policy.OutcomeRepeated {
		c.Repeats += uint64(p.Repeat.Count)
		return
	}
	c.Attempts++
	if p.Ending.Forwarded {
		c.Forwarded++
	}
	if p.Ending.AnsweredAt != 0 {
		c.Answered++
	}
	c.ended(p)
	c.class(p)
}

// ended counts how the attempt ended.
func (c *Counters) ended(p *public) {
	switch policy.Outcome(p.Ending.Outcome) {
	case policy.OutcomeRefused:
		if c.Refused == nil {
			c.Refused = map[string]uint64{}
		}
		c.Refused[p.refusal()]++
	case policy.OutcomeCancelled:
		c.Cancelled++
	case policy.OutcomeFailed:
		c.Failed++
	case policy.OutcomeUnreachable:
		c.Unreachable++
	case policy.OutcomeInterrupted:
		c.Interrupted++
	case policy.OutcomeMachine:
		c.Machine++
	case policy.OutcomeHungUp:
		c.HungUp++
	case policy.OutcomeExcluded:
		c.Excluded++
	case policy.OutcomeHandedOn:
		c.HandedOn++
	default: // silent and connected calls are counted by their class
	}
}

// class counts where the attempt stands in the ratio of silent calls.
func (c *Counters) class(p *public) {
	switch policy.Ratio(p.Ending.Ratio) {
	case policy.RatioA:
		c.Silent++
		if policy.Watch(p.Ending.Watch) == policy.WatchShadow {
			c.SilentShadow++
		}
	case policy.RatioB:
		c.Connected++
	case policy.RatioNone:
	}
	if p.Ending.Reason == policy.LawLate.String() {
		c.Late++
	}
}

// refusal is why a call was refused: by the decision, or by a fault after it.
func (p *public) refusal() string {
	if p.Decision.Reason == policy.OK.String() {
		return p.Ending.Reason
	}
	return p.Decision.Reason
}

// tally says which counters a record belongs to.
func (p *public) tally() Tally {
	return Tally{
		Group: policy.GroupID(p.Attempt.Group), Campaign: policy.CampaignID(p.Attempt.Campaign), Day: DayOf(p.at()),
	}
}

// empty reports whether nothing was counted.
func (c Counters) empty() bool { return c.Attempts == 0 && c.Repeats == 0 }

// clone returns counters that share nothing with c.
func (c Counters) clone() Counters {
	c.Refused = maps.Clone(c.Refused)
	return c
}

func (c Counters) row() []byte {
	r := counters{Version: version, Refused: c.Refused}
	for i, n := range c.fields() {
		r.Counts[i] = *n
	}
	return encode(&r)
}

// fields returns the numbers of c in their order.
func (c *Counters) fields() [16]*uint64 {
	return [16]*uint64{
		&c.Attempts, &c.Forwarded,
		&c.Answered, &c.Cancelled, &c.Failed, &c.Unreachable, &c.Interrupted, &c.Repeats,
		&c.Silent, &c.SilentShadow, &c.Connected, &c.Machine, &c.HungUp, &c.Excluded, &c.Late,
		&c.HandedOn,
	}
}

// Equal reports whether c and d count the same.
func (c Counters) Equal(d Counters) bool {
	of := d.fields()
	for i, n := range c.fields() {
		if *n != *of[i] {
			return false
		}
	}
	return maps.Equal(c.Refused, d.Refused)
}

func (t Tally) key() []byte {
	key := binary.BigEndian.AppendUint32([]byte{spaceCount}, uint32(t.Group))
	key = binary.BigEndian.AppendUint32(key, uint32(t.Campaign))
	return binary.BigEndian.AppendUint32(key, uint32(t.Day))
}

// tallyOf reads the key of a counter row.
func tallyOf(key []byte) Tally {
	return Tally{
		Group:    policy.GroupID(binary.BigEndian.Uint32(key[1:])),
		Campaign: policy.CampaignID(binary.BigEndian.Uint32(key[5:])),
		Day:      Day(binary.BigEndian.Uint32(key[9:])),
	}
}

// readCounters reads a counter row.
func readCounters(key, value []byte) (t Tally, c Counters, err error) {
	if len(key) != 13 {
		return t, c, fmt.Errorf("row %x: a counter's key has 13 bytes", key)
	}
	t = tallyOf(key)
	var r counters
	if err := decode(key, value, &r); err != nil {
		return t, c, err
	}
	for i, n := range c.fields() {
		*n = r.Counts[i]
	}
	if len(r.Refused) > 0 {
		c.Refused = r.Refused
	}
	return t, c, nil
}
