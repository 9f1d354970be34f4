package policy

// reasonRow is what stands of one reason in the table.
type reasonRow struct {
	slug   string
	class  Class
	status int    // nearest SIP status (RFC 3261 section 21), 0 if never sent
	law    string // what it rests on
	text   string // for people
}

// reasonTable is indexed by reason. A slug has the form area.word.
var reasonTable = [...]reasonRow{
	RegistryOpposed: {
		"registry.opposed", ClassPermanent, 603, "L. 5/2018 art. 1; DPR 26/2022",
		"The number stands in the public registry of oppositions and no ground outweighs it.",
	},
	RegistryUnchecked: {
		"registry.unchecked", ClassTemporary, 480, "L. 5/2018 art. 1 c. 12; DPR 26/2022",
		"The registry was never asked about the number under this account.",
	},
	RegistryStale: {
		"registry.stale", ClassTemporary, 480, "L. 5/2018 art. 1 c. 12; DPR 26/2022",
		"The registry's last answer about the number is too old to rest on.",
	},
	BlacklistListed: {
		"blacklist.principal", ClassPermanent, 603, "GDPR art. 21(2)-(3)",
		"The person told the principal not to call.",
	},
	ConsentMissing: {
		"consent.missing", ClassPermanent, 603, "D.Lgs. 196/2003 art. 130; GDPR art. 7",
		"The campaign rests on a consent that the person did not give or has revoked.",
	},
	ConsentChannel: {
		"consent.channel", ClassPermanent, 603, "D.Lgs. 196/2003 art. 130; Garante, 15 May 2013",
		"The person consented, but not to calls made by this means.",
	},
	GroundNone: {
		"ground.none", ClassPermanent, 603, "GDPR art. 6(1)",
		"No legal ground for the contact is on file.",
	},
	HoursClosed: {
		"hours.closed", ClassTemporary, 480, "Codice di condotta telemarketing, Provv. 148/2024",
		"It is outside calling hours where the called person is.",
	},
	HoursHoliday: {
		"hours.holiday", ClassTemporary, 480, "Codice di condotta telemarketing, Provv. 148/2024; L. 260/1949",
		"It is a public holiday where the called person is.",
	},
	NumberUnreadable: {
		"number.unreadable", ClassPermanent, 484, "design: every call is judged by its number",
		"No E.164 number can be read from what was dialled.",
	},
	CampaignUnknown: {
		"campaign.unknown", ClassTemporary, 480, "design: every call is judged for a campaign",
		"No campaign fits the call, so nobody is known to answer for it.",
	},
	CampaignAmbiguous: {
		"campaign.ambiguous", ClassTemporary, 480, "design: every call is judged for a campaign",
		"More than one campaign fits the call.",
	},
	Interrupted: {
		"interrupted", ClassFault, 0, "design: every attempt is closed",
		"tregua stopped while the call was open.",
	},
	PeerTimeout: {
		"peer.timeout", ClassPeer, 408, "RFC 3261 section 17.1.1.2",
		"The other side did not answer in time.",
	},
	StoreDown: {
		"store.failed", ClassFault, 503, "design: nothing passes that cannot be recorded",
		"The store did not answer.",
	},
	DeskFull: {
		"desk.busy", ClassFault, 503, "design: every queue is bounded",
		"The desk that keeps this number has too much to do.",
	},
	DataBad: {
		"data.broken", ClassFault, 503, "design: a fact not known is not a no",
		"The data to judge the call by is missing or does not match its checksum.",
	},
	LedgerFull: {
		"ledger.full", ClassFault, 503, "design: nothing passes that cannot be recorded",
		"The ledger takes no more records.",
	},
	MediaExhausted: {
		"media.exhausted", ClassFault, 503, "design: every port is leased",
		"No media port is free.",
	},
	Draining: {
		"draining", ClassFault, 503, "design: a drain takes no new calls",
		"tregua is being stopped and takes no new calls.",
	},
	Overload: {
		"overload", ClassFault, 503, "design: every queue is bounded",
		"More calls came than can be judged.",
	},
	ClockUnsynced: {
		"clock.unsynced", ClassFault, 503, "design: an edge is not judged by a doubtful clock",
		"The clock is not synchronised and the call lies close to the edge of a period.",
	},
	RouteNone: {
		"route.none", ClassFault, 503, "design: a call leaves by a configured route",
		"No route of the trunk carries calls to this number.",
	},
	PeerUnreachable: {
		"peer.unreachable", ClassPeer, 480, "RFC 3261 section 18.4",
		"A message to the other side could not be sent.",
	},
	BarSilent: {
		"bar.silent", ClassTemporary, 480, "Garante provv. 83/2014 (doc. web 3017499)",
		"The person met a silent call less than five days ago.",
	},
	OperatorUnpledged: {
		"operator.unpledged", ClassTemporary, 480, "Garante provv. 83/2014 (doc. web 3017499)",
		"The person met a silent call; the next one needs an operator who is there before it is placed.",
	},
	OperatorClaimed: {
		"operator.claimed", ClassTemporary, 480, "Garante provv. 83/2014 (doc. web 3017499)",
		"The contact that follows a silent call is under way already.",
	},
	SilentCut: {
		"silent.cut", ClassAdmin, 480, "Garante provv. 83/2014 (doc. web 3017499)",
		"No operator was heard in three seconds, so the call was ended.",
	},
	LawLate: {
		"law.late", ClassFault, 480, "Garante provv. 83/2014 (doc. web 3017499)",
		"No operator was heard, and the call was ended later than three seconds after the answer.",
	},
	NumberContradiction: {
		"number.contradiction", ClassPermanent, 403, "design: what is judged is what is dialled",
		"The ISUP in the body says another number than the Request-URI, or none that can be read.",
	},
	MediaDeaf: {
		"media.deaf", ClassFault, 0, "design: what cannot be heard is not judged",
		"The call spoke in a codec that tregua cannot decode, so nobody knows whether an operator was there.",
	},
	SessionExpired: {
		"session.expired", ClassPeer, 408, "RFC 4028 section 10",
		"Neither side refreshed the session before it expired.",
	},
}
