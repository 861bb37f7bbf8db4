const known: Readonly<Record<string, string>> = {
  EACCES: "cannot be read: permission denied",
  EPERM: "cannot be read: permission denied",
  ENOENT: "does not exist",
  ENOTDIR: "is not a directory",
  EISDIR: "is a directory",
  ELOOP: "is a link that leads back to itself",
  EMFILE: "cannot be read: too many open files"
}

/** What the file system's error means for a person. */
export const reasonOf = (error: unknown): string => {
  const code = error instanceof Error && "code" in error ? String(error.code) : ""
  return known[code] ?? `cannot be read: ${error instanceof Error ? error.message : String(error)}`
}
