package policy

// Verdict is what is to be done with an attempt. The zero value is Refuse, so
// that a forgotten decision lets nothing pass.
type Verdict uint8

// The verdicts.
const (
	Refuse Verdict = iota
	Allow
)

// Decision is the answer of the policy, and what is recorded.
type Decision struct {
	Verdict Verdict
	Rule    string // the rule that spoke: name of the first refusing rule, or of the passing one
	Reason  Reason // OK when allowed
	Trail   []Finding
	Claim   Claim // taken by the desk for an allowed attempt
}

// Finding is what one rule said of an attempt.
type Finding struct {
	Rule   string
	Reason Reason // OK: the rule abstained
	Note   string // what it rests on, without personal data
	Claim  Claim  // what the attempt must take if it is allowed
	Shadow bool   // the rule is in shadow for this attempt: its refusal decided nothing
}
