// Package rights carries out what a person may ask and what the law lets nobody
// keep.
//
// An erasure (GDPR art. 17) overwrites the subject key of a number, see
// policy/seal: what was sealed under it, in every row and copy, is dead, while
// the public parts of the records still verify and still count. A backup of the
// slot file that is older brings the key back, so each erasure is first written
// to the [Register], which lies beside the keys and in no backup, and the
// register is applied at every start, before anything is read.
package rights
