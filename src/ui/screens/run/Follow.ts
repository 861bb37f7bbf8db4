import { useQueryClient } from "@tanstack/react-query"
import type { Client } from "bfm/client"
import { useEffect, useState } from "react"
import type { Problem } from "../../api/Problem.ts"
import * as Queries from "../../api/Queries.ts"
import * as Service from "../../api/Service.ts"
import * as Course from "./Course.ts"

/** Milliseconds before it is listened to again, when the connection broke. */
const pause = 2_000

export interface Following {
  readonly course: Course.Course
  /** Why it came to nothing, or is not heard. */
  readonly problem: Problem | undefined
}

const unheard: Following = { course: Course.silent, problem: undefined }

const isEvent = (followed: Client.Followed): followed is Course.Heard => followed._tag === "Event"

/**
 * Follows a run from its first event on; what comes in one frame is shown at once. How the run stands beside its events
 * (who carries it out, what is to be known of it) is kept where it was asked for first.
 */
export const useCourse = (id: string): Following => {
  const [following, setFollowing] = useState(unheard)
  const queries = useQueryClient()
  useEffect(() => {
    const { queryKey } = Queries.run(id)
    let heard: Array<Client.Followed> = []
    let frame = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    let stop = () => {}
    let last = 0
    let finished = false
    const flush = () => {
      const events = heard.filter(isEvent)
      heard = []
      frame = 0
      setFollowing(before => ({ course: Course.after(before.course, events), problem: undefined }))
      // Whoever begins it, or goes on with it, is told of nowhere else.
      if (!finished && events.some(({ event }) => event._tag === "RunStarted"))
        void queries.invalidateQueries({ queryKey })
    }
    const listen = () => {
      stop = Service.follow(id, last, {
        heard: followed => {
          heard.push(followed)
          if (isEvent(followed)) {
            last = followed.sequence ?? last
            finished ||= followed.event._tag === "RunFinished"
          } else {
            queries.setQueryData(queryKey, known =>
              known === undefined ? undefined : { ...followed.run, request: known.request, plan: known.plan }
            )
          }
          if (frame === 0) frame = requestAnimationFrame(flush)
        },
        ended: problem => {
          // A service that ends ends what it tells, too.
          const goesOn = problem === undefined ? !finished : problem.kind === "unreachable"
          if (goesOn) timer = setTimeout(listen, pause)
          setFollowing(before => ({ ...before, problem }))
          if (!goesOn) void queries.invalidateQueries()
        }
      })
    }
    setFollowing(unheard)
    listen()
    return () => {
      stop()
      clearTimeout(timer)
      cancelAnimationFrame(frame)
    }
  }, [id, queries])
  return following
}
