package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/book"
	"tregua/policy/mapping"
	"tregua/policy/suggest"
)

// learnt bounds the attempts of a trunk that are kept while it is learnt from.
const learnt = 1 << 18

// lesson is what is learnt of one trunk.
type lesson struct {
	trunk    adminTrunk
	learner  *suggest.Learner
	prefixed uint64
}

// Suggest learns from the attempts that q takes by what calls can be mapped. It
// reads the ledger from its beginning and keeps no number.
func (r adminRecords) Suggest(ctx context.Context, scope access.Scope, q console.SuggestQuery) ([]console.Suggestion, error) {
	s := r.book.Current()
	lessons, err := r.lessons(scope, s, q.Trunk)
	if err != nil {
		return nil, err
	}
	for v, err := range r.reader.Each() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(lessons, func(l lesson) bool { return l.trunk.name == v.Record.Attempt.Trunk })
		if at < 0 || v.Record.Attempt.At.Before(q.Since) {
			continue
		}
		if strings.HasPrefix(v.Record.Attempt.MappedBy, mapping.ByPrefix.String()+" ") {
			lessons[at].prefixed++
			continue
		}
		lessons[at].learner.Attempt(s, &v.Record)
	}
	list := []console.Suggestion{}
	for _, l := range lessons {
		list = append(list, l.suggestion(s, q))
	}
	return list, nil
}

// lessons are those of the trunks asked for, which must lie in the scope with all
// their calls: a rule that is learnt says whose the calls are that it does not fit.
func (r adminRecords) lessons(scope access.Scope, s *book.Snapshot, trunk string) (list []lesson, err error) {
	err = &console.Mistake{Code: http.StatusNotFound, Err: fmt.Errorf("no pbx trunk %q; there are %q", trunk, r.trunksOf(scope))}
	for _, t := range r.trunks {
		if trunk != "" && trunk != t.name {
			continue
		}
		if !takesCalls(scope, s, t.callCentre) {
			if trunk != "" && takesTrunk(scope, s, t.callCentre) {
				err = &console.Mistake{Code: http.StatusForbidden, Err: fmt.Errorf("what the calls of %s say is not for one principal: ask an admin", trunk)}
			}
			continue
		}
		l := lesson{trunk: t, learner: suggest.New(learnt)}
		l.learner.Lists(s, t.name)
		list = append(list, l)
	}
	if trunk == "" || len(list) > 0 {
		return list, nil
	}
	return nil, err
}

func (l *lesson) suggestion(s *book.Snapshot, q console.SuggestQuery) console.Suggestion {
	names := map[policy.CampaignID]string{}
	for _, c := range callsOf(s, l.trunk.callCentre) {
		if !c.Closed {
			names[c.ID] = c.Name
		}
	}
	p := l.learner.Propose(names)
	// A prefix that is configured names the campaign, and a header may.
	kept := slices.DeleteFunc(slices.Clone(l.trunk.rules), func(m mapping.Rule) bool {
		again := func(r suggest.Rule) bool { return r.By == m.By && strings.EqualFold(r.Header, m.Header) }
		return m.By != mapping.ByPrefix && !(m.By == mapping.ByHeader && m.Coded()) || slices.ContainsFunc(p.Rules, again)
	})
	out := console.SuggestionOf(l.trunk.name, &p, kept)
	out.Since, out.Prefixed = q.Since, l.prefixed
	return out
}
