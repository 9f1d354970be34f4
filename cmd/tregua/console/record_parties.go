package console

import (
	"strings"
	"time"

	"tregua/policy"
)

// Mandate is by what the call centre calls for the principal.
type Mandate struct {
	Known string    `json:"known" doc:"present, absent or unknown"`
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero" doc:"left out: without an end"`
}

// CallCentre is what the register of operators has of the call centre.
type CallCentre struct {
	Known    string    `json:"known" doc:"present, absent or unknown"`
	Country  string    `json:"country,omitempty"`
	Outside  bool      `json:"outside,omitempty" doc:"of the European Union"`
	ROC      string    `json:"roc,omitempty" doc:"number in the register"`
	NoticeAt time.Time `json:"notice_at,omitzero" doc:"of art. 24-bis, for one outside"`
	Since    time.Time `json:"since,omitzero" doc:"when it was first entered"`
}

// Caller is what is on file of the caller id: of the identity of the INVITE that
// speaks most against the call.
type Caller struct {
	Known    string    `json:"known" doc:"present, absent or unknown"`
	Number   string    `json:"number,omitempty"`
	Country  string    `json:"country,omitempty"`
	Withheld bool      `json:"withheld,omitempty" doc:"privacy was asked for, or there is no number"`
	ROC      bool      `json:"roc,omitempty" doc:"it was notified to the register"`
	TestedAt time.Time `json:"tested_at,omitzero" doc:"last time that who called it back was answered"`
	Dead     bool      `json:"dead,omitempty" doc:"the last test failed"`
}

func mandateOf(f policy.MandateFact) Mandate {
	return Mandate{Known: f.Known.String(), From: f.From, Until: f.Until}
}

func callCentreOf(f policy.CallCentreFact) CallCentre {
	return CallCentre{Known: f.Known.String(), Country: f.Country, Outside: f.Outside, ROC: f.ROC, NoticeAt: f.NoticeAt, Since: f.Since}
}

func callerOf(f policy.CallerFact) Caller {
	return Caller{
		Known: f.Known.String(), Number: f.Number.String(), Country: f.Country, Withheld: f.Withheld,
		ROC: f.ROC, TestedAt: f.TestedAt, Dead: f.Dead,
	}
}

// linesOf cuts what an attempt has one a line.
func linesOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
