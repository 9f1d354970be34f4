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
	MandateNone: {
		"mandate.none", ClassPermanent, 603, "GDPR art. 28; compliance: a call centre calls by mandate",
		"The call centre has no mandate of the principal for this purpose and day.",
	},
	CallCentreUnregistered: {
		"callcentre.unregistered", ClassTemporary, 480, "L. 232/2016 art. 1 c. 243; D.L. 83/2012 art. 24-bis",
		"The call centre is not in the register of operators, or calls from abroad without its notice.",
	},
	CallerUnregistered: {
		"callerid.unregistered", ClassPermanent, 603, "L. 5/2018 art. 2; AGCOM 156/18/CIR",
		"The caller id is not one that the principal or the call centre registered.",
	},
	CallerWithheld: {
		"callerid.withheld", ClassPermanent, 603, "L. 5/2018 art. 2 c. 1",
		"The call hides its caller id.",
	},
	CallerRange: {
		"callerid.range", ClassPermanent, 603, "Profile: callerid",
		"The law of the called person's country does not allow such a number as caller id.",
	},
	CallerDead: {
		"callerid.unreachable", ClassTemporary, 480, "L. 5/2018 art. 2 c. 1",
		"Who calls the caller id back is not answered.",
	},
	OriginForeign: {
		"origin.foreign", ClassPermanent, 603, "AGCOM 106/25/CONS",
		"A national caller id enters by a carrier from abroad.",
	},
	SectorUnasked: {
		"sector.unasked", ClassPermanent, 603, "Profile: sector",
		"Calls of this sector need a request or a consent of their own.",
	},
	SectorBanned: {
		"sector.banned", ClassPermanent, 603, "Profile: sector",
		"The law forbids calls of this sector.",
	},
	ListAbsent: {
		"list.absent", ClassPermanent, 603, "Garante provv. 7/2020",
		"The number is on no contact list of the campaign.",
	},
	ListUnapproved: {
		"list.unapproved", ClassTemporary, 480, "Garante provv. 7/2020",
		"The principal has not approved the contact list that has the number.",
	},
	ListExpired: {
		"list.expired", ClassPermanent, 603, "GDPR art. 5(1)(e)",
		"The contact list that has the number has passed its end.",
	},
	ListOrigin: {
		"list.origin", ClassPermanent, 603, "GDPR art. 6(1), 14",
		"The number comes from a source that is never a ground.",
	},
	NumberScanned: {
		"number.scanned", ClassPermanent, 603, "Profile: scanning",
		"The list looks generated, number by number.",
	},
	ProviderSuspended: {
		"provider.suspended", ClassPermanent, 603, "Codice di condotta telemarketing art. 6",
		"Only a provider that is suspended speaks for the number.",
	},
	BlacklistStale: {
		"blacklist.stale", ClassTemporary, 480, "GDPR art. 21(2)-(3)",
		"The principal's blacklist was not synchronised in time.",
	},
	HoldComplaint: {
		"hold.complaint", ClassTemporary, 480, "GDPR art. 18(1)",
		"A complaint about calls to the number is open.",
	},
	ConsentBundled: {
		"consent.bundled", ClassPermanent, 603, "GDPR art. 7(2), 7(4)",
		"The consent was bundled with others or made a condition.",
	},
	ConsentProvenance: {
		"consent.provenance", ClassPermanent, 603, "GDPR art. 7(1)",
		"Nobody can show how the consent came about: a step of its way is missing.",
	},
	ConsentOld: {
		"consent.old", ClassPermanent, 603, "Profile: consent",
		"The consent is older than it may be.",
	},
	FrequencyAttempts: {
		"frequency.attempts", ClassTemporary, 480, "Codice di condotta telemarketing, Provv. 148/2024",
		"The person was called as often today as may be.",
	},
	FrequencyContacts: {
		"frequency.contacts", ClassTemporary, 480, "Codice di condotta telemarketing, Provv. 148/2024",
		"The person was spoken to as often as may be in this time.",
	},
	RefusalCooling: {
		"refusal.cooling", ClassTemporary, 480, "Profile: refusal",
		"The person said no a short while ago.",
	},
	BarShared: {
		"bar.shared", ClassTemporary, 480, "Garante provv. 83/2014 (doc. web 3017499)",
		"The person met a silent call of others less than five days ago.",
	},
	GateThrottled: {
		"gate.throttled", ClassTemporary, 480, "Garante provv. 83/2014 (doc. web 3017499)",
		"No operator would be there for the person, and the campaign has no silent call left that it may cost.",
	},
}
