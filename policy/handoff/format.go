package handoff

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tregua/policy"
)

// Format is what a sink hands off, and in which form.
type Format uint8

// The formats.
const (
	Records Format = iota // [Record] as JSON
	CDR                   // call data records as CSV, for folders only
	Hourly                // [Hour] as JSON
)

var formatNames = []string{"records", "cdr", "hourly"}

// String returns the word of the config file.
func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return "format " + strconv.Itoa(int(f))
}

// ending is the end of a file name.
func (f Format) ending() string {
	if f == CDR {
		return ".csv"
	}
	return ".jsonl"
}

// Item is one record, call or hour in its form.
type Item struct {
	No   uint64    // rises; of a record its Seq, of an hour how many were told before it
	At   time.Time // the day of it is that of its file
	Text []byte    // without a line end
}

// Batch is what a target is given at once. Asked again it is the same.
type Batch struct {
	Format      Format
	First, Last uint64 // Seqs of the records it was made from; the scope leaves some out
	From        uint64 // items with lower numbers were taken
	Made        time.Time
	Items       []Item // at least one
}

// item puts a record into a form; false: the form has none of it.
func (f Format) item(r *Record, callID bool) (Item, bool, error) {
	at := r.EndedAt
	if at.IsZero() {
		at = r.ReceivedAt
	}
	if f != CDR {
		text, err := json.Marshal(r)
		return Item{No: r.Seq, At: at, Text: text}, true, err
	}
	if r.Repeat != nil {
		return Item{}, false, nil // no call was tried
	}
	row, err := csvRow(cdrRow(r, callID))
	return Item{No: r.Seq, At: at, Text: row}, true, err
}

// header is the first line of a file, nil for none.
func (f Format) header(callID bool) []byte {
	if f != CDR {
		return nil
	}
	names := cdrNames
	if callID {
		names = append(slices.Clip(names), "call_id")
	}
	return []byte(strings.Join(names, ","))
}

var cdrNames = []string{
	"attempt", "seq", "trunk", "call_centre", "principal", "campaign", "caller", "called",
	"start", "answer", "end", "duration", "billsec", "disposition", "outcome", "ratio_class", "reason", "status",
}

func cdrRow(r *Record, callID bool) []string {
	reason := r.Reason
	if reason == "" {
		reason = r.Ending
	}
	end := r.EndedAt
	if end.IsZero() {
		end = r.ReceivedAt // refused at once
	}
	row := []string{
		r.Attempt, strconv.FormatUint(r.Seq, 10), r.Trunk, r.CallCentre, r.Principal, r.Campaign, plain(r.Caller), r.Called,
		moment(r.ReceivedAt), moment(r.AnsweredAt), moment(end), seconds(r.ReceivedAt, end), seconds(r.AnsweredAt, end),
		disposition(r), r.Outcome, r.Class, reason, strconv.Itoa(r.Status),
	}
	if callID {
		row = append(row, plain(r.CallID))
	}
	return row
}

// disposition words an outcome as CDRs of PBXs do, with REFUSED besides.
func disposition(r *Record) string {
	switch {
	case !r.AnsweredAt.IsZero():
		return "ANSWERED"
	case r.Outcome == policy.OutcomeRefused.String():
		return "REFUSED"
	case r.Status == 486 || r.Status == 600: // Busy Here, Busy Everywhere
		return "BUSY"
	case r.Status == 408 || r.Status == 480 || r.Status == 487 || // Request Timeout, Temporarily Unavailable, Request Terminated
		r.Outcome == policy.OutcomeCancelled.String() || r.Outcome == policy.OutcomeUnreachable.String():
		return "NO ANSWER"
	}
	return "FAILED"
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

// seconds is a time in whole seconds begun, 0 for none: as it is billed.
func seconds(from, to time.Time) string {
	if from.IsZero() || !to.After(from) {
		return "0"
	}
	return strconv.FormatInt(int64((to.Sub(from)+time.Second-1)/time.Second), 10)
}

// plain keeps a spreadsheet from taking a text that the network chose for a formula.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=@-\t\r", rune(s[0])) || strings.HasPrefix(s, "+") && strings.Trim(s, "+0123456789·") != "" {
		return "'" + s
	}
	return s
}

// csvRow writes a line of CSV (RFC 4180) without its end.
func csvRow(fields []string) ([]byte, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	if err := w.Write(fields); err != nil {
		return nil, err
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("csv: %w", err)
	}
	return []byte(strings.TrimSuffix(b.String(), "\n")), nil
}
