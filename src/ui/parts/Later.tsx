import { type ComponentType, lazy } from "react"
import * as Reach from "../api/Reach.ts"

/** When the page last began anew for a part, in milliseconds since the epoch. */
const key = "bfm.begun-anew"

/** Milliseconds in which it does so once. */
const pause = 60_000

/**
 * Browsers may remember that a part could not be fetched, and another version of the service has other parts: both
 * are over once the page begins anew. What cannot be fetched even so fails.
 */
const anew = (error: unknown): Promise<never> => {
  if (Date.now() - Number(sessionStorage.getItem(key)) < pause) return Promise.reject(error)
  sessionStorage.setItem(key, String(Date.now()))
  location.reload()
  return new Promise(() => undefined)
}

/** Fetches a part of the page. Where the service is away just then, the part comes when the service is back. */
export const patiently = <A,>(fetched: () => Promise<A>): Promise<A> =>
  fetched().catch(async () => {
    Reach.become("silent")
    await Reach.back()
    return fetched().catch(anew)
  })

/** A part that is fetched when it is first shown. */
export const later = <P extends object>(fetched: () => Promise<ComponentType<P>>) =>
  lazy(async () => ({ default: await patiently(fetched) }))
