/** The token of whoever uses this tab, for as long as the browser session lasts. */

export interface Session {
  readonly token: string | undefined
  /** Why there is none any more; nothing when there never was one. */
  readonly ended?: "expired" | "signed out" | undefined
}

const key = "bfm.token"

type Message =
  | { readonly _tag: "Asked" }
  | { readonly _tag: "Told"; readonly token: string }
  | { readonly _tag: "Ended" }

/** Other tabs of the same browser: who opens a link in a new one need not sign in again. Nothing is stored by it. */
const tabs = new BroadcastChannel("bfm.session")

const listeners = new Set<() => void>()
let current: Session = { token: sessionStorage.getItem(key) ?? undefined }

const become = (next: Session): void => {
  current = next
  if (next.token === undefined) sessionStorage.removeItem(key)
  else sessionStorage.setItem(key, next.token)
  for (const listener of listeners) listener()
}

tabs.addEventListener("message", ({ data }: MessageEvent<Message>) => {
  if (data._tag === "Ended" && current.token !== undefined) become({ token: undefined, ended: "signed out" })
  if (data._tag === "Asked" && current.token !== undefined) tell({ _tag: "Told", token: current.token })
  if (data._tag === "Told" && current.token === undefined && current.ended === undefined)
    become({ token: data.token })
})

const tell = (message: Message): void => tabs.postMessage(message)

export const session = (): Session => current

export const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const begin = (token: string): void => become({ token })

/** Signs out here and in every other tab. */
export const end = (): void => {
  become({ token: undefined, ended: "signed out" })
  tell({ _tag: "Ended" })
}

/** The service does not know the token any more. */
export const expire = (token: string | undefined): void => {
  if (token !== undefined && token === current.token) become({ token: undefined, ended: "expired" })
}

/** How long another tab has to answer, in milliseconds. */
const patience = 120

/** Asks the other tabs for their token where this one has none. */
export const restore = async (): Promise<void> => {
  if (current.token !== undefined) return
  await new Promise<void>(resolve => {
    const done = () => {
      listeners.delete(done)
      resolve()
    }
    listeners.add(done)
    setTimeout(done, patience)
    tell({ _tag: "Asked" })
  })
}
