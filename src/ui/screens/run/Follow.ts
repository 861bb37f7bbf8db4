import { useQueryClient } from "@tanstack/react-query"
import type { Client } from "bfm/client"
import { useEffect, useState } from "react"
import type { Problem } from "../../api/Problem.ts"
import * as Service from "../../api/Service.ts"
import * as Course from "./Course.ts"

/** Milliseconds before it is listened to again, when the connection broke. */
const pause = 2_000

export interface Following {
  readonly course: Course.Course
  /** Why it came to nothing, or is not heard. */
  readonly problem: Problem | undefined
}

/** Follows a run from its first event on; what comes in one frame is shown at once. */
export const useCourse = (id: string): Following => {
  const [following, setFollowing] = useState<Following>({ course: Course.silent, problem: undefined })
  const queries = useQueryClient()
  useEffect(() => {
    let heard: Array<Client.Followed> = []
    let frame = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    let stop = () => {}
    let last = 0
    const flush = () => {
      const news = heard
      heard = []
      frame = 0
      setFollowing(before => ({ ...before, course: Course.after(before.course, news) }))
    }
    const listen = () => {
      stop = Service.follow(id, last, {
        heard: followed => {
          heard.push(followed)
          if (followed._tag === "Event") last = followed.sequence ?? last
          if (frame === 0) frame = requestAnimationFrame(flush)
        },
        ended: problem => {
          if (problem?.kind === "unreachable") timer = setTimeout(listen, pause)
          setFollowing(before => ({ ...before, problem }))
          void queries.invalidateQueries()
        }
      })
    }
    setFollowing({ course: Course.silent, problem: undefined })
    listen()
    return () => {
      stop()
      clearTimeout(timer)
      cancelAnimationFrame(frame)
    }
  }, [id, queries])
  return following
}
