/** Light or dark, as the system says or as somebody chose in this browser. */
export const themes = ["system", "light", "dark"] as const
export type Theme = (typeof themes)[number]

const key = "bfm.theme"

export const theme = (): Theme => themes.find(known => known === localStorage.getItem(key)) ?? "system"

const show = (chosen: Theme): void => {
  if (chosen === "system") delete document.documentElement.dataset["theme"]
  else document.documentElement.dataset["theme"] = chosen
}

export const choose = (chosen: Theme): void => {
  localStorage.setItem(key, chosen)
  show(chosen)
}

/** Shows what was chosen before. */
export const restore = (): void => show(theme())
