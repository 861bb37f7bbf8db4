import { type ComponentType, lazy } from "react"
import * as Reach from "../api/Reach.ts"

/**
 * Fetches a part of the page. Where the service is away just then, the part comes when the service is back; what
 * cannot be fetched even so fails, as a part of a version that is no longer served does.
 */
export const patiently = <A,>(fetched: () => Promise<A>): Promise<A> =>
  fetched().catch(async () => {
    Reach.become("silent")
    await Reach.back()
    return fetched()
  })

/** A part that is fetched when it is first shown. */
export const later = <P extends object>(fetched: () => Promise<ComponentType<P>>) =>
  lazy(async () => ({ default: await patiently(fetched) }))
