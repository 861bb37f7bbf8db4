import { type ComponentType, lazy } from "react"
import * as Reach from "../api/Reach.ts"

/**
 * A part that is fetched when it is first shown. Where the service is away just then, it comes when the service is
 * back; what cannot be fetched even so fails, as a part of a version that is no longer served does.
 */
export const later = <P extends object>(fetched: () => Promise<ComponentType<P>>) =>
  lazy(async () => ({
    default: await fetched().catch(async () => {
      Reach.become("silent")
      await Reach.back()
      return fetched()
    })
  }))
