package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"tregua/cmd/tregua/console"
	"tregua/configs"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/book"
	"tregua/policy/ledger"
	"tregua/policy/mapping"
)

// takesCampaign reports whether a campaign lies in a scope.
func takesCampaign(scope access.Scope, s *book.Snapshot, c book.Campaign) bool {
	return scope.Takes(s.PrincipalName(c.Principal), s.CallCentreName(c.CallCentre))
}

// takesRecord reports whether a record lies in a scope. One that led to no
// campaign has no principal, and is its call centre's.
func takesRecord(scope access.Scope, s *book.Snapshot, r *policy.Record) bool {
	return scope.Takes(s.PrincipalName(r.Attempt.Principal), s.CallCentreName(r.Attempt.CallCentre))
}

// takesTrunk reports whether a trunk of a call centre may be named: to who has
// to do with that call centre.
func takesTrunk(scope access.Scope, s *book.Snapshot, callCentre string) bool {
	return scope.Whole() || callCentre != "" && adminNames{snapshot: s, scope: scope}.HasCallCentre(callCentre)
}

// takesCalls reports whether all calls of a call centre lie in a scope, those
// under each of its campaigns.
func takesCalls(scope access.Scope, s *book.Snapshot, callCentre string) bool {
	if scope.Whole() {
		return true
	}
	calls := callsOf(s, callCentre)
	outside := func(c book.Campaign) bool { return !takesCampaign(scope, s, c) }
	return len(calls) > 0 && !slices.ContainsFunc(calls, outside)
}

// callsOf are the campaigns of a call centre.
func callsOf(s *book.Snapshot, callCentre string) (list []book.Campaign) {
	for _, c := range s.Campaigns() {
		if s.CallCentreName(c.CallCentre) == callCentre {
			list = append(list, c)
		}
	}
	return list
}

// adminTrunk is a trunk of side pbx, by the config.
type adminTrunk struct {
	name, callCentre string
	rules            []mapping.Rule
}

// trunks are those whose calls are judged.
func (n *node) trunks() (list []adminTrunk) {
	for _, t := range n.config.Trunks {
		if t.Side == configs.SidePBX {
			list = append(list, adminTrunk{t.Name, t.CallCentre, t.Mapping})
		}
	}
	return list
}

func (r adminRecords) trunksOf(scope access.Scope) []string {
	names := []string{}
	for _, t := range r.trunks {
		if takesTrunk(scope, r.book.Current(), t.callCentre) {
			names = append(names, t.name)
		}
	}
	return names
}

// wanted returns what reports whether a record is asked for and lies in the
// scope.
func (r adminRecords) wanted(scope access.Scope, q console.Query) func(*policy.Record) bool {
	snapshot, span := r.book.Current(), ledger.Span{Since: q.Since, Until: q.Until}
	return func(r *policy.Record) bool {
		return (q.CallID == "" || r.Attempt.CallID == q.CallID) && span.Takes(r.Attempt.At) && takesRecord(scope, snapshot, r)
	}
}

func (r adminRecords) byNumber(scope access.Scope, q console.Query) (records []policy.Record, err error) {
	limit := q.Limit
	if q.CallID != "" || !q.Since.IsZero() || !q.Until.IsZero() || !scope.Whole() {
		limit = 1 << 20 // the filters come after
	}
	views, err := r.reader.ByNumber(q.Number, limit)
	wanted := r.wanted(scope, q)
	for _, v := range views {
		if wanted(&v.Record) && len(records) < q.Limit {
			records = append(records, v.Record)
		}
	}
	return records, err
}

// HasPrincipal reports whether the scope has to do with a principal: it is its
// own, or one of its call centre's campaigns is on its behalf.
func (s adminNames) HasPrincipal(name string) bool {
	if s.scope.Whole() {
		return s.snapshot.HasPrincipal(name)
	}
	if s.scope.CallCentre == "" && s.scope.Takes(name, "") {
		return s.snapshot.HasPrincipal(name)
	}
	for _, c := range s.snapshot.Campaigns() {
		if s.snapshot.PrincipalName(c.Principal) == name && takesCampaign(s.scope, s.snapshot, c) {
			return true
		}
	}
	return false
}

// HasCallCentre reports whether the scope has to do with a call centre: it is
// its own, or one of its principal's campaigns is called there.
func (s adminNames) HasCallCentre(name string) bool {
	if s.scope.Whole() || s.scope.CallCentre == name && s.scope.Principal == "" {
		return s.snapshot.HasCallCentre(name)
	}
	for _, c := range s.snapshot.Campaigns() {
		if s.snapshot.CallCentreName(c.CallCentre) == name && takesCampaign(s.scope, s.snapshot, c) {
			return true
		}
	}
	return false
}

// takes returns nil when a file of a kind may be entered: it belongs to an
// account or a principal, and to no call centre. What lies outside of the scope
// is answered as what there is not, in the words of the book, before it is asked.
func (b adminBook) takes(scope access.Scope, kind book.Kind, name, operation string) error {
	if scope.Whole() {
		return nil // the book says what there is not
	}
	principal, what := name, "principal"
	switch kind { //nolint:exhaustive // the others are a principal's
	case book.Registry:
		principal, what = b.book.Current().AccountPrincipal(name), "account"
	case book.Lists:
		principal, _, _ = strings.Cut(name, "/")
		what = "list"
	}
	if takesPrincipal(scope, b.book.Current(), principal) {
		return nil
	}
	return &console.Mistake{Code: http.StatusNotFound, Err: fmt.Errorf("%s %s: there is no %s %q: apply it first", operation, kind, what, name)}
}

// takesPrincipal reports whether what belongs to a principal and to no call
// centre lies in a scope.
func takesPrincipal(scope access.Scope, s *book.Snapshot, principal string) bool {
	return principal != "" && scope.Takes(principal, "") && s.HasPrincipal(principal)
}

// takesAccount is takes for a check under an account.
func (b adminBook) takesAccount(scope access.Scope, account string) error {
	s := b.book.Current()
	if scope.Whole() || takesPrincipal(scope, s, s.AccountPrincipal(account)) {
		return nil
	}
	return &console.Mistake{Code: http.StatusNotFound, Err: fmt.Errorf("there is no account %q: apply it first", account)}
}

// takesSubmission is takes for a submission; its error begins with the prefix, as
// that of the book does.
func (b adminBook) takesSubmission(scope access.Scope, id uint32, prefix string) error {
	s := b.book.Current()
	if scope.Whole() || takesPrincipal(scope, s, s.SubmissionPrincipal(id)) {
		return nil
	}
	return &console.Mistake{Code: http.StatusNotFound, Err: fmt.Errorf("%sthere is no submission %d: see registry status", prefix, id)}
}

// owns returns nil when what belongs to a principal and to no call centre is the
// scope's.
func (b adminBook) owns(scope access.Scope, operation, principal string) error {
	if scope.Whole() || takesPrincipal(scope, b.book.Current(), principal) {
		return nil
	}
	return unknownPrincipal(operation, principal)
}

// noPrincipal is what the book says of a principal that there is not.
func noPrincipal(name string) error { return unknownPrincipal("blacklist", name) }

func unknownPrincipal(operation, name string) error {
	return &console.Mistake{
		Code: http.StatusNotFound, Err: fmt.Errorf("%s: there is no principal %q: apply it first", operation, name),
	}
}
