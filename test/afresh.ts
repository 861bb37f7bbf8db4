import { it, makeMethods } from "@effect/vitest"

// A file that is run in a layer leaves its own ways of testing on the one `it` that the files of a worker share.
makeMethods(it)
