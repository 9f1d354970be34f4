package policy

// needNames are the facts by the words that people know them by, in the order of
// [Facts].
var needNames = [...]struct {
	need Needs
	name string
	of   func(*Facts) Known
}{
	{NeedsMandate, "mandate", func(f *Facts) Known { return f.Mandate.Known }},
	{NeedsCallCentre, "call centre", func(f *Facts) Known { return f.CallCentre.Known }},
	{NeedsCaller, "caller id", func(f *Facts) Known { return f.Caller.Known }},
	{NeedsList, "list", func(f *Facts) Known { return f.List.Known }},
	{NeedsBlacklist, "blacklist", func(f *Facts) Known { return f.Blacklist.Known }},
	{NeedsHold, "hold", func(f *Facts) Known { return f.Hold.Known }},
	{NeedsRegistry, "registry", func(f *Facts) Known { return f.Registry.Known }},
	{NeedsConsent, "consent", func(f *Facts) Known { return f.Consent.Known }},
	{NeedsContract, "contract", func(f *Facts) Known { return f.Contract.Known }},
	{NeedsRequest, "request", func(f *Facts) Known { return f.Request.Known }},
	{NeedsRefusal, "refusal", func(f *Facts) Known { return f.Refusal.Known }},
	{NeedsBar, "bar", func(f *Facts) Known { return f.Bar.Known }},
	{NeedsRings, "rings", func(f *Facts) Known { return f.Rings.Known }},
	{NeedsGate, "gate", func(f *Facts) Known { return f.Gate.Known }},
}

// Names returns the facts of n in the words of people, in the order of [Facts].
func (n Needs) Names() (names []string) {
	for _, one := range needNames {
		if n&one.need != 0 {
			names = append(names, one.name)
		}
	}
	return names
}

// Unknown returns the facts of f that are [Unknown].
func (f *Facts) Unknown() (n Needs) {
	for _, one := range needNames {
		if one.of(f) == Unknown {
			n |= one.need
		}
	}
	return n
}
