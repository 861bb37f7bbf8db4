/** `db1:5432`, `[::1]:5432`. */
export const of = (host: string, port: number): string => `${host.includes(":") ? `[${host}]` : host}:${port}`
