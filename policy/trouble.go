package policy

// Trouble is one of the things that judging rests on and that may be amiss, with
// what then becomes of a new call (design.md law 9, compliance.md 3.6). Nothing is
// decided by this table: it says what the rules, the desks, the ledger and the
// shards do, and a test holds them to it. An emergency call goes, whatever the
// trouble; it needs no column.
type Trouble struct {
	Name   string // slug, as the metric, the alarm and the README have it
	What   string // what is amiss, a clause that can follow "that"
	Only   string // the calls that it touches; "": all but emergency calls
	Reason Reason // what these are refused with, or what marks them
	Goes   bool   // they go all the same, marked
	Always bool   // they are refused in shadow and in a bypass too: there is no room for them
	Mend   string // what an operator does about it, a sentence
	Source string
}

// Does says what becomes of a commercial call, in a sentence.
func (t *Trouble) Does() string {
	who := "A new call"
	if t.Only != "" {
		who += " " + t.Only
	}
	if t.Goes {
		return who + " goes, marked " + t.Reason.String() + "."
	}
	return who + " is refused with " + t.Reason.String() + "."
}

const (
	failModes = "compliance.md 3.6"
	reasons   = "design.md section 8"
)

// Troubles returns every trouble, those first that stop the most calls.
func Troubles() []Trouble {
	return []Trouble{
		{
			Name: "data.broken", What: "data to judge by is missing or does not match its checksum",
			Only: "that rests on it", Reason: DataBad, Source: failModes,
			Mend: "See what `tregua generations` says is missing; import that file again, or restore an older generation.",
		},
		{
			Name: "store.failed", What: "the store did not read or write",
			Reason: StoreDown, Source: failModes,
			Mend: "Look at the disk under node.data and at the errors in the log.",
		},
		{
			Name: "ledger.full", What: "records come faster than they are written",
			Reason: LedgerFull, Source: failModes,
			Mend: "Look whether the disk under node.data is slow or failing; place fewer calls.",
		},
		{
			Name: "disk.low", What: "less than 2 % of the disk under node.data is free",
			Reason: LedgerFull, Source: failModes,
			Mend: "Free space on the disk under node.data, or give it a larger one.",
		},
		{
			Name: "desk.busy", What: "numbers come faster than they are judged",
			Only: "that finds no place in the queue", Reason: DeskFull, Source: reasons,
			Mend: "Give the machine more cores, or place fewer calls.",
		},
		{
			Name: "overload", What: "there are more calls than the limits or the queues take",
			Only: "over the limit", Reason: Overload, Always: true, Source: reasons,
			Mend: "Raise limits.calls of the trunk or of the node if the machine has room, or place fewer calls.",
		},
		{
			Name: "media.exhausted", What: "no media port is free",
			Only: "that finds no port", Reason: MediaExhausted, Always: true, Source: reasons,
			Mend: "Give media.ports a wider range.",
		},
		{
			Name: "blacklist.stale", What: "the blacklist of a principal was not synchronised in time",
			Only: "of that principal", Reason: BlacklistStale, Source: failModes,
			Mend: "Bring in what changed and say `tregua blacklist synced`, also when nothing did.",
		},
		{
			Name: "registry.stale", What: "all answers of the registry under an account have expired",
			Only: "on ground of directory or consent to such a number", Reason: RegistryStale, Source: failModes,
			Mend: "Ask the registry again: `tregua registry due`, export, answer.",
		},
		{
			Name: "clock.unsynced", What: "the clock is not synchronised",
			Only: "within five minutes of the edge of a period", Reason: ClockUnsynced, Source: failModes,
			Mend: "Start the time service (chrony, systemd-timesyncd) and see that it reaches its servers.",
		},
		{
			Name: "campaign.unknown", What: "calls came that no campaign fits",
			Only: "that no campaign fits", Reason: CampaignUnknown, Source: failModes,
			Mend: "Map the trunk's prefixes to open campaigns of its call centre.",
		},
		{
			Name: "campaign.ambiguous", What: "calls came that more than one campaign fits",
			Only: "that more than one campaign fits", Reason: CampaignAmbiguous, Source: failModes,
			Mend: "Give each campaign a prefix of its own, or close those that are over.",
		},
		{
			Name: "number.unreadable", What: "calls came to what is no number",
			Only: "to what is no number", Reason: NumberUnreadable, Source: failModes,
			Mend: "Compare numbers.country and numbers.strip of the trunk with what its dialer sends.",
		},
		{
			Name: "media.deaf", What: "calls came in a codec that cannot be heard",
			Only: "in a codec that cannot be heard", Reason: MediaDeaf, Goes: true, Source: failModes,
			Mend: "Let dialer and carrier offer G.711; other calls count in neither class.",
		},
	}
}
