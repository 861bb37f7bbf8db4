/** The first releases without the bugs that can be met here: leases revoked too early, holes in the rights. */
const sound: ReadonlyArray<readonly [line: string, patch: number]> = [
  ["3.5", 33],
  ["3.6", 14]
]

/** Why a server's version is to be worried about. */
export const concern = (version: string): string | undefined => {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(part => Number.parseInt(part, 10))
  const line = `${major}.${minor}`
  const wanted = sound.find(([name]) => name === line)?.[1]
  const old = major < 3 || (major === 3 && minor < 5)
  if (!old && (wanted === undefined || patch >= wanted)) return undefined
  const better = old || wanted === undefined ? "3.5.33 or 3.6.14" : `${line}.${wanted}`
  return `etcd ${version} has known bugs in leases and in its rights that ${better} no longer has`
}
