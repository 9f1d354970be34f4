// Package policy says whether a call may be placed.
//
// It is pure: an [Attempt] (what the INVITE and the configuration say) and
// [Facts] (what is remembered of the called number) go in, a [Decision] comes
// out, and the same three values are what the ledger keeps. Rules are given to
// the policy, see policy/rules; facts are gathered by policy/desk; business
// data lives in policy/book; the proof is policy/ledger.
package policy
