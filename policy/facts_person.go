package policy

import "time"

// HoldFact is a hold on the number for the principal: a complaint is being
// looked into (compliance.md 1.6).
type HoldFact struct {
	Known Known
	Since time.Time
	Why   string // reference of the complaint
}

// ContractFact is the newest contract of the number's holder with the principal
// (L. 5/2018 art. 1 c. 5; compliance.md 1.1).
type ContractFact struct {
	Known    Known
	From     time.Time
	EndedAt  time.Time // zero: in force
	Purpose  string    // slug that it covers; "" every purpose of the principal's own goods
	Evidence string
	Part     uint32
}

// RequestFact is a wish of the person to be called, once (compliance.md 1.3).
type RequestFact struct {
	Known    Known
	At       time.Time // when the person asked
	Until    time.Time
	AgreedAt time.Time // the appointment; zero: at any time
	Evidence string
}

// RefusalFact is the newest time that the person said "not now" to the principal:
// it is no objection and cools for a time (regulation.md R11).
type RefusalFact struct {
	Known Known
	At    time.Time
}

// RingsFact counts what reached the person at the principal, over all numbers
// and lists, and what is under way (regulation.md R10).
type RingsFact struct {
	Known    Known
	Today    int       // attempts that rang or may ring yet, by the day of the person's zone
	Month    int       // in the last 30 days
	Useful   int       // useful contacts in the window of the profile
	UsefulAt time.Time // the newest
}
