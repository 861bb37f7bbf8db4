/** What GreptimeDB refuses: its own status code and words. */
export class Failure extends Error {
  readonly code: number

  constructor(code: number, text: string) {
    super(text)
    this.code = code
  }
}

/** The HTTP status with which a code is answered. */
export const httpStatus = (code: number): number => {
  if ([1005, 1008].includes(code)) return 504
  if ([1007, 1009, 4008, 4009, 4010, 5000].includes(code)) return 503
  if (code === 6001) return 429
  if ([7005, 7006].includes(code)) return 403
  if ([4007, 7000, 7001, 7002, 7003, 7004].includes(code)) return 401
  if ([1000, 1002, 1003, 1006, 3001, 6000].includes(code)) return 500
  return 400
}

/** As everybody hears of it: what is internal is not told. */
export const shown = ({ code, message }: Failure): string =>
  code === 1000 || code === 1003 ? `Internal error: ${code}` : message

export const syntax = (text: string): Failure =>
  new Failure(2000, `Invalid SQL syntax: sql parser error: ${text}`)

export const unsupported = (keyword: string): Failure =>
  new Failure(1001, `SQL statement is not supported, keyword: ${keyword}`)

export const invalid = (text: string): Failure => new Failure(1004, text)

export const tableMissing = (schema: string, table: string): Failure =>
  new Failure(4001, `Table not found: greptime.${schema}.${table}`)

export const schemaMissing = (schema: string): Failure =>
  invalid(`Failed to find schema, schema info: ${schema}`)
