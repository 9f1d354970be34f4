package ledger

// NewestKept is how many records the writer remembers.
const NewestKept = newestKept
