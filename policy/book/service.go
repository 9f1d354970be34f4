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

// MayApproveService returns nil when a campaign says that it is one of service and
// nobody has agreed yet. It does not ask who agrees.
func (b *Book) MayApproveService(campaign string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, _, err := b.saysService(campaign)
	return err
}

func (b *Book) saysService(campaign string) (id uint32, row entityRow, err error) {
	id, row, ok := b.entities.get(kindCampaign, campaign)
	switch {
	case !ok:
		err = unknown("there is no campaign %q: write principal/campaign", campaign)
	case !row.Service:
		err = wrong("campaign %s does not say that it is one of service: apply it with service: true first", campaign)
	case row.ServiceBy != "":
		err = wrong("campaign %s is approved as one of service already, by %s", campaign, row.ServiceBy)
	}
	return id, row, err
}

// ApproveService makes a service campaign ("principal/campaign") of one that says
// so: it needs no ground (compliance.md 1.14). It returns the generation.
func (b *Book) ApproveService(by Approval, campaign string) (uint64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id, row, err := b.saysService(campaign)
	if err == nil && by.First == by.Second {
		err = wrong("%s asked for it: it needs another person", by.First)
	}
	if err != nil {
		return 0, err
	}
	after := row
	after.ServiceBy = by.String()
	return b.edit(kindCampaign, id, after, b.parts, by.Second, "campaign service "+campaign)
}
