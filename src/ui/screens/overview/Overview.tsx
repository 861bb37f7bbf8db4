import { Link, useSearch } from "@tanstack/react-router"
import { Heading } from "../../parts/Heading.tsx"
import { Icon } from "../../parts/Icon.tsx"
import { Attention } from "./Attention.tsx"
import { Connections } from "./Connections.tsx"
import { Next } from "./Next.tsx"
import { RecentRuns } from "./RecentRuns.tsx"
import { Workers } from "./Workers.tsx"

/** What is, and what needs somebody. */
export const Overview = () => {
  const { connection } = useSearch({ strict: false })
  return (
    <>
      <Heading title="Overview">
        <Link to="/plan" search={{ connection }} className="button primary">
          <Icon name="list" />
          Plan what is pending
        </Link>
      </Heading>
      <Attention connection={connection} />
      <Connections chosen={connection} />
      <Workers />
      <Next connection={connection} />
      <RecentRuns />
    </>
  )
}
