package handoff

// Sign is what signs a message, for the example of the specification.
var Sign = sign
