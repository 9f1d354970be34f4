package book

// service reads whether a campaign says that it is none of advertising. That it
// was approved as such holds as long as it says so of the same purpose.
func (w *work) service(it item, row entityRow) entityRow {
	if _, ok := it.fields["service"]; ok {
		row.Service = oneOf(w, it, "service", truths)
	}
	_, before, _ := w.entities.get(kindCampaign, row.Name)
	if row.Service && before.Service && row.Purpose == before.Purpose {
		row.ServiceBy = before.ServiceBy
	}
	return row
}

// ApproveService makes a service campaign ("principal/campaign") of one that says
// so: it needs no ground (compliance.md 1.14). First asked for it and second is
// another person who agrees. It returns the generation.
func (b *Book) ApproveService(first, second, campaign string) (uint64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id, row, ok := b.entities.get(kindCampaign, campaign)
	switch {
	case !ok:
		return 0, unknown("there is no campaign %q: write principal/campaign", campaign)
	case !row.Service:
		return 0, wrong("campaign %s does not say that it is one of service: apply it with service: true first", campaign)
	case row.ServiceBy != "":
		return 0, wrong("campaign %s is approved as one of service already, by %s", campaign, row.ServiceBy)
	case first == second:
		return 0, wrong("%s asked for it: it needs another person", first)
	}
	after := row
	after.ServiceBy = second
	return b.edit(kindCampaign, id, after, b.parts, second, "campaign service "+campaign)
}
