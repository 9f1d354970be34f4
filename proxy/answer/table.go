package answer

import "time"

// wording is one cell of the table.
type wording struct {
	status int
	retry  time.Duration
}

// later is when a dialer may try again what was refused for now. Hours open
// and registries answer in hours, not in minutes.
const later = time.Hour

// The table of design.md section 8. A call that will be refused again:
var permanent = [...]wording{
	Generic:    {status: 603},
	Asterisk:   {status: 603},
	FreeSWITCH: {status: 603},
	// 403, 603, 607, 608 and 503 make it try the next trunk; 604 makes it give up.
	FreePBX: {status: 604},
	// 404 and 604 would file a living subscriber as disconnected.
	ViciDial: {status: 603},
}

// A call that may pass later:
var temporary = [...]wording{
	Generic:    {status: 480, retry: later},
	Asterisk:   {status: 480, retry: later},
	FreeSWITCH: {status: 480, retry: later},
	FreePBX:    {status: 480},
	ViciDial:   {status: 480},
}

// Trouble of ours, the same for every profile:
var faults = [...]wording{
	Hold:    {status: 480},
	Reroute: {status: 503},
}

// known returns p, or Generic for a profile that is not in the table.
func (p Profile) known() Profile {
	if int(p) < len(permanent) {
		return p
	}
	return Generic
}

// known returns f, or Hold for one that is not in the table.
func (f FaultAnswer) known() FaultAnswer {
	if int(f) < len(faults) {
		return f
	}
	return Hold
}

// phrase returns the reason phrase of RFC 3261 section 21.
func phrase(status int) string {
	switch status {
	case 400:
		return "Bad Request"
	case 408:
		return "Request Timeout"
	case 480:
		return "Temporarily Unavailable"
	case 500:
		return "Server Internal Error"
	case 503:
		return "Service Unavailable"
	case 603:
		return "Decline"
	case 604:
		return "Does Not Exist Anywhere"
	}
	return "Refused"
}
