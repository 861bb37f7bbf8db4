/** `2025-06-01 10:12` in the reader's own time zone, from RFC 3339; anything else unchanged. */
export const local = (text: string): string => {
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) return text
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-")
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}

const two = (n: number): string => String(n).padStart(2, "0")
