// Package rules has the rules of the policy, one file each, and [Table], the
// one list of them. A rule reads its own section of the profile, says what it
// may refuse with and what facts it looks at, and has a file of cases in
// testdata that a person can check. To add one: write its file, its section in
// policy.Params and in configs/profiles, its cases, its row in exemptions, and its
// line in Table.
package rules
