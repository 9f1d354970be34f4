package policy

import "time"

// MandateFact is the contract by which the call centre calls for the principal
// (compliance.md 1.9). It is looked up by both and the campaign's purpose.
type MandateFact struct {
	Known Known
	From  time.Time
	Until time.Time // zero: without an end
}

// CallCentreFact is what the register of operators (ROC) has of the call centre
// (L. 232/2016 art. 1 c. 243; art. 24-bis D.L. 83/2012).
type CallCentreFact struct {
	Known    Known
	Country  string    // ISO 3166; "" not said
	Outside  bool      // of the European Union, by Country; false when that is not said
	ROC      string    // number in the register, "" none
	NoticeAt time.Time // of art. 24-bis, for one outside; zero: none
	Since    time.Time // when it was first entered here
}

// CallerFact is what is on file of the caller id that the INVITE shows
// (L. 5/2018 art. 2; AGCOM 156/18/CIR). An INVITE names its caller in more
// than one header, and which of them the called person sees is the carrier's
// choice: the fact is of the one that speaks most against the call. Absent is a
// number that is not on file; without a Number it is digits that no number can
// be read from or, with Withheld, nothing that could be one.
type CallerFact struct {
	Known      Known
	Withheld   bool // the dialer asked for privacy or sent no number (RFC 3323, RFC 3325)
	Number     Number
	Country    string       // ISO 3166 code of the number's country
	Principal  PrincipalID  // to whom it is assigned; 0: to the call centre alone
	CallCentre CallCentreID // whose it is
	ROC        bool         // it was notified to the register
	TestedAt   time.Time    // last time that somebody who called it back was answered; zero: never
	Dead       bool         // the last test failed
}
