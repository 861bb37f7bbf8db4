import type { UseQueryResult } from "@tanstack/react-query"
import type { ReactNode } from "react"
import { of } from "../api/Problem.ts"
import { Notice } from "./Notice.tsx"

/** Lines where text will be. */
export const Skeleton = ({ lines = 3 }: { readonly lines?: number }) => (
  <div className="stack tight" role="status">
    <span className="unseen">loading</span>
    {Array.from({ length: lines }, (_, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
      <div key={index} className="skeleton" />
    ))}
  </div>
)

interface Props<A> {
  readonly query: Pick<UseQueryResult<A>, "data" | "error" | "refetch" | "isFetching">
  readonly lines?: number
  readonly children: (data: A) => ReactNode
}

/** What was asked for; until then that it is on its way, or why it does not come. */
export function Loaded<A>({ query: { data, error, refetch, isFetching }, lines = 3, children }: Props<A>) {
  if (data !== undefined) return children(data)
  if (error === null) return <Skeleton lines={lines} />
  return <Failed problem={error} again={() => void refetch()} busy={isFetching} />
}

interface FailedProps {
  readonly problem: unknown
  readonly again: () => void
  readonly busy: boolean
}

/** Why something was not found out. */
export const Failed = ({ problem, again, busy }: FailedProps) => (
  <Notice
    tone="bad"
    title="This could not be loaded"
    urgent
    actions={
      <button type="button" className="button" onClick={again} disabled={busy}>
        Try again
      </button>
    }
  >
    {of(problem).message}
  </Notice>
)
