/** An identifier, exactly as given. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`
