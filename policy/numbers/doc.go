// Package numbers reads what a dialer dials and keeps sets of numbers.
//
// [Plan] makes a number, or an emergency code, of the user part of a
// Request-URI, as the carrier behind the trunk will dial it. [Set] is an
// immutable set of tens of millions of numbers; the bytes are given, files are
// mapped by others.
package numbers
